"""What is measured: each module prints a table; docs/performance.md holds the last ones with their commands."""
