"""The key provider: opens and closes stored keys with a root key that never enters the database (G1).

The file provider is for trying out and for small sites; a hardware module offers the same two calls.
"""

import os
import secrets
from pathlib import Path

from ankang.core.sm import kdf, seal, unseal


class RootKeyMissing(Exception):
    """The root key file is not there: stored data cannot be opened without it."""


class RootKeyExposed(Exception):
    """The root key file can be read by other users of this machine."""


class RootKey:
    """A 16-byte SM4 root key that seals the keys stored in the database."""

    def __init__(self, key: bytes) -> None:
        if len(key) != 16:
            raise ValueError("a root key has 16 bytes")
        self._key = key

    @classmethod
    def from_file(cls, path: Path) -> "RootKey":
        """Read the key (32 hex digits) from ``path``.

        Raises RootKeyMissing, RootKeyExposed (group or others may read it) and ValueError (not a key).
        """
        try:
            mode = path.stat().st_mode
            text = path.read_text(encoding="ascii").strip()
        except FileNotFoundError as error:
            raise RootKeyMissing(f"no root key at {path}") from error
        if mode & 0o077:
            raise RootKeyExposed(f"{path} may be read by others; run: chmod 600 {path}")
        return cls(bytes.fromhex(text))

    @classmethod
    def create(cls, path: Path) -> "RootKey":
        """Make a key at ``path`` (mode 0600) unless one is there, and read it; safe when two processes race."""
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(16) + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
        return cls.from_file(path)

    def fingerprint(self) -> bytes:
        """32 bytes that name this key without giving it away; other process secrets are derived from it."""
        return kdf(self._key, "fingerprint")

    def seal(self, secret: bytes, label: str) -> bytes:
        """Close ``secret`` for storage; it opens only under the same ``label``."""
        return seal(self._key, secret, label.encode())

    def unseal(self, sealed: bytes, label: str) -> bytes:
        """Open what :meth:`seal` closed; raises ``ankang.core.sm.SealBroken`` for another key or label."""
        return unseal(self._key, sealed, label.encode())
