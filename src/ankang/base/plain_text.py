"""Text that people type, without what nobody sees."""

import unicodedata


def visible(text: str) -> str:
    """``text`` without control and format characters (zero width, turned direction), trimmed; empty where nothing shows."""
    return "".join(sign for sign in text if unicodedata.category(sign) not in ("Cc", "Cf")).strip()
