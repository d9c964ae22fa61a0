"""Pages of the reference room: thin; they ask and call services."""
