"""Law: every route, with every role, inside and outside its region (G3).

Without the permission: 401 or 403. With it, inside: the page opens. With it, but in another county: the object is not there,
lists are without it, and nothing of the other side stands anywhere in the answer.
"""

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib import admin
from django.db import transaction
from django.test import Client

from ankang.base.models import AccessRecord
from ankang.base.permissions import ADMINISTRATORS, PERMISSIONS, ROLES, STAFF

from .access_ground import Side, a_side, staff_of
from .test_routes import _operations, _pages

pytestmark = pytest.mark.django_db

OBJECTS = (
    ("console/approvals/<int:approval>", {"approval": "approval"}),
    ("console/carriers/lists/<int:run>", {"run": "run", "part": "1", "form": "csv"}),
    ("console/carriers/<int:person>", {"person": "person"}),
    ("console/desk/<int:person>", {"person": "person"}),
    ("console/desk/states/<int:number>", {"number": "leaving"}),
    ("console/requests/<int:number>", {"number": "request", "picture": "1"}),
    ("console/merges/<int:number>", {"number": "merge"}),
    ("console/places/archive/<int:number>", {"number": "checkpoint"}),
    ("console/places/archive/entries/<int:number>", {"number": "item"}),
    ("console/places/lists/<int:number>", {"number": "import", "act": "confirm", "form": "csv"}),
    ("console/places/standing/<int:number>", {"number": "checkpoint"}),
    ("console/places/devices/<int:pk>", {"pk": "device"}),
    ("console/health/people/<int:person>", {"person": "person", "record": "record"}),
    ("console/groups/<int:pk>", {"pk": "group"}),
    ("console/reads/questions/<int:number>", {"number": "question"}),
    ("console/reads/alerts/<int:number>", {"number": "alert"}),
    ("console/feeds/batches/<int:number>", {"number": "batch", "form": "csv"}),
    ("console/staff/invitations/<int:pk>", {"pk": "invitation"}),
    ("console/staff/<int:pk>", {"pk": "member", "duty": "duty"}),
    ("api/v1/places/{checkpoint}", {"checkpoint": "checkpoint"}),
    ("api/v1/places/organisations/{organisation}", {"organisation": "organisation"}),
    ("api/v1/places/archive/{number}", {"number": "item"}),
    ("api/v1/places/lists/{number}", {"number": "import", "act": "confirm"}),
    ("api/v1/feeds/batches/{batch}", {"batch": "batch", "n": "1", "act": "stop"}),
)
"""Addresses of objects that belong to a county: each parameter, and the object of the ground it takes (or the text itself)."""

OWN_ONLY = ("console/carriers/lists/<", "console/places/lists/<", "api/v1/places/lists/{", "api/v1/feeds/batches/{")
"""Only who began it sees it, so a colleague does not find it either."""

NOT_FOR_ALL = ("console/account/password",)
"""Who has no password (as everybody here) has none to change."""
OWN = {"form": "csv", "kind": "print", "slug": "nucleic-tests", "wanted": "open", "act": "withdraw", "feed": "nucleic-tests"}
REFUSED = {401, 403}
GONE = {302, 403, 404}
"""What a screen of the console answers about a row that is not there: Django goes back to the first page."""


@dataclass(frozen=True)
class Route:
    """One way in: method, address with parameters, permission; ``objects``: what the parameters stand for."""

    method: str
    pattern: str
    permission: str
    objects: dict[str, str] | None
    screen: bool = False

    def address(self, side: Side) -> str:
        """The address of the side's object; routes without one get number 1."""

        def value(found: re.Match[str]) -> str:
            name = found[1].split(":")[-1]
            wanted = (self.objects or {}).get(name)
            return str(side.ids.get(wanted, wanted) if wanted else OWN.get(name, "1"))

        return "/" + re.sub(r"[<{]([^>}]+)[>}]", value, self.pattern)


def _objects(pattern: str) -> dict[str, str] | None:
    found = [objects for start, objects in OBJECTS if pattern.startswith(start)]
    return found[-1] if found else None


def _routes() -> Iterator[Route]:
    for pattern, view in _pages():
        if view.permission in (*PERMISSIONS, STAFF):
            yield Route("get", pattern, view.permission, _objects(pattern))
            yield Route("post", pattern, view.permission, _objects(pattern))
    for name, view in _operations():
        if view.permission in (*PERMISSIONS, STAFF):
            method, path = name.split(" ", 1)
            pattern = f"api/v1/{path.lstrip('/')}"
            yield Route(method.split("/")[0].lower(), pattern, view.permission, _objects(pattern))


SCREENS = {
    "people.person": "person",
    "health.colour": "person",
    "health.evidence": "record",
    "places.checkpoint": "checkpoint",
    "places.device": "device",
    "places.organisation": "organisation",
}


def _screens() -> Iterator[Route]:
    """The console's lists and what they open."""
    for model, screen in admin.site._registry.items():
        permission = getattr(screen, "permission", "")
        address = f"console/{model._meta.app_label}/{model._meta.model_name}/"
        if permission in PERMISSIONS:
            yield Route("get", address, permission, None)
        if name := SCREENS.get(model._meta.label_lower):
            for tail in ("change", "delete", "history") + (("unmask",) if name == "person" and "people" in address else ()):
                needed = "people.unmask" if tail == "unmask" else permission
                yield Route("get", f"{address}<x>/{tail}/", needed, {"x": name}, screen=True)


ROUTES = [*_routes(), *_screens()]


