"""Size limits that more than one room states."""

MAX_BODY = 2 * 1024 * 1024
"""Bytes of a request body to the control plane; larger ones are refused before they are read."""
