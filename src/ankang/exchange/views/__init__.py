"""Pages of the feeds: what there is, sending, a batch from the first byte to the last row, refused rows, tokens."""
