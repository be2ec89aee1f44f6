"""Who may do what: one sorted list of permissions, roles as sets of them, and how an endpoint states its own.

A page, API operation or console screen carries ``@requires("…")`` or ``@public("why")``; tests/laws walks all
routes and fails for one that says nothing. Services narrow by region and organisation.
"""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

from .errors import NotAllowed, NotSignedIn

if TYPE_CHECKING:
    from django.contrib.auth.models import User

PERMISSIONS = (
    "areas.approve",
    "areas.declare",
    "areas.view",
    "board.view",
    "carriers.issue",
    "checkpoints.edit",
    "checkpoints.view",
    "colours.view",
    "devices.enrol",
    "devices.view",
    "evidence.retract",
    "evidence.view",
    "feeds.approve",
    "feeds.send",
    "feeds.view",
    "people.unmask",
    "people.view",
    "reads.view",
    "rules.approve",
    "rules.edit",
    "rules.view",
    "staff.edit",
    "visits.view",
)

ROLES: dict[str, frozenset[str]] = {
    "approver": frozenset(
        {
            "areas.approve",
            "areas.view",
            "board.view",
            "colours.view",
            "evidence.view",
            "feeds.approve",
            "feeds.view",
            "people.view",
            "rules.approve",
            "rules.view",
        }
    ),
    "auditor": frozenset({"reads.view"}),
    "checkpoint_manager": frozenset(
        {"board.view", "checkpoints.edit", "checkpoints.view", "devices.enrol", "devices.view", "visits.view"}
    ),
    "door_staff": frozenset({"checkpoints.view", "devices.view"}),
    "feed_officer": frozenset({"feeds.send", "feeds.view"}),
    "health_commission": frozenset(
        {
            "areas.declare",
            "areas.view",
            "board.view",
            "carriers.issue",
            "checkpoints.view",
            "colours.view",
            "evidence.retract",
            "evidence.view",
            "feeds.approve",
            "feeds.send",
            "feeds.view",
            "people.unmask",
            "people.view",
            "rules.view",
            "visits.view",
        }
    ),
    "operations": frozenset(
        {"board.view", "carriers.issue", "checkpoints.view", "devices.view", "people.view", "visits.view"}
    ),
    "rule_author": frozenset(
        {"areas.declare", "areas.view", "board.view", "colours.view", "rules.edit", "rules.view"}
    ),
    "security_administrator": frozenset({"staff.edit"}),
    "system_administrator": frozenset({"board.view", "checkpoints.view", "devices.view"}),
}

RESIDENT, STAFF = "resident", "staff"
View = TypeVar("View", bound=Callable[..., Any])


def may(user: Any, permission: str) -> bool:
    """Whether any of the user's duties holds ``permission`` (wherever it is; services narrow by region)."""
    if permission not in PERMISSIONS:
        raise ValueError(f"unknown permission {permission}")
    return permission in permissions_of(user)


def permissions_of(user: Any) -> frozenset[str]:
    """All permissions of a member of staff; none for anonymous or inactive users."""
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return frozenset()
    cached = getattr(user, "_ankang_permissions", None)
    if cached is None:
        cached = frozenset().union(*(ROLES.get(duty.role, frozenset()) for duty in user.duties.all()))
        user._ankang_permissions = cached
    return cached


def regions_where(user: "User", permission: str) -> list[str]:
    """Region codes at the top of the subtrees in which ``user`` holds ``permission``."""
    return sorted({duty.region_id for duty in user.duties.all() if permission in ROLES.get(duty.role, frozenset())})


def public(why: str) -> Callable[[View], View]:
    """State that an endpoint is open to everybody, and why."""

    def mark(view: View) -> View:
        view.permission = "public"  # type: ignore[attr-defined]
        view.permission_reason = why  # type: ignore[attr-defined]
        return view

    return mark


def requires(permission: str) -> Callable[[View], View]:
    """State the permission of an endpoint and refuse those without it: not signed in → 401, not allowed → 403."""
    if permission not in PERMISSIONS:
        raise ValueError(f"unknown permission {permission}")

    def mark(view: View) -> View:
        @wraps(view)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> Any:
            if not request.user.is_authenticated:
                raise NotSignedIn()
            if not may(request.user, permission):
                raise NotAllowed(details={"permission": permission})
            return view(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return mark


def staff_only(view: View) -> View:
    """State that an endpoint is open to every member of staff with a duty; its service narrows what each one gets."""

    @wraps(view)
    def guarded(request: Any, *args: Any, **kwargs: Any) -> Any:
        if not request.user.is_authenticated:
            raise NotSignedIn()
        if not permissions_of(request.user):
            raise NotAllowed()
        return view(request, *args, **kwargs)

    guarded.permission = STAFF  # type: ignore[attr-defined]
    return guarded  # type: ignore[return-value]


def for_resident(view: View) -> View:
    """State that an endpoint belongs to the resident whose credential is presented (people.credentials checks it)."""
    view.permission = RESIDENT  # type: ignore[attr-defined]
    return view
