"""Publish what is due: reserve a number, build, sign, write, note. Killed anywhere, the next run goes on.

The number is reserved and committed before a file of it can be seen, so no two contents ever have the same one. A number
that was reserved and not noted as published is skipped, and a full list follows.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np
from django.db import connection

from ankang.base.models import Region
from ankang.config.settings import load_settings
from ankang.core import lists
from ankang.core.colours import Colour
from ankang.core.permutation import DECOYS, SIZE, permanent_key
from ankang.core.sm import Sm2Signer, kdf
from ankang.trust.index_space import epoch_master, index_space
from ankang.trust.keyring import keyring

from ..models import ListHead
from .chains import GRAIN, Chain, chains_at, is_due, is_full_due
from .folder import ListFolder, forget_past
from .reading import Reading, Rows

_LOCK = 7_102

Space = tuple[Callable[[np.ndarray], np.ndarray], int]
"""Person numbers → code indices, and the size of the space."""


class Published(NamedTuple):
    """One list that went out; ``full`` and ``delta`` are sizes in bytes, 0 when there was none."""

    chain: Chain
    sequence: int
    entries: int
    full: int
    delta: int


_held: dict[Chain, tuple[bytes, lists.Padded]] = {}
"""What this process published last, by chain, with its digest: saves reading it back. The head decides if it counts."""


def issuer() -> int | None:
    """The region at the root of this house as six digits; None while there is no region."""
    code = Region.objects.filter(parent=None).order_by("code").values_list("code", flat=True).first() or ""
    digits = code[:6].ljust(6, "0")
    return int(digits) if digits.isascii() and digits.isdigit() and digits[0] != "0" else None


def publish_lists(now: datetime, everything: bool = False) -> list[Published]:
    """Publish every list that is due (or all that run); returns what went out. Nothing when another worker is at it."""
    issuing, moment, done = issuer(), now.timestamp(), []
    with _alone() as alone:
        if issuing is None or not alone:
            return []
        reading = Reading(moment)
        for chain in chains_at(issuing, moment):
            published = _publish(chain, moment, reading, everything)
            done += [published] if published else []
        forget_past(load_settings().lists_folder, moment)
        for chain in [chain for chain in _held if chain not in chains_at(issuing, moment)]:
            del _held[chain]
    return done


def _publish(chain: Chain, now: float, reading: Reading, everything: bool) -> Published | None:
    space = _space(chain)
    head, _ = ListHead.objects.get_or_create(
        issuer=chain.issuer, epoch=chain.epoch, kind=int(chain.indices), defaults={"digest": b""}
    )
    if space is None or not (everything or is_due(chain, now, head.full_at)):
        return None
    folder = ListFolder(load_settings().lists_folder, chain)
    folder.begin()
    ring = keyring()
    kid, signer = ring.code_signing()
    was = _last(chain, head, folder, space, ring.code_keys())
    broken = was is None or head.reserved != head.sequence
    sequence = _reserve(head, chain.next_sequence(now, max(head.reserved, folder.newest())))
    stands, is_full = reading.stands(chain.indices), broken or is_full_due(chain, now, head.full_at)
    is_same = was is not None and 0 < stands == head.feed and not is_full
    padded = _padded(chain, was, None if is_same else reading.rows(chain.indices, chain.epoch), space)
    before, after = chain.times(now, head.not_before, load_settings().list_good_for)
    header = lists.Header(kid, chain.indices, chain.issuer, chain.epoch, sequence, before, after, space[1])
    header = header.with_content(len(padded.published), lists.digest_of(padded.published, header))
    full = lists.seal_list(header, padded.published, signer) if is_full else b""
    delta = _delta(head, header, was, padded, signer) if was else b""
    folder.write(header, full or None, (head.sequence, delta) if delta else None)
    _note(head, header, stands, now if is_full else head.full_at)
    _held[chain] = (header.digest, padded)
    return Published(chain, sequence, len(padded.published), len(full), len(delta))


def _space(chain: Chain) -> Space | None:
    """The chain's indices; None for an epoch that has no index space (of 30 bits, before sizes were fixed)."""
    if chain.indices in (lists.Indices.PAPER, lists.Indices.WITHDRAWN_SHEETS):
        return lists.SpacePermutation(permanent_key(keyring().all("epoch")[-1].secret), SIZE).indices, SIZE
    size, master = index_space(chain.epoch), epoch_master(chain.epoch)
    if size is None or master is None:
        return None
    return lists.SpacePermutation(kdf(master, "index", chain.epoch.to_bytes(4, "big")), size).indices, size


