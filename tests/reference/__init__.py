"""What the reference room promises."""
