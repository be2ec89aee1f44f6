"""What a handler decides: an answer, and perhaps a visit that must be durable before the answer goes out."""

from collections.abc import Mapping

import msgspec

from ankang.gate.answers import language
from ankang.gate.visits import Visit


class Outcome(msgspec.Struct, gc=False):
    """``status`` and JSON ``body``; ``visit`` to record first; ``retry`` when it may be there already."""

    status: int
    body: bytes
    visit: Visit | None = None
    retry: bool = False


class Call(msgspec.Struct, gc=False):
    """A request as handlers see it: the raw body and query string; header names in lower case."""

    body: bytes
    query: str
    headers: Mapping[str, str]

    @property
    def lang(self) -> str:
        """The reader's language, ``zh`` or ``en``."""
        return language(self.headers)
