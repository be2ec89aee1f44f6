"""Every address of the gate, and who may call it, said aloud (style.md rule 6)."""

from collections.abc import Callable
from typing import Any, Literal, NamedTuple

from ankang.gate.handlers.group import check_in, members
from ankang.gate.handlers.lists import published_lists
from ankang.gate.handlers.passes import issue_pass, me
from ankang.gate.handlers.places import door, keys, place, presence
from ankang.gate.handlers.reports import report
from ankang.gate.handlers.scan import scan
from ankang.gate.handlers.uploads import judge_upload
from ankang.gate.handlers.verify import verify

Handler = Callable[..., Any]
BODY = 64 * 1024
UPLOAD = 1024 * 1024


class Route(NamedTuple):
    """``who`` may call; ``records`` = makes visits (a revoked device's attempt is stored too)."""

    path: str
    method: str
    who: Literal["device", "resident", "anyone"]
    handler: Handler | None
    limit: int = BODY
    records: bool = False


ROUTES = {
    route.path: route
    for route in (
        Route("/g/v1/verify", "POST", "device", verify, records=True),
        Route("/g/v1/scan", "POST", "resident", scan, records=True),
        Route("/g/v1/group", "POST", "device", check_in, records=True),
        Route("/g/v1/members", "GET", "device", members),
        Route("/g/v1/visits", "POST", "device", judge_upload, limit=UPLOAD, records=True),
        Route("/g/v1/pass", "POST", "resident", issue_pass),
        Route("/g/v1/me", "GET", "resident", me),
        Route("/g/v1/presence", "POST", "resident", presence),
        Route("/g/v1/report", "POST", "device", report),
        Route("/g/v1/door", "GET", "device", door),
        Route("/g/v1/place", "GET", "anyone", place),
        Route("/g/v1/keys", "GET", "anyone", keys),
        Route("/g/v1/lists", "GET", "anyone", published_lists),
        Route("/g/v1/health", "GET", "anyone", None),
        Route("/g/v1/metrics", "GET", "anyone", None),
    )
}