def _last(
    chain: Chain, head: ListHead, folder: ListFolder, space: Space, keys: dict[int, bytes]
) -> lists.Padded | None:
    """The list noted last, with its decoys; from memory or from the files."""
    digest = bytes(head.digest)
    remembered = _held.get(chain)
    if remembered and remembered[0] == digest and folder.latest().get("sequence") == head.sequence:
        return remembered[1]
    held = folder.read_back(head.sequence, digest, keys) if head.sequence else None
    if held is None:
        return None
    return _plain(held.content) if chain.indices.is_withdrawals else lists.resume(held.content, _decoys(space), GRAIN)


def _padded(chain: Chain, was: lists.Padded | None, rows: Rows | None, space: Space) -> lists.Padded:
    """The list as it is to be published; ``rows`` None: nothing changed since ``was``."""
    chance = random.SystemRandom()
    entries = None if rows is None else _entries(chain, rows, space)
    if entries is None:
        assert was is not None
        entries = was.real
    if chain.indices.is_withdrawals:
        return _plain(entries)
    return lists.pad(entries, _decoys(space), GRAIN, chance) if was is None else lists.pad_next(was, entries, chance)


def _plain(entries: lists.Entries) -> lists.Padded:
    """Withdrawals have no decoys: how many phones and sheets were lost says nothing of anybody's health."""
    nobody = np.empty(0, np.uint32)
    return lists.Padded(entries, entries, lists.Entries(nobody, nobody, entries.size, entries.rest), nobody, 0)


def _decoys(space: Space) -> np.ndarray:
    """The indices that belong to nobody (core.permutation)."""
    indices, size = space
    return indices(np.arange(size - DECOYS, size, dtype=np.int64)).astype(np.uint32)


def _entries(chain: Chain, rows: Rows, space: Space) -> lists.Entries:
    """People above the reserve of the space have an index outside: a scanner says "cannot verify" of them."""
    (persons, values), (indices, size) = rows, space
    within = persons < size - DECOYS
    rest = lists.NOT_WITHDRAWN if chain.indices.is_withdrawals else Colour.GREEN
    return lists.Entries(indices(persons[within]).astype(np.uint32), values[within], size, rest)


def _delta(head: ListHead, header: lists.Header, was: lists.Padded, padded: lists.Padded, signer: Sm2Signer) -> bytes:
    base = lists.Header(
        header.kid,
        header.indices,
        header.issuer,
        header.epoch,
        head.sequence,
        head.not_before,
        head.next_update,
        header.size,
    ).with_content(len(was.published), bytes(head.digest))
    return lists.seal_delta(lists.Sealed(base, was.published), header, padded.published, signer)


def _reserve(head: ListHead, wanted: int) -> int:
    """Take a number for good; it is committed before anything of it can be seen."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE passage_list_head SET reserved = greatest(reserved + 1, %s) WHERE id = %s RETURNING reserved",
            [wanted, head.pk],
        )
        head.reserved = int(cursor.fetchone()[0])
    return head.reserved


def _note(head: ListHead, header: lists.Header, feed: int, full_at: float) -> None:
    """The list is out."""
    head.sequence, head.digest, head.feed, head.full_at = header.sequence, header.digest, feed, full_at
    head.not_before, head.next_update = header.not_before, header.next_update
    head.published_at = datetime.now(UTC)
    head.save()


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether this worker is the only one that publishes; the lock goes with the connection of one that dies."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        alone = bool(cursor.fetchone()[0])
        try:
            yield alone
        finally:
            if alone:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
