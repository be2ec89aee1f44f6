"""Base45 (RFC 9285): bytes as QR alphanumeric characters, read strictly.

The decoder works on the whole text at once. Every group of three characters is one 24-bit lane of a long
integer, so a code of 191 characters costs a dozen long-integer operations instead of 64 small ones.
"""

from functools import lru_cache

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

_ABSENT = 0xFF
_VALUES = bytes(ALPHABET.find(chr(code)) % 256 for code in range(256))  # find() gives -1, so 255, when absent


def encode(data: bytes) -> str:
    """The base45 text of ``data``: three characters for two bytes, two for a last single byte."""
    text = []
    for at in range(0, len(data) - 1, 2):
        high, rest = divmod(data[at] << 8 | data[at + 1], 45 * 45)
        middle, low = divmod(rest, 45)
        text.append(ALPHABET[low] + ALPHABET[middle] + ALPHABET[high])
    if len(data) % 2:
        high, low = divmod(data[-1], 45)
        text.append(ALPHABET[low] + ALPHABET[high])
    return "".join(text)


def decode(text: str) -> bytes:
    """The bytes of a base45 ``text``.

    ``ValueError`` for a character outside the alphabet, a length of 3n + 1, a triple above 65,535 or a pair
    above 255.
    """
    values = text.encode("ascii").translate(_VALUES)
    if _ABSENT in values:
        raise ValueError("not a base45 character")
    rest = len(values) % 3
    if not rest:
        return _decode_triples(values)
    if rest == 1:
        raise ValueError("base45 text cannot have this length")
    return _decode_triples(values[:-2]) + _decode_pair(values[-2], values[-1])


def _decode_triples(values: bytes) -> bytes:
    size = len(values)
    lanes, low_byte = int.from_bytes(values, "big"), _low_byte_of_lanes(size // 3)
    total = (lanes >> 16 & low_byte) + 45 * (lanes >> 8 & low_byte) + 2025 * (lanes & low_byte)
    data = bytearray(total.to_bytes(size, "big"))
    if data[0::3].strip(b"\x00"):
        raise ValueError("base45 triple above 65535")
    del data[0::3]
    return bytes(data)


@lru_cache(maxsize=64)
def _low_byte_of_lanes(count: int) -> int:
    return int.from_bytes(b"\x00\x00\xff" * count, "big")


def _decode_pair(low: int, high: int) -> bytes:
    value = low + 45 * high
    if value > 0xFF:
        raise ValueError("base45 pair above 255")
    return bytes((value,))
