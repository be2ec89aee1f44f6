"""Who walks with whom just now, in the gate's memory, fresh within a second (A6).

Only pairs that walk along are held, about 300 bytes each; every change of people_companion has the next revision of
"companions" and becomes visible in that order, so "newer than what I hold" misses nothing. Until it has read them once a
gate knows no companions: whoever comes along shows an own code.
"""

import time
from typing import Any, Final, NamedTuple

from ankang.gate.link import Connection

MANY_CHANGES: Final = 10_000
"""So many changes behind, and all is read anew."""
SWEEP_EVERY: Final = 3600.0

_COLUMNS = "id, holder_id, companion_id, slot, coalesce(extract(epoch from along_until), 0)::bigint, name_sealed, revision"
_LIVE = f"select {_COLUMNS} from people_companion where along_until > now() order by id"
_CHANGES = f"""
    select {_COLUMNS} from people_companion where revision > $1 order by revision, id limit {MANY_CHANGES + 1}"""
_REVISION = "select revision from base_revision where name = 'companions'"


class Along(NamedTuple):
    """Somebody who walks along until a moment (unix seconds); ``name``: the masked name, sealed (core.gate_names)."""

    slot: int
    person: int
    until: int
    name: bytes


class Companions:
    """The pairs as of :attr:`revision`; -1 before anything was read."""

    def __init__(self) -> None:
        self._pairs: dict[int, tuple[Along, ...]] = {}
        self._swept_at = time.monotonic()
        self.revision = -1

    def __len__(self) -> int:
        return sum(map(len, self._pairs.values()))

    def of(self, holder: int, now: float) -> list[Along]:
        """Who walks with the holder now, in the order in which the holder's phone lists them."""
        pairs = self._pairs.get(holder)
        return [pair for pair in pairs if pair.until > now] if pairs else []

    async def look(self, connection: Connection, wanted: int) -> None:
        """Come up to revision ``wanted`` (0 when there never was a companion)."""
        if self.revision == wanted:
            self._sweep()
            return
        changes = [] if self.revision < 0 else await connection.fetch(_CHANGES, self.revision)
        if self.revision < 0 or self.revision > wanted or len(changes) > MANY_CHANGES:
            await self._load(connection)
        else:
            self._apply(changes)
            self.revision = wanted  # a change that left every pair as it was has a number too

    async def _load(self, connection: Connection) -> None:
        """All that live now. A revision of more than there is belonged to another database."""
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            revision = await connection.fetchval(_REVISION) or 0
            rows = await connection.fetch(_LIVE)
        self._pairs = {}
        self._apply(rows)
        self.revision = revision

    def _apply(self, rows: list[Any]) -> None:
        for _, holder, person, slot, until, name, revision in rows:
            others = [pair for pair in self._pairs.get(holder, ()) if pair.person != person]
            if until:
                others.append(Along(slot, person, until, bytes(name)))
            if others:
                self._pairs[holder] = tuple(sorted(others))
            else:
                self._pairs.pop(holder, None)
            self.revision = max(self.revision, revision)

    def _sweep(self) -> None:
        """Let go of those whose time is over."""
        if time.monotonic() - self._swept_at < SWEEP_EVERY:
            return
        self._swept_at, now = time.monotonic(), time.time()
        for holder in list(self._pairs):
            if left := tuple(self.of(holder, now)):
                self._pairs[holder] = left
            else:
                del self._pairs[holder]
