"""SM2 signatures (GB/T 32918.2) with GmSSL, on the recommended curve and with the default user id.

GmSSL's digest calls are used, and the Z value is computed here: its message calls rebuild a table each
time and cost ten times as much. A signature is r ‖ s in 64 bytes; GmSSL itself speaks DER.
"""

import gmssl_pyx

from ankang.core.sm.hashing import sm3
from ankang.core.sm.quiet import quiet_c_library

USER_ID = b"1234567812345678"
ORDER = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123

_CURVE = bytes.fromhex(
    "FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFC"  # a
    "28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93"  # b
    "32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7"  # x of G
    "BC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0"  # y of G
)


def sm2_generate() -> tuple[bytes, bytes]:
    """A new SM2 key pair: private key (32 bytes), public key (65 bytes, 04 ‖ x ‖ y)."""
    public, private = gmssl_pyx.sm2_key_generate()
    return private, b"\x04" + public


class Sm2Signer:
    """Signs with one SM2 key (GB/T 32918.2, user id 1234567812345678)."""

    __slots__ = ("_private", "_z", "public")

    def __init__(self, private: bytes, public: bytes) -> None:
        if len(private) != 32:
            raise ValueError("an SM2 private key has 32 bytes")
        self.public = public
        self._private = private
        self._z = _z_value(public)

    def sign(self, message: bytes) -> bytes:
        """The signature of ``message``: r ‖ s, 64 bytes."""
        return _raw_signature(gmssl_pyx.sm2_sign_sm3_digest(self._private, sm3(self._z + message)))


def sm2_verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether ``signature`` (r ‖ s, 64 bytes) fits ``message`` and ``public`` (65 bytes). Prints nothing."""
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if len(signature) != 64 or not 0 < r < ORDER or not 0 < s < ORDER or len(public) != 65 or public[0] != 4:
        return False
    digest = sm3(_z_value(public) + message)
    with quiet_c_library():
        try:
            return bool(gmssl_pyx.sm2_verify_sm3_digest(public[1:], digest, _der_signature(r, s)))
        except gmssl_pyx.GmsslInnerError:  # a point that is not on the curve
            return False


def _z_value(public: bytes) -> bytes:
    """Z of GB/T 32918.2 §5.5: SM3(bits of the user id, 2 bytes ‖ user id ‖ a ‖ b ‖ G ‖ public point)."""
    if len(public) != 65 or public[0] != 4:
        raise ValueError("an SM2 public key has 65 bytes, 04 first")
    return sm3((len(USER_ID) * 8).to_bytes(2, "big") + USER_ID + _CURVE + public[1:])


def _der_signature(r: int, s: int) -> bytes:
    body = _der_integer(r) + _der_integer(s)
    return bytes((0x30, len(body))) + body


def _der_integer(value: int) -> bytes:
    content = value.to_bytes(value.bit_length() // 8 + 1, "big")
    return bytes((0x02, len(content))) + content


def _raw_signature(der: bytes) -> bytes:
    r_end = 4 + der[3]
    r, s = der[4:r_end], der[r_end + 2 :]
    return int.from_bytes(r, "big").to_bytes(32, "big") + int.from_bytes(s, "big").to_bytes(32, "big")
