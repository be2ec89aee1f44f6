"""Bearer tokens of residents and devices: read without a database, bound to a revocable serial.

A token is ``ak1r_`` (resident) or ``ak1d_`` (device) and the base64url of key id 1 ‖ SM4(subject 8 ‖
serial 8) ‖ issued 4 ‖ expires 4 ‖ name length 1 ‖ masked name ‖ tag 16. The tag is HMAC-SM3 over the
prefix and all bytes before it, cut to 16 bytes. Integers are big-endian. To their holders and everyone
else the tokens are opaque (architecture.md "Persons' data").
"""

from dataclasses import dataclass
from hmac import compare_digest
from typing import Literal

from ankang.core.base64url import from_base64url, to_base64url
from ankang.core.sm import HmacSm3, Sm4Block, kdf

CredentialKind = Literal["resident", "device"]

_PREFIXES: dict[CredentialKind, str] = {"resident": "ak1r_", "device": "ak1d_"}
_KINDS: dict[str, CredentialKind] = {prefix: kind for kind, prefix in _PREFIXES.items()}
_PREFIX_LENGTH = 5
_FIXED = 26  # key id 1, block 16, issued 4, expires 4, name length 1
_TAG = 16
_NAME_MOST = 30
_TEXT_MOST = _PREFIX_LENGTH + 96  # base64url of 26 + 30 + 16 bytes


class CredentialFault(Exception):
    """A token that may not be used; ``detail`` is ``bad_token`` or ``expired_token``."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Credential:
    """Who holds a token. Resident: person number, people_credential.id; device: device id, its generation."""

    kind: CredentialKind
    subject: int
    serial: int
    issued: int
    expires: int
    name: str


class CredentialKeys:
    """Issues and reads tokens under one 32-byte secret, known outside by its key id."""

    __slots__ = ("_block", "_kid", "_mac")

    def __init__(self, secret: bytes, kid: int = 1) -> None:
        self._mac = HmacSm3(kdf(secret, "credential-mac"))
        self._block = Sm4Block(kdf(secret, "credential-sm4")[:16])
        self._kid = kid

    def issue(
        self, kind: CredentialKind, subject: int, serial: int, issued: int, expires: int, name: str = ""
    ) -> str:
        """A token.

        Moments in unix seconds, ``name`` masked, at most 30 bytes in UTF-8, else ``ValueError``.
        """
        prefix, written = _PREFIXES[kind], name.encode()
        if len(written) > _NAME_MOST or min(subject, serial) < 0:
            raise ValueError("name, subject or serial do not fit a token")
        body = b"".join(
            (
                bytes((self._kid,)),
                self._block.encrypt(subject.to_bytes(8, "big") + serial.to_bytes(8, "big")),
                issued.to_bytes(4, "big"),
                expires.to_bytes(4, "big"),
                bytes((len(written),)),
                written,
            )
        )
        return prefix + to_base64url(body + self._tag(prefix, body))

    def read(self, text: str, now: float) -> Credential:
        """The holder of a token at ``now``; :class:`CredentialFault` when it is forged, malformed or expired.

        Whether the serial was revoked is the caller's to know.
        """
        prefix = text[:_PREFIX_LENGTH]
        kind = _KINDS.get(prefix)
        data = _token_bytes(text)
        body = data[:-_TAG]
        if kind is None or len(body) < _FIXED or not compare_digest(self._tag(prefix, body), data[-_TAG:]):
            raise CredentialFault("bad_token")
        return self._open(kind, body, now)

    def _open(self, kind: CredentialKind, body: bytes, now: float) -> Credential:
        expires = int.from_bytes(body[21:25], "big")
        if body[0] != self._kid or len(body) != _FIXED + body[25]:
            raise CredentialFault("bad_token")
        if now >= expires:
            raise CredentialFault("expired_token")
        block = self._block.decrypt(body[1:17])
        return Credential(
            kind=kind,
            subject=int.from_bytes(block[:8], "big"),
            serial=int.from_bytes(block[8:], "big"),
            issued=int.from_bytes(body[17:21], "big"),
            expires=expires,
            name=body[_FIXED:].decode(),
        )

    def _tag(self, prefix: str, body: bytes) -> bytes:
        return self._mac.digest(prefix.encode() + body)[:_TAG]


def _token_bytes(text: str) -> bytes:
    if len(text) > _TEXT_MOST:
        raise CredentialFault("bad_token")
    try:
        return from_base64url(text[_PREFIX_LENGTH:])
    except ValueError:
        raise CredentialFault("bad_token") from None
