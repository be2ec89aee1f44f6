"""What a handler decides: an answer, and perhaps a visit that must be durable before the answer goes out."""

import msgspec

from ankang.gate.visits import Visit


class Outcome(msgspec.Struct, gc=False):
    """``status`` and JSON ``body``; ``visit`` to record first; ``retry`` when it may be there already."""

    status: int
    body: bytes
    visit: Visit | None = None
    retry: bool = False


class Call(msgspec.Struct, gc=False):
    """A request as handlers see it: ``lang`` is ``zh`` or ``en``, ``query`` the raw query string."""

    body: bytes
    query: str
    lang: str
