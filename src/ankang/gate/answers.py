"""JSON answers and the language they are in."""

from collections.abc import Mapping

import msgspec

_ENCODE = msgspec.json.Encoder().encode


def json_bytes(value: object) -> bytes:
    """``value`` as UTF-8 JSON."""
    return _ENCODE(value)


def language(headers: Mapping[str, str]) -> str:
    """``en`` when the reader's first wish is English, else ``zh``."""
    return "en" if (headers.get("accept-language") or "").lstrip()[:2].lower() == "en" else "zh"
