"""What a scanner holds, what it takes, and what it answers.

The order of lists is by sequence number within one chain (issuer, kind of indices, epoch), never by date. A scanner
that keeps the :class:`Mark` of what it held refuses everything older, also after a restart.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy.typing as npt

from ankang.core.colours import Colour
from ankang.core.lists.body import digest_of
from ankang.core.lists.entries import Colours, Entries
from ankang.core.lists.faults import ListFault
from ankang.core.lists.header import Header, Indices
from ankang.core.lists.sealed import unseal_file


@dataclass(frozen=True, slots=True)
class Terms:
    """What a scanner is set up for: its province, the epoch, the kind of indices, and the keys it trusts."""

    issuer: int
    epoch: int
    keys: Mapping[int, bytes]
    indices: Indices = Indices.DAY


@dataclass(frozen=True, slots=True)
class Mark:
    """The latest that was ever held of one epoch; small enough to be kept on a device that keeps nothing else."""

    epoch: int
    sequence: int
    not_before: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class Held:
    """A list that was taken, with every delta since; ``header`` is that of the last of them."""

    header: Header
    content: Entries

    @property
    def mark(self) -> Mark:
        """To be kept, and given to :func:`take_list` next time."""
        header = self.header
        return Mark(header.epoch, header.sequence, header.not_before, header.digest)

    @property
    def until(self) -> int:
        """From this moment (unix seconds) on the issuer does not answer for it any more."""
        return self.header.next_update

    def age(self, now: float) -> float:
        """Seconds since the colours were those of this list; below 0 when the clock is wrong."""
        return now - self.header.not_before

    def require_fresh(self, now: float, limit: float = math.inf) -> None:
        """``not_yet_valid`` or ``too_old`` (a frozen list): then nobody can be verified with it.

        ``limit``: the most seconds of age that this door allows; the issuer's own limit counts in any case.
        """
        if self.age(now) < 0:
            raise ListFault("not_yet_valid")
        if now >= self.until or self.age(now) >= limit:
            raise ListFault("too_old")

    def colour_of(self, index: int, now: float) -> Colour:
        """The colour behind a code index at ``now``; green when it is not listed. The code must be of this epoch."""
        self.require_fresh(now)
        return Colour(self.content.value_of(index))

    def colours_of(self, indices: npt.ArrayLike, now: float) -> Colours:
        """The colour numbers of many code indices at once."""
        self.require_fresh(now)
        return self.content.look_up(indices)


def take_list(data: bytes, terms: Terms, mark: Mark | None = None) -> Held:
    """A full list to be held from now on; :class:`ListFault` when it is not to be taken.

    A list may be taken ahead of its time, and one that is too old by itself may be the base of deltas: whether what
    is held may answer is asked each time it does. The same list again is fine.
    """
    header, content = unseal_file(data, terms.keys)
    if header.is_delta:
        raise ListFault("wrong_base")
    _check_terms(header, terms)
    if mark is not None and mark.epoch == header.epoch:
        _check_mark(header, mark)
    return Held(header, content)


def take_delta(held: Held, data: bytes, terms: Terms) -> Held:
    """``held`` after a delta; :class:`ListFault`, with ``held`` as it was, when it does not lead on from there."""
    header, changes = unseal_file(data, terms.keys)
    if not header.is_delta:
        raise ListFault("bad_version")
    _check_terms(header, terms)
    if header.size != held.header.size:
        raise ListFault("other_space")
    _check_mark(header, held.mark)
    if (header.base_sequence, header.base_digest) != (held.header.sequence, held.header.digest):
        raise ListFault("wrong_base")
    content = held.content.changed_by(changes)
    if digest_of(content, header) != header.digest:
        raise ListFault("wrong_digest")
    return Held(replace(header, count=len(content), base_sequence=0, base_digest=b""), content)


def _check_terms(header: Header, terms: Terms) -> None:
    if header.issuer != terms.issuer:
        raise ListFault("other_issuer")
    if header.indices != terms.indices:
        raise ListFault("other_indices")
    if header.epoch != terms.epoch:
        raise ListFault("other_epoch")


def _check_mark(header: Header, mark: Mark) -> None:
    if header.sequence < mark.sequence:
        raise ListFault("rollback")
    if header.sequence == mark.sequence and header.digest != mark.digest:
        raise ListFault("forked")
    if header.not_before < mark.not_before:
        raise ListFault("backdated")