class Visitor:
    """A browser of one member of staff; whatever it does is undone."""

    def __init__(self, side: Side, name: str, *roles: str) -> None:
        self.browser, user = Client(), staff_of(side, name, *roles)
        self.browser.force_login(user)
        self.number, self.unmasked = user.pk, dict[str, bool]()
        """Addresses that showed a name, document or phone in full, and whether the read was on record then (G2, I8)."""

    def ask(self, route: Route, side: Side) -> tuple[int, str]:
        """Status and body of the answer about ``side``'s object."""
        plain = route.method == "get" or not route.pattern.startswith("api/")
        given: dict[str, Any] = {} if plain else {"content_type": "application/json", "data": "{}"}
        with transaction.atomic():
            answer = getattr(self.browser, route.method)(route.address(side), **given)
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            if {"name", "document", "phone"} & set(side.seen_in(body.decode("utf-8", "replace"))):
                self.unmasked[route.pattern] = AccessRecord.objects.filter(reader=self.number).exists()
            transaction.set_rollback(True)
        return answer.status_code, body.decode("utf-8", "replace")


@pytest.fixture
def sides() -> tuple[Side, Side]:
    """Two counties."""
    return a_side("ningguo"), a_side("xuanzhou")


def nowhere(side: Side) -> Side:
    """A county of the same shape whose objects do not exist."""
    return Side(side.county, {name: uuid.UUID(int=1) if isinstance(number, uuid.UUID) else 10**8 for name, number in side.ids.items()})


OTHERS = [role for role in sorted(ROLES) if role not in ADMINISTRATORS]


def _groups(lacking: str | None = None) -> list[list[str]]:
    """All roles as few accounts (permissions add up, so what all together cannot do, none alone can), or those without one."""
    return [
        kept
        for roles in (OTHERS, *([role] for role in ADMINISTRATORS))
        if (kept := [role for role in roles if lacking is None or lacking not in ROLES[role]])
    ]


@pytest.mark.timeout(1200)  # some thousand requests; a busy machine is no fault
def test_without_the_permission_every_way_in_is_closed(sides: tuple[Side, Side]) -> None:
    here, opened, visitors = sides[0], [], {}
    for permission in PERMISSIONS:
        visitors[permission] = [Visitor(here, f"{permission}-{n}", *roles) for n, roles in enumerate(_groups(permission))]
    posted = {route.pattern for route in ROUTES if route.method == "post"}
    for route in ROUTES:
        if route.method == "get" and route.pattern in posted:
            continue  # the guard stands before the method is looked at
        for visitor in visitors.get(route.permission, []):
            status, _ = visitor.ask(route, here)
            if status not in (GONE if route.screen else REFUSED):
                opened.append((route.method, route.pattern, status))
    assert opened == []


@pytest.mark.timeout(1200)  # some thousand requests; a busy machine is no fault
def test_in_another_county_nothing_is_found_and_nothing_is_seen(sides: tuple[Side, Side]) -> None:
    assert leaks(*sides) == []


def leaks(here: Side, there: Side) -> list[tuple[str, str, int, str]]:
    """Every way in by which staff of ``here`` find an object of ``there``, or see anything of it."""
    wrong = []
    for number, roles in enumerate(_groups()):
        visitor = Visitor(here, f"visitor-{number}", *roles)
        for route in ROUTES:
            if route.permission != STAFF and not any(route.permission in ROLES[role] for role in roles):
                continue
            status, body = visitor.ask(route, there)
            if route.objects and status not in (GONE if route.screen else {403, 404, 405}):
                if status >= 400 and status == visitor.ask(route, nowhere(there))[0]:
                    continue  # a form that is refused before anything is looked up
                wrong.append((route.method, route.pattern, status, "the object of another"))
            if seen := there.seen_in(body):
                wrong.append((route.method, route.pattern, status, f"shows {seen}"))
            if status >= 500:
                wrong.append((route.method, route.pattern, status, "breaks"))
    return wrong


def _is_apart(route: Route, role: str) -> bool:
    """Whether the role does not open it for a reason of its own: see OWN_ONLY; rows are not deleted; feeds of one's section."""
    if route.objects is None and re.search("[<{]", route.pattern) or "/pictures/" in route.pattern:
        return True
    section = role.endswith("_officer") and role != "feed_officer" and "feeds/" in route.pattern
    return route.pattern.startswith(OWN_ONLY) or route.pattern.endswith("/delete/") or section


@pytest.mark.parametrize("role", sorted(ROLES))
def test_each_role_opens_what_is_its_own(role: str, sides: tuple[Side, Side]) -> None:
    here = sides[0]
    visitor = Visitor(here, f"visitor-{role}", role)
    shut = []
    for route in ROUTES:
        if route.method != "get" or route.permission not in ROLES[role] or _is_apart(route, role):
            continue
        status, _ = visitor.ask(route, here)
        if (status in REFUSED | {404} and route.pattern not in NOT_FOR_ALL) or status >= 500:
            shut.append((route.pattern, status))
    assert shut == []
    assert [pattern for pattern, on_record in visitor.unmasked.items() if not on_record] == []


def test_a_stranger_opens_nothing(sides: tuple[Side, Side]) -> None:
    browser, opened = Client(), []
    for route in ROUTES:
        status = getattr(browser, route.method)(route.address(sides[0])).status_code
        if status not in {302, 401, 403, 405}:
            opened.append((route.method, route.pattern, status))
    assert opened == []
