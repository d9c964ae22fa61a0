"""sandbox (演练场): the simulated partner systems; nothing imports it but its own commands."""
