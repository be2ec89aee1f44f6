"""Pages of staff: the way in, one's own sign-in, the security administrator's pages."""
