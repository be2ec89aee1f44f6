"""Pages of the personal archive."""
