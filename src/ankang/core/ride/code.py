"""Writing and reading a ride code: what the issuer signs ahead, and what the phone adds at each showing."""

from dataclasses import dataclass

from ankang.core.codes.faults import CodeFault
from ankang.core.ride import layout as at
from ankang.core.ride.certificate import read_certificate
from ankang.core.sm import Sm2Signer, sm3
from ankang.core.verdicts import Reason

_ALGORITHM = bytes((at.ALGORITHM,))


@dataclass(frozen=True, slots=True)
class Authorisation:
    """What the issuer says of a phone's key. ``issuer`` and ``platform``: eight digits; ``card``: twenty digits;
    ``account``: 16 bytes; ``limit``: fen a ride; ``public``: 33 bytes; ``expires``: unix seconds; ``valid``: seconds for
    which one generation counts; ``custom``: at most 32 bytes.
    """

    certificate: bytes
    account: bytes
    card: str
    issuer: str
    platform: str
    kind: int
    limit: int
    public: bytes
    expires: int
    valid: int
    custom: bytes

    def body(self) -> bytes:
        """The bytes that the issuer signs: 198 and the custom field; ``ValueError`` or ``OverflowError`` if they do not fit."""
        sizes = (len(self.certificate), len(self.account), len(self.card), len(self.issuer), len(self.platform))
        if sizes != (at.CERTIFICATE, at.ACCOUNT, 2 * at.CARD, 8, 8) or len(self.public) != at.POINT:
            raise ValueError("certificate, accounts, issuer, platform or key have the wrong size")
        if len(self.custom) > at.CUSTOM_MOST:
            raise ValueError("the custom field has at most 32 bytes")
        length = at.LEAST + len(self.custom) - at.CERTIFICATE_AT
        return b"".join(
            (
                bytes((at.VERSION,)) + length.to_bytes(2, "big") + self.certificate + self.account,
                bytes.fromhex(self.card + self.issuer + self.platform),
                bytes((self.kind,)) + self.limit.to_bytes(3, "big") + self.public,
                self.expires.to_bytes(4, "big") + self.valid.to_bytes(2, "big"),
                bytes((len(self.custom),)) + self.custom,
            )
        )


@dataclass(frozen=True, slots=True)
class RideCode:
    """A code whose form is right: ``raw`` are all its bytes. Nothing is verified."""

    raw: bytes
    authorisation: Authorisation
    generated: int

    @property
    def body(self) -> bytes:
        """What the issuer signed."""
        return self.raw[: at.CUSTOM_AT + len(self.authorisation.custom)]

    @property
    def issuer_signature(self) -> bytes:
        """r ‖ s over :attr:`body`, 64 bytes."""
        end = len(self.body) + at.SIGNATURE
        return self.raw[len(self.body) + 1 : end]

    @property
    def shown(self) -> bytes:
        """What the phone signed: everything before its signature."""
        return self.raw[: -at.SIGNATURE]

    @property
    def user_signature(self) -> bytes:
        """r ‖ s over :attr:`shown`, 64 bytes."""
        return self.raw[-at.SIGNATURE + 1 :]


def sign_authorisation(authorisation: Authorisation, issuer: Sm2Signer) -> bytes:
    """The 263 to 295 bytes that the phone keeps: body ‖ issuer's signature."""
    body = authorisation.body()
    return body + _ALGORITHM + issuer.sign(body)


def show(authorisation: bytes, generated: int, phone: Sm2Signer) -> bytes:
    """The code that the phone shows at ``generated`` (unix seconds), 332 to 364 bytes."""
    shown = authorisation + generated.to_bytes(4, "big")
    return shown + _ALGORITHM + phone.sign(shown)


def parse_ride(raw: bytes) -> RideCode:
    """The code in ``raw``; :class:`CodeFault` (INVALID) when its form is wrong. Needs no key, about 10 µs."""
    end = _check_form(raw, at.LEAST)
    generation = end + at.SIGNATURE
    if raw[generation + at.GENERATION] != at.ALGORITHM:
        raise CodeFault(Reason.INVALID, "bad_algorithm")
    return RideCode(raw, _read(raw[:end]), int.from_bytes(raw[generation : generation + at.GENERATION], "big"))


def parse_authorisation(raw: bytes) -> Authorisation:
    """What the phone keeps, read; :class:`CodeFault` as for a code."""
    return _read(raw[: _check_form(raw, at.AUTHORISATION_LEAST)])


def ride_id(code: RideCode) -> bytes:
    """Which showing it is, 16 bytes: SM3(account ‖ generation time), cut. Signing it anew makes no other one of it."""
    return sm3(code.authorisation.account + code.generated.to_bytes(4, "big"))[:16]


def _check_form(raw: bytes, least: int) -> int:
    """The end of what the issuer signed; ``least``: bytes of the whole with an empty custom field."""
    if raw[:1] not in (b"", bytes((at.VERSION,))):
        raise CodeFault(Reason.INVALID, "bad_version")
    if len(raw) < least:
        raise CodeFault(Reason.INVALID, "truncated")
    custom = raw[at.CUSTOM_LENGTH_AT]
    if custom > at.CUSTOM_MOST:
        raise CodeFault(Reason.INVALID, "custom_oversized")
    if len(raw) != least + custom:
        raise CodeFault(Reason.INVALID, "truncated" if len(raw) < least + custom else "oversized")
    if int.from_bytes(raw[1:3], "big") != at.LEAST + custom - at.CERTIFICATE_AT:
        raise CodeFault(Reason.INVALID, "bad_length")
    end = at.CUSTOM_AT + custom
    if raw[end] != at.ALGORITHM:
        raise CodeFault(Reason.INVALID, "bad_algorithm")
    return end


def _read(body: bytes) -> Authorisation:
    digits = body[at.CARD_AT : at.TYPE_AT].hex()
    if not digits.isdecimal():
        raise CodeFault(Reason.INVALID, "bad_digits")
    certificate = body[at.CERTIFICATE_AT : at.ACCOUNT_AT]
    if read_certificate(certificate).issuer != digits[20:28]:
        raise CodeFault(Reason.INVALID, "other_issuer")
    return Authorisation(
        certificate=certificate,
        account=body[at.ACCOUNT_AT : at.CARD_AT],
        card=digits[:20],
        issuer=digits[20:28],
        platform=digits[28:36],
        kind=body[at.TYPE_AT],
        limit=int.from_bytes(body[at.LIMIT_AT : at.KEY_AT], "big"),
        public=body[at.KEY_AT : at.EXPIRES_AT],
        expires=int.from_bytes(body[at.EXPIRES_AT : at.VALID_AT], "big"),
        valid=int.from_bytes(body[at.VALID_AT : at.CUSTOM_LENGTH_AT], "big"),
        custom=body[at.CUSTOM_AT :],
    )
