"""The issuer's certificate inside a ride code: 117 bytes, signed by the authority (docs/ride-format.md §3).

The outer layout and its length are the ministry's; which bytes inside mean what is after the certificates of the national
transport card, and is ours where that document says so.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, datetime

from ankang.core.codes.faults import CodeFault
from ankang.core.ride.layout import CERTIFICATE, POINT
from ankang.core.sm import Sm2Signer, uncompressed
from ankang.core.verdicts import Reason

_HEAD = bytes.fromhex("2401010000")  # record header, service id
_FORMAT = b"\x12"
_ALGORITHMS = bytes.fromhex("04040021")  # signature SM2 with SM3, key SM2, recommended curve, 33 bytes of key
SIGNED = 53
_SHANGHAI = 28_800


@dataclass(frozen=True, slots=True)
class Certificate:
    """``kid``: number of the authority's key; ``issuer``: eight digits; ``month``: (year, month), the last in which it
    counts; ``public``: the issuer's point, 33 bytes compressed.
    """

    kid: int
    issuer: str
    month: tuple[int, int]
    serial: int
    public: bytes

    @property
    def ends(self) -> int:
        """Unix seconds of the first moment (Shanghai) at which it no longer counts."""
        year, month = self.month
        last = datetime(year, month, monthrange(year, month)[1], 16, tzinfo=UTC)
        return int(last.timestamp())


def sign_certificate(certificate: Certificate, authority: Sm2Signer) -> bytes:
    """The 117 bytes: 53 signed ones and SM2 r ‖ s. ``ValueError`` for what does not fit."""
    year, month = certificate.month
    if not 2000 <= year <= 2099 or len(certificate.public) != POINT or len(certificate.issuer) != 8:
        raise ValueError("month, key or issuer do not fit a certificate")
    signed = b"".join(
        (
            _HEAD,
            bytes((certificate.kid,)),
            _FORMAT,
            bytes.fromhex(certificate.issuer),
            bytes.fromhex(f"{month:02}{year - 2000:02}"),
            certificate.serial.to_bytes(3, "big"),
            _ALGORITHMS,
            certificate.public,
        )
    )
    return signed + authority.sign(signed)


def read_certificate(raw: bytes) -> Certificate:
    """What the 117 bytes say; :class:`CodeFault` ``bad_certificate`` when their form is wrong. Nothing is verified."""
    digits = raw[7:13].hex()
    form = (raw[:5], raw[6:7], raw[16:20]) == (_HEAD, _FORMAT, _ALGORITHMS) and len(raw) == CERTIFICATE
    if not form or not digits.isdecimal() or not 1 <= int(digits[8:10]) <= 12:
        raise CodeFault(Reason.INVALID, "bad_certificate")
    month = 2000 + int(digits[10:12]), int(digits[8:10])
    return Certificate(raw[5], digits[:8], month, int.from_bytes(raw[13:16], "big"), raw[20:SIGNED])


def point_of(compressed: bytes, detail: str) -> bytes:
    """The point of 65 bytes; :class:`CodeFault` with ``detail`` when there is none."""
    try:
        return uncompressed(compressed)
    except ValueError:
        raise CodeFault(Reason.INVALID, detail) from None
