"""Making and reading the signed bytes of lists and deltas."""

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from ankang.core.lists.body import decode_body, digest_of, encode_body
from ankang.core.lists.entries import Entries
from ankang.core.lists.faults import ListFault
from ankang.core.lists.header import (
    KIND_DELTA,
    KIND_LIST,
    SIGNATURE_BYTES,
    Header,
    header_bytes,
    pack,
    require_sound,
    unpack,
)
from ankang.core.sm import Sm2Signer, sm2_verify


class Sealed(NamedTuple):
    """What a list or delta says: its header, and its entries or changes."""

    header: Header
    content: Entries


def seal_list(header: Header, content: Entries, signer: Sm2Signer) -> bytes:
    """A full list. ``header``: a new one, whose count and digest are filled in here.

    ``ValueError`` when header and content do not fit each other, or no reader would take them.
    """
    if header.is_delta or header.size != content.size:
        raise ValueError("header and content belong to different lists")
    require_sound(header)
    header = header.with_content(len(content), digest_of(content, header))
    return _signed(pack(header) + encode_body(content, header), signer)


def seal_delta(base: Sealed, header: Header, later: Entries, signer: Sm2Signer) -> bytes:
    """The delta that turns ``base`` (a list as held) into ``later``. ``header``: of the list that results."""
    chain = (header.indices, header.issuer, header.epoch, header.size)
    held = base.header
    if held.is_delta or chain != (held.indices, held.issuer, held.epoch, held.size) or later.size != header.size:
        raise ValueError("base and delta belong to different lists")
    require_sound(header)
    changes = base.content.changes_to(later)
    header = replace(header, base_sequence=held.sequence, base_digest=held.digest)
    header = header.with_content(len(changes), digest_of(later, header))
    return _signed(pack(header) + encode_body(changes, header), signer)


def unseal_file(data: bytes, keys: Mapping[int, bytes]) -> Sealed:
    """A list or delta that one of ``keys`` (key id → public point, 65 bytes) signed; :class:`ListFault` otherwise.

    Form, key and signature come first: nothing of a body is read that was not signed. Whether it is the right
    list, and fresh, is asked in :mod:`ankang.core.lists.held`.
    """
    header = unpack(data)
    public = keys.get(header.kid)
    if public is None:
        raise ListFault("unknown_key")
    if not sm2_verify(public, data[:-SIGNATURE_BYTES], data[-SIGNATURE_BYTES:]):
        raise ListFault("bad_signature")
    start = header_bytes(KIND_DELTA if header.is_delta else KIND_LIST)
    content = decode_body(memoryview(data)[start:-SIGNATURE_BYTES], header)
    if len(content) != header.count:
        raise ListFault("bad_content")
    if not header.is_delta and digest_of(content, header) != header.digest:
        raise ListFault("wrong_digest")
    return Sealed(header, content)


def _signed(message: bytes, signer: Sm2Signer) -> bytes:
    return message + signer.sign(message)
