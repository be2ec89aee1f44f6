"""The keyring of this process: opens stored keys once and hands them to the rooms.

Keys by purpose: ``code_sign``, ``statement_sign``, ``ride_authority`` and ``ride_issuer`` (SM2), ``credential``, ``epoch``,
``place``, ``card``, ``blind`` and ``data:<room>``. The newest live key of a purpose writes; every live key reads.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from threading import Lock

from ankang.config.keys import RootKey
from ankang.config.settings import load_settings
from ankang.core.credentials import CredentialKeys
from ankang.core.sm import HmacSm3, SealBroken, Sm2Signer, seal, unseal

from .models import DayKey, Key


class KeyMissing(Exception):
    """No key of this purpose is stored; ``ankang migrate`` makes them."""


@dataclass(frozen=True)
class StoredKey:
    """One opened key: ``secret`` is raw bytes, ``public`` the uncompressed point of an SM2 key."""

    kid: int
    secret: bytes
    public: bytes | None


class Keyring:
    """Opened keys, by purpose, newest first."""

    def __init__(self, keys: Mapping[str, list[StoredKey]]) -> None:
        self._keys = keys
        self._blind = HmacSm3(self.newest("blind").secret)

    def newest(self, purpose: str) -> StoredKey:
        """The key that writes for ``purpose``; raises KeyMissing."""
        try:
            return self._keys[purpose][0]
        except (KeyError, IndexError):
            raise KeyMissing(purpose) from None

    def all(self, purpose: str) -> list[StoredKey]:
        """Every key that may still read for ``purpose``, newest first."""
        return self._keys.get(purpose, [])

    def of_kid(self, purpose: str, kid: int) -> StoredKey:
        """The key ``kid`` of ``purpose``; one that another process made meanwhile is read now. Raises KeyMissing."""
        found = self._find(purpose, kid)
        if found is None:
            self._keys = _open_keys()
            found = self._find(purpose, kid)
        if found is None:
            raise KeyMissing(f"{purpose} {kid}")
        return found

    def _find(self, purpose: str, kid: int) -> StoredKey | None:
        return next((key for key in self.all(purpose) if key.kid == kid), None)

    def seal(self, room: str, plain: bytes, label: str) -> bytes:
        """Encrypt a stored value: key id 1 | nonce 12 | SM4-GCM ciphertext | tag 16. ``label`` binds it to its column."""
        key = self.newest(f"data:{room}")
        return bytes([key.kid]) + seal(key.secret, plain, label.encode())

    def unseal(self, room: str, sealed: bytes, label: str) -> bytes:
        """Open :meth:`seal`'s result; raises SealBroken (changed, or of another column) or KeyMissing."""
        if len(sealed) < 29:
            raise SealBroken("too short")
        return unseal(self.of_kid(f"data:{room}", sealed[0]).secret, sealed[1:], label.encode())

    def blind(self, label: str, value: str) -> bytes:
        """The blind index (HMAC-SM3, 32 bytes) by which an encrypted value is found; ``label`` separates columns."""
        return self._blind.digest(label.encode() + b"\0" + value.encode())

    def credentials(self) -> CredentialKeys:
        """Issues and reads the bearer credentials of residents and devices."""
        return CredentialKeys(self.newest("credential").secret)

    def place_key(self) -> bytes:
        """The master secret of rotating place codes, door codes and presence tokens."""
        return self.newest("place").secret

    def code_signer(self) -> Sm2Signer:
        """Signs passes and printed place codes."""
        return self._signer("code_sign")[1]

    def code_signing(self) -> tuple[int, Sm2Signer]:
        """Key id and signer of passes and of the lists for offline scanners."""
        return self._signer("code_sign")

    def code_keys(self) -> dict[int, bytes]:
        """The public keys (65 bytes) that check passes and lists, by key id; older ones too."""
        return {key.kid: key.public for key in self.all("code_sign") if key.public is not None}

    def statement_signer(self) -> tuple[int, Sm2Signer]:
        """Key id and signer of rule sets and reasons (I1)."""
        return self._signer("statement_sign")

    def statement_keys(self) -> dict[int, bytes]:
        """The public keys (65 bytes) that check rule sets and reasons, by key id; older ones too."""
        return {key.kid: key.public for key in self.all("statement_sign") if key.public is not None}

    def ride_signer(self, purpose: str) -> tuple[int, Sm2Signer]:
        """Key id and signer of the test authority (``ride_authority``) or of the issuer of ride codes (``ride_issuer``)."""
        return self._signer(purpose)

    def ride_authorities(self) -> dict[int, bytes]:
        """The public keys (65 bytes) that transit gates trust, by key id; older ones too."""
        return {key.kid: key.public for key in self.all("ride_authority") if key.public is not None}

    def _signer(self, purpose: str) -> tuple[int, Sm2Signer]:
        key = self.newest(purpose)
        if key.public is None:
            raise KeyMissing(f"{purpose} public")
        return key.kid, Sm2Signer(key.secret, key.public)


_lock = Lock()
_keyring: Keyring | None = None


def keyring() -> Keyring:
    """The opened keyring of this process; read from the database once. See :func:`forget`."""
    global _keyring
    if _keyring is None:
        with _lock:
            if _keyring is None:
                _keyring = _open()
    return _keyring


def forget() -> None:
    """Drop the opened keys, so that the next use reads them anew (after a rotation, in tests)."""
    global _keyring
    _keyring = None


def root_key() -> RootKey:
    """The root key of this installation."""
    return RootKey.from_file(load_settings().keys_folder / "root.key")


def day_key(day: date) -> bytes:
    """The pseudonym key of ``day`` (16 bytes); raises KeyMissing when it was destroyed or never made."""
    row = DayKey.objects.filter(day=day, secret__isnull=False).first()
    if row is None or row.secret is None:
        raise KeyMissing(f"day {day}")
    return root_key().unseal(bytes(row.secret), f"day:{day.isoformat()}")


def _open() -> Keyring:
    return Keyring(_open_keys())


def _open_keys() -> dict[str, list[StoredKey]]:
    root = root_key()
    keys: dict[str, list[StoredKey]] = {}
    for row in Key.objects.order_by("purpose", "-kid"):
        secret = root.unseal(bytes(row.secret), f"{row.purpose}:{row.kid}")
        public = bytes(row.public) if row.public is not None else None
        keys.setdefault(row.purpose, []).append(StoredKey(row.kid, secret, public))
    return keys
