"""What a handler decides: an answer, or a visit that must be durable before its answer goes out."""

from collections.abc import Mapping

import msgspec

from ankang.gate.answers import language
from ankang.gate.faults import Fault
from ankang.gate.party import Party
from ankang.gate.visits import Visit


class Outcome(msgspec.Struct, gc=False):
    """A JSON ``body``, or a ``visit`` (or a ``party`` of several) whose answer is made when it is durable.

    ``fault``: what the caller is told all the same, the visit being a refusal.
    """

    body: bytes = b""
    visit: Visit | None = None
    fault: type[Fault] | None = None
    party: Party | None = None


class Call(msgspec.Struct, gc=False):
    """A request as handlers see it: the raw body and query string; header names in lower case."""

    body: bytes
    query: str
    headers: Mapping[str, str]

    @property
    def lang(self) -> str:
        """The reader's language, ``zh`` or ``en``."""
        return language(self.headers)
