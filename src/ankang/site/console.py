"""The console's frame: what the sidebar lists for whom, and its first page."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.db.models import Count, Q
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ankang.base.permissions import may, permissions_of
from ankang.base.saved_filters import count_of, filters_of
from ankang.base.work import work_for
from ankang.core.verdicts import Verdict
from ankang.passage.models import Visit
from ankang.passage.rules import day_of_moment
from ankang.places.services import checkpoints_of

from .console_lists import is_open

SECTIONS = (
    (gettext_lazy("People"), ("people", "health")),
    (gettext_lazy("Places"), ("places", "passage")),
    (gettext_lazy("House"), ("base", "trust")),
)
ICONS = {
    "base.region": "map",
    "health.colour": "health_and_safety",
    "health.evidence": "clinical_notes",
    "passage.visit": "door_open",
    "people.companion": "group",
    "people.person": "person_search",
    "places.checkpoint": "location_on",
    "places.device": "qr_code_scanner",
    "places.organisation": "account_tree",
}
PAGES = (
    ("board.view", gettext_lazy("Progress board"), "bar_chart", "board"),
    ("rules.view", gettext_lazy("Colour rules"), "rule", "rules"),
    ("areas.view", gettext_lazy("Risk areas"), "map", "areas"),
    ("policies.view", gettext_lazy("Policies"), "policy", "policy_list"),
    ("checkpoints.view", gettext_lazy("Coverage"), "stacked_bar_chart", "place_coverage"),
    ("checkpoints.edit", gettext_lazy("Lists of places"), "upload_file", "place_imports"),
    ("carriers.issue", gettext_lazy("Sheets and cards"), "badge", "find_carriers"),
    ("people.assist", gettext_lazy("Service window"), "support_agent", "desk"),
    ("people.review", gettext_lazy("Requests to review"), "fact_check", "reviews"),
    ("people.look_up", gettext_lazy("Look up a person"), "person_search", "look_up"),
    ("people.merge", gettext_lazy("Merge two records"), "merge", "merges"),
    ("people.import", gettext_lazy("Earlier registration codes"), "history", "legacy_lists"),
    ("groups.edit", gettext_lazy("Groups"), "groups", "groups"),
    ("personal_archive.credit", gettext_lazy("Personal archives"), "folder_shared", "archive_find"),
    ("personal_archive.household", gettext_lazy("Personal archives"), "folder_shared", "archive_find"),
    ("personal_archive.licences", gettext_lazy("Personal archives"), "folder_shared", "archive_find"),
    ("personal_archive.medical_insurance", gettext_lazy("Personal archives"), "folder_shared", "archive_find"),
    ("personal_archive.social_security", gettext_lazy("Personal archives"), "folder_shared", "archive_find"),
    ("personal_archive.credit", gettext_lazy("Corrections of archives"), "edit_note", "archive_corrections"),
    ("personal_archive.household", gettext_lazy("Corrections of archives"), "edit_note", "archive_corrections"),
    ("personal_archive.licences", gettext_lazy("Corrections of archives"), "edit_note", "archive_corrections"),
    ("personal_archive.medical_insurance", gettext_lazy("Corrections of archives"), "edit_note", "archive_corrections"),
    ("personal_archive.social_security", gettext_lazy("Corrections of archives"), "edit_note", "archive_corrections"),
    ("operations.view", gettext_lazy("Operations"), "monitor_heart", "operations"),
    ("feeds.view", gettext_lazy("Data feeds"), "move_to_inbox", "feeds"),
    ("reads.view", gettext_lazy("Reads on record"), "visibility", "access_reads"),
    ("rides.authorities", gettext_lazy("Ride code authorities"), "verified_user", "ride_authorities"),
    ("staff.view", gettext_lazy("Staff"), "badge", "staff"),
)
"""Pages of the rooms in the sidebar: permission, title, icon, name of the address."""


@dataclass(frozen=True)
class Card:
    """A number, or something to do, on the first page."""

    title: str
    value: str
    note: str
    link: str


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The sidebar: start, board, then every screen whose permission the reader holds, by room."""
    first = [_item(_("Start"), "home", reverse("admin:index"))]
    first += [
        _item(str(title), icon, link)
        for permission, title, icon, page in PAGES
        if may(request.user, permission) and (link := _address(page))
    ]
    if permissions_of(request.user):
        first.insert(1, _item(_("Search"), "search", reverse("console_search")))
        first.append(_item(_("Approvals"), "approval", reverse("approvals")))
        first.append(_item(_("Exports"), "download", reverse("exports")))
        first.append(_item(_("My sign-in"), "key", reverse("mfa_index")))
    groups = [{"title": None, "separator": False, "items": first}]
    for title, rooms in SECTIONS:
        items = [item for room in rooms for item in _screens(request, room)]
        if items:
            groups.append({"title": title, "separator": True, "items": items})
    return groups


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """The first page: the reader's work, kept filters, today's numbers, and where to go; all by permission."""
    lists = work_for(request.user, timezone.now())
    context.update(
        title=_("Start"),
        work=[one for one in lists if one.count],
        idle=[one for one in lists if not one.count],
        kept=list(_kept(request)),
        numbers=list(_numbers(request)),
        shortcuts=list(_shortcuts(request)),
    )
    return context


