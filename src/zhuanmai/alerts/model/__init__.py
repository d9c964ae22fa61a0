"""The model: features of shops, what past visits teach, the prior, the ranker, and why it says so."""
