"""Compressed points of the SM2 curve (GB/T 32918.1 §4.2.9): 02 or 03 by the parity of y, then x; 33 bytes.

Neither GmSSL's binding nor ``cryptography`` reads them, so the square root is taken here: p is 3 modulo 4. The inputs are
public keys, so nothing here needs constant time.
"""

_P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
_A = _P - 3
_B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93


def compressed(public: bytes) -> bytes:
    """The 33 bytes of a point of 65 bytes (04 ‖ x ‖ y)."""
    if len(public) != 65 or public[0] != 4:
        raise ValueError("an SM2 public key has 65 bytes, 04 first")
    return bytes((2 + (public[64] & 1),)) + public[1:33]


def uncompressed(point: bytes) -> bytes:
    """The 65 bytes (04 ‖ x ‖ y) of a compressed point; ``ValueError`` when there is no such point. About 0.1 ms."""
    if len(point) != 33 or point[0] not in (2, 3):
        raise ValueError("a compressed SM2 point has 33 bytes, 02 or 03 first")
    x = int.from_bytes(point[1:], "big")
    square = (pow(x, 3, _P) + _A * x + _B) % _P
    y = pow(square, (_P + 1) // 4, _P)
    if x >= _P or y * y % _P != square:
        raise ValueError("not a point of the SM2 curve")
    if y & 1 != point[0] & 1:
        y = _P - y
    return b"\x04" + point[1:] + y.to_bytes(32, "big")
