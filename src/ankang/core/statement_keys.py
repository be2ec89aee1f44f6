"""The issuer's list of public keys by which signed reasons are checked: ``/.well-known/ankang-keys.json``."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

FORMAT: Literal["ankang-keys/1"] = "ankang-keys/1"


class PublicKey(Struct, frozen=True, omit_defaults=True):
    """One SM2 key: ``public`` is the uncompressed point in hex (04 ‖ x ‖ y), ``since`` unix seconds."""

    kid: Annotated[int, Meta(ge=1, le=255)]
    alg: Literal["SM2"]
    public: Annotated[str, Meta(pattern=r"^04[0-9a-f]{128}$")]
    since: int


class KeyList(Struct, frozen=True):
    """All keys that may ever have signed, the newest first. ``issuer``: the address it is published under."""

    format: Literal["ankang-keys/1"]
    issuer: str
    keys: Sequence[PublicKey]


class KeyListFault(ValueError):
    """The text is no list of keys; the message says where it is wrong."""


def write_keys(issuer: str, keys: Sequence[PublicKey]) -> str:
    """The list as it is published."""
    plain = msgspec.json.encode(KeyList(FORMAT, issuer, keys))
    return msgspec.json.format(plain, indent=2).decode() + "\n"


def read_keys(text: str) -> Mapping[int, bytes]:
    """Public keys (65 bytes) by kid. Raises :class:`KeyListFault`."""
    try:
        listed = msgspec.json.decode(text, type=KeyList)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError) as fault:
        raise KeyListFault(str(fault)) from None
    found = {key.kid: bytes.fromhex(key.public) for key in listed.keys}
    if len(found) != len(listed.keys):
        raise KeyListFault("one number stands for two keys")
    return found
