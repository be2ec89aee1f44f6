"""Pages of the citizen: one module a journey."""
