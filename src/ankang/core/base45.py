"""Base45 (RFC 9285): bytes as QR alphanumeric characters, read strictly.

The decoder works on the whole text at once: every group of three characters becomes one 32-bit lane of a long
integer, so that a code of 191 characters costs a handful of long-integer operations instead of 64 small ones.
"""

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

_ABSENT = 0xFF
_VALUES = bytes(ALPHABET.find(chr(code)) % 256 for code in range(256))  # find() gives -1, so 255, when absent
_LANE = 4


def encode(data: bytes) -> str:
    """The base45 text of ``data``: three characters for two bytes, two for a last single byte."""
    text = []
    for at in range(0, len(data) - 1, 2):
        high, low = divmod(data[at] << 8 | data[at + 1], 45 * 45)
        middle, low = divmod(low, 45)
        text.append(ALPHABET[low] + ALPHABET[middle] + ALPHABET[high])
    if len(data) % 2:
        high, low = divmod(data[-1], 45)
        text.append(ALPHABET[low] + ALPHABET[high])
    return "".join(text)


def decode(text: str) -> bytes:
    """The bytes of a base45 ``text``.

    ``ValueError`` for a character outside the alphabet, a length of 3n + 1, a triple above 65,535 or a pair above 255.
    """
    values = text.encode("ascii").translate(_VALUES)
    if _ABSENT in values:
        raise ValueError("not a base45 character")
    rest = len(values) % 3
    if rest == 1:
        raise ValueError("base45 text cannot have this length")
    whole = len(values) - rest
    data = _decode_triples(values[:whole])
    return data + _decode_pair(values[whole:]) if rest else data


def _decode_triples(values: bytes) -> bytes:
    size = len(values) // 3 * _LANE
    total = _lanes(values[0::3], size) + 45 * _lanes(values[1::3], size) + 2025 * _lanes(values[2::3], size)
    lanes = total.to_bytes(size, "big")
    if any(lanes[1::_LANE]):
        raise ValueError("base45 triple above 65535")
    data = bytearray(size // 2)
    data[0::2] = lanes[2::_LANE]
    data[1::2] = lanes[3::_LANE]
    return bytes(data)


def _lanes(values: bytes, size: int) -> int:
    lanes = bytearray(size)
    lanes[_LANE - 1 :: _LANE] = values
    return int.from_bytes(lanes, "big")


def _decode_pair(values: bytes) -> bytes:
    value = values[0] + 45 * values[1]
    if value > 0xFF:
        raise ValueError("base45 pair above 255")
    return bytes((value,))
