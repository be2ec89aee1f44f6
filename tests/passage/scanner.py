"""A scanner without a network, as its maker would write it from docs/list-format.md: it follows one chain from the files."""

import json
from collections.abc import Callable, Mapping

from ankang.core import lists
from ankang.core.colours import Colour

Fetch = Callable[[str], bytes]


class Scanner:
    """Holds a list; ``fetch`` gets a file of the chain's folder by name."""

    def __init__(self, terms: lists.Terms, fetch: Fetch) -> None:
        self.terms, self.fetch = terms, fetch
        self.held: lists.Held | None = None

    def update(self) -> "Scanner":
        """Follow the deltas; take the full list when there is none to follow."""
        latest = json.loads(self.fetch("latest.json"))
        if not self._follow(latest):
            mark = self.held.mark if self.held else None
            self.held = lists.take_list(self.fetch(latest["list"]["file"]), self.terms, mark)
            assert self._follow(latest)
        assert self.held.header.digest.hex() == latest["digest"]
        return self

    def _follow(self, latest: Mapping[str, object]) -> bool:
        for delta in latest["deltas"]:  # type: ignore[attr-defined]
            if self.held and self.held.header.sequence == delta["from"]:
                self.held = lists.take_delta(self.held, self.fetch(delta["file"]), self.terms)
        return self.held is not None and self.held.header.sequence == latest["sequence"]

    @property
    def sequence(self) -> int:
        """Of what is held."""
        assert self.held
        return self.held.header.sequence

    def colour(self, index: int, now: float) -> Colour:
        """The answer at the door."""
        assert self.held
        return self.held.colour_of(index, now)
