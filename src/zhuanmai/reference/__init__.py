"""reference (标准库): products and prices, laws, causes, terms, districts, identifiers, the register of licensees."""
