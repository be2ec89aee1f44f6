"""Law: two offices of one county, each with its own staff: nobody sees another office's queue, list or object (G3).

Every duty of the visitors is narrowed to their own organisation; what belongs to the county as a whole is not theirs either.
"""

import pytest

from ankang.base.permissions import ROLES, STAFF

from .access_ground import Side, two_offices
from .test_access import ROUTES, Visitor, _groups, leaks

pytestmark = pytest.mark.django_db

OWN = {"organisation", "door", "device", "group", "member", "invited"}
"""What of an office its own staff see in lists, so that a list which is empty for everybody proves nothing."""


@pytest.fixture
def offices() -> tuple[Side, Side]:
    """A school and a clinic."""
    return two_offices()


@pytest.mark.timeout(1200)  # some thousand requests; a busy machine is no fault
def test_of_another_office_nothing_is_found_and_nothing_is_seen(offices: tuple[Side, Side]) -> None:
    assert leaks(*offices) == []


@pytest.mark.timeout(1200)  # some thousand requests; a busy machine is no fault
def test_each_office_finds_its_own(offices: tuple[Side, Side]) -> None:
    here, seen, shut = offices[0], set[str](), []
    for number, roles in enumerate(_groups()):
        visitor = Visitor(here, f"own-{number}", *roles)
        held = {permission for role in roles for permission in ROLES[role]}
        for route in ROUTES:
            if route.method != "get" or route.permission not in held | {STAFF}:
                continue
            status, body = visitor.ask(route, here)
            seen |= set(here.seen_in(body))
            own = set((route.objects or {}).values()) & {"organisation", "checkpoint", "device", "group", "member"}
            if own and status in (403, 404) and not route.pattern.endswith("/delete/"):
                shut.append((route.pattern, status))
    assert (sorted(OWN - seen), shut) == ([], [])

