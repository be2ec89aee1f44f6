"""Who may do what: one sorted list of permissions, roles as sets of them, and how an endpoint states its own.

A page, API operation or console screen carries ``@requires("…")`` or ``@public("why")``; tests/laws walks all
routes and fails for one that says nothing. Services narrow by region and organisation.
"""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

from .confirming import confirmed_lately
from .errors import ConfirmYourself, NotAllowed, NotSignedIn

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from .models import Duty

PERMISSIONS = (
    "archive.approve",
    "archive.environment",
    "archive.health",
    "archive.market",
    "areas.approve",
    "areas.declare",
    "areas.view",
    "board.view",
    "carriers.issue",
    "carriers.issue_in_bulk",
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
    "groups.edit",
    "operations.view",
    "people.approve",
    "people.assist",
    "people.import",
    "people.look_up",
    "people.merge",
    "people.review",
    "people.unmask",
    "people.view",
    "personal_archive.credit",
    "personal_archive.household",
    "personal_archive.licences",
    "personal_archive.medical_insurance",
    "personal_archive.social_security",
    "policies.approve",
    "policies.edit",
    "policies.request",
    "policies.view",
    "reads.view",
    "rides.authorities",
    "rules.approve",
    "rules.edit",
    "rules.view",
    "staff.edit",
    "staff.view",
    "visits.view",
)

ADMINISTRATORS = ("auditor", "security_administrator", "system_administrator")
"""One person never holds two of these (GB/T 22239 level 3); the database refuses it too."""

ROLES: dict[str, frozenset[str]] = {
    "agency": frozenset({"board.view", "feeds.send", "feeds.view"}),
    "approver": frozenset(
        {
            "archive.approve",
            "areas.approve",
            "areas.view",
            "board.view",
            "colours.view",
            "evidence.view",
            "feeds.approve",
            "feeds.view",
            "people.approve",
            "people.view",
            "policies.approve",
            "policies.view",
            "rules.approve",
            "rules.view",
        }
    ),
    "auditor": frozenset({"reads.view", "staff.view"}),
    "checkpoint_manager": frozenset(
        {
            "board.view",
            "checkpoints.edit",
            "checkpoints.view",
            "devices.enrol",
            "devices.view",
            "groups.edit",
            "policies.request",
            "policies.view",
            "visits.view",
        }
    ),
    "credit_officer": frozenset({"feeds.send", "feeds.view", "personal_archive.credit"}),
    "door_staff": frozenset({"checkpoints.view", "devices.view"}),
    "environment_regulator": frozenset({"archive.environment", "checkpoints.view", "policies.view"}),
    "feed_officer": frozenset({"feeds.send", "feeds.view"}),
    "grid_worker": frozenset({"carriers.issue", "colours.view", "people.look_up", "people.view"}),
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
            "people.approve",
            "people.assist",
            "people.look_up",
            "people.merge",
            "people.review",
            "people.unmask",
            "people.view",
            "policies.request",
            "policies.view",
            "rules.view",
            "visits.view",
        }
    ),
    "health_regulator": frozenset({"archive.health", "checkpoints.view", "policies.view"}),
    "hospital": frozenset({"feeds.send", "feeds.view"}),
    "hotline_agent": frozenset({"areas.view", "colours.view", "people.look_up", "people.view", "rules.view"}),
    "household_officer": frozenset({"feeds.send", "feeds.view", "personal_archive.household"}),
    "licence_officer": frozenset({"feeds.send", "feeds.view", "personal_archive.licences"}),
    "market_regulator": frozenset({"archive.market", "checkpoints.view", "policies.view"}),
    "medical_insurance_officer": frozenset({"feeds.send", "feeds.view", "personal_archive.medical_insurance"}),
    "operations": frozenset(
        {
            "board.view",
            "carriers.issue",
            "carriers.issue_in_bulk",
            "checkpoints.view",
            "devices.view",
            "operations.view",
            "people.assist",
            "people.import",
            "people.look_up",
            "people.merge",
            "people.review",
            "people.view",
            "visits.view",
        }
    ),
    "rule_author": frozenset(
        {"areas.declare", "areas.view", "board.view", "colours.view", "policies.edit", "policies.view", "rules.edit", "rules.view"}
    ),
    "security_administrator": frozenset({"rides.authorities", "staff.edit", "staff.view"}),
    "social_security_officer": frozenset({"feeds.send", "feeds.view", "personal_archive.social_security"}),
    "system_administrator": frozenset({"board.view", "checkpoints.view", "devices.view", "operations.view", "rides.authorities"}),
    "tracer": frozenset(
        {"areas.view", "board.view", "checkpoints.view", "colours.view", "evidence.view", "people.look_up", "people.view", "visits.view"}
    ),
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
    """Region codes at the top of the subtrees in which ``user`` holds ``permission`` for everything of the region.

    A duty narrowed to an organisation is not among them: what belongs to a region and to no organisation (persons,
    rules, areas, feeds) is outside it. Its reach is in :func:`organisations_where`.
    """
    return sorted({duty.region_id for duty in _duties(user, permission) if duty.organisation is None})


def organisations_where(user: "User", permission: str) -> list[tuple[str, int]]:
    """Region code and organisation at the top of each narrowed reach in which ``user`` holds ``permission``."""
    narrowed = {(duty.region_id, duty.organisation) for duty in _duties(user, permission) if duty.organisation is not None}
    return sorted(narrowed)


def _duties(user: "User", permission: str) -> "list[Duty]":
    if permission not in permissions_of(user):  # a token of the API may carry less than the duty
        return []
    return [duty for duty in user.duties.all() if permission in ROLES.get(duty.role, frozenset())]


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


def sensitive(view: View) -> View:
    """Ask who signed in more than five minutes ago for the password, a code or the passkey again (G3).

    Stands below ``@requires`` or ``@staff_only``. A page is asked for again; a form that was sent is kept sealed
    meanwhile. The API answers 403 ``confirm_yourself``.
    """

    @wraps(view)
    def guarded(request: Any, *args: Any, **kwargs: Any) -> Any:
        if not confirmed_lately(request):
            raise ConfirmYourself()
        return view(request, *args, **kwargs)

    guarded.sensitive = True  # type: ignore[attr-defined]
    return guarded  # type: ignore[return-value]


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
