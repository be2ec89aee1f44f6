"""Pages that every list of the console shares: search, saved filters, actions on many rows, exports."""
