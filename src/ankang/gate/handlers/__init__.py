"""The gate's decisions: each handler is a function of (state, caller, request, now) and does no input or output."""
