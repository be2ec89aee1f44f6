"""Size limits that more than one room states."""

MAX_BODY = 2 * 1024 * 1024
"""Bytes of a request body to the control plane; larger ones are refused before they are read."""


def is_number(text: str) -> bool:
    """Whether ``text`` can be the number of a row."""
    return text.isascii() and text.isdecimal() and len(text) <= 18