def _kept(request: HttpRequest) -> Iterable[Card]:
    """Saved filters whose list is open to the reader, with what they hold now."""
    if not permissions_of(request.user):
        return
    for row in filters_of(request.user)[:12]:
        if is_open(request, row.path):
            count = count_of(request, row)
            note = "" if row.owner == request.user.pk else row.owner_name
            yield Card(row.name, "–" if count is None else f"{count:,}", note, f"{row.path}?{row.query}")


def _screens(request: HttpRequest, room: str) -> list[dict[str, Any]]:
    screens = [(model, screen) for model, screen in admin.site._registry.items() if model._meta.app_label == room]
    return [
        _item(
            str(model._meta.verbose_name_plural).capitalize(),
            ICONS.get(model._meta.label_lower, "table_rows"),
            reverse(f"admin:{room}_{model._meta.model_name}_changelist"),
        )
        for model, screen in screens
        if screen.has_view_permission(request)
    ]


def _item(title: str, icon: str, link: str) -> dict[str, Any]:
    return {"title": title, "icon": icon, "link": link}


def _numbers(request: HttpRequest) -> Iterable[Card]:
    user = request.user
    if may(user, "visits.view"):
        today = day_of_moment(timezone.now().timestamp())
        rows = Visit.objects.filter(day=today, checkpoint__in=checkpoints_of(user, "visits.view").values("pk"))
        counts = rows.aggregate(
            total=Count("visit"),
            denied=Count("visit", filter=Q(verdict=Verdict.DENY)),
            referred=Count("visit", filter=Q(verdict=Verdict.REFER)),
        )
        link = reverse("admin:passage_visit_changelist")
        yield Card(_("Checked today"), f"{counts['total']:,}", _("since 04:00"), link)
        yield Card(_("Denied"), f"{counts['denied']:,}", _("today"), f"{link}?verdict={Verdict.DENY.value}")
        yield Card(_("Referred"), f"{counts['referred']:,}", _("today"), f"{link}?verdict={Verdict.REFER.value}")
    if may(user, "checkpoints.view"):
        doors = checkpoints_of(user, "checkpoints.view")
        open_doors = doors.filter(state="in_use").count()
        link = reverse("admin:places_checkpoint_changelist")
        yield Card(_("Checkpoints in use"), f"{open_doors:,}", _("of %d") % doors.count(), link)


def _shortcuts(request: HttpRequest) -> Iterable[dict[str, str]]:
    wanted = (
        ("board.view", _("See the progress board"), "bar_chart", "board", ""),
        ("people.view", _("Find a person"), "person_search", "console_search", ""),
        ("rules.edit", _("Write a rule set"), "rule", "rules", ""),
        ("areas.declare", _("Declare an area"), "add_location_alt", "areas", ""),
        ("feeds.send", _("Send data"), "upload", "feeds", ""),
        ("devices.enrol", _("Enter a scanner"), "qr_code_scanner", "admin:places_device_add", ""),
        ("checkpoints.view", _("Print all posters in use"), "print", "places_posters", "?state=in_use"),
        ("checkpoints.edit", _("Enter a checkpoint"), "add_location", "admin:places_checkpoint_add", ""),
        ("reads.view", _("See who read whom"), "visibility", "access_reads", ""),
        ("staff.edit", _("Invite staff"), "person_add", "staff_invitations", ""),
        ("staff.view", _("See the staff's duties"), "badge", "staff", ""),
        ("staff.view", _("See changes of staff"), "history", "staff_trail", ""),
    )
    for permission, title, icon, page, query in wanted:
        if may(request.user, permission) and (link := _address(page)):
            yield {"title": title, "icon": icon, "link": link + query}


def _address(page: str) -> str | None:
    """The address of ``page``; None when the room that brings it is not installed."""
    try:
        return reverse(page)
    except NoReverseMatch:
        return None
