"""Work about places: checkpoints to build and to open, doors without a scanner, devices that fall silent, lists, groups."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ankang.base.permissions import may
from ankang.base.work import WorkItem, WorkList, work_list
from ankang.passage.groups.services import groups_of
from ankang.places.models import Checkpoint, Device
from ankang.places.services import checkpoints_of, devices_of, without_scanner
from ankang.places.services.archive import sections_to_fill
from ankang.places.services.device_health import with_lamp
from ankang.places.services.imports import imports_of

DOORS, DEVICES = "admin:places_checkpoint_changelist", "admin:places_device_changelist"


def planned(user: Any, now: datetime) -> WorkList | None:
    """Checkpoints that nobody has built."""
    return _doors(user, "planned", _("Planned, to be built"), _("Checkpoints that are planned and not built will be here."))


def built(user: Any, now: datetime) -> WorkList | None:
    """Checkpoints that are built and admit nobody yet: print the poster, then open."""
    return _doors(user, "built", _("Built: hang the poster, then open"), _("Checkpoints that are built and not open will be here."))


def bare(user: Any, now: datetime) -> WorkList | None:
    """Doors in use that nobody can scan at."""
    if not may(user, "checkpoints.edit"):
        return None
    rows = without_scanner(checkpoints_of(user, "checkpoints.edit")).order_by("site_no", "pk")
    return work_list(
        _("In use without a scanner"),
        rows,
        reverse(DOORS) + "?scanner=none",
        _("Doors in use that have no paired scanner will be here."),
        _door,
    )


def silent(user: Any, now: datetime) -> WorkList | None:
    """Devices that have stopped reporting."""
    return _devices(user, "silent", _("Devices that fell silent"), _("Scanners and turnstiles that stop reporting will be here."))


def faulty(user: Any, now: datetime) -> WorkList | None:
    """Devices that say that something is wrong."""
    return _devices(user, "faulty", _("Devices that report a fault"), _("Devices with a wrong clock, a long queue or a fault will be here."))


def unpaired(user: Any, now: datetime) -> WorkList | None:
    """Devices entered and not paired."""
    if not may(user, "devices.enrol"):
        return None
    rows = devices_of(user, "devices.enrol").filter(enrolled_at=None, revoked_at=None).order_by("-created_at")
    return work_list(
        _("Devices to pair"),
        rows,
        reverse(DEVICES) + "?status=waiting",
        _("Devices that are entered and not paired will be here."),
        _device,
        "created_at",
    )


def lists(user: Any, now: datetime) -> WorkList | None:
    """Lists of places that were checked and wait."""
    if not may(user, "checkpoints.edit"):
        return None
    rows = imports_of(user).filter(state="checked")
    return work_list(
        _("Lists of places to confirm"),
        rows,
        reverse("place_imports"),
        _("Lists of organisations and checkpoints that are checked and not carried out will be here."),
        lambda row: WorkItem(row.name, reverse("place_import", args=[row.pk]), _("%d rows") % row.total, row.created_at),
    )


def groups(user: Any, now: datetime) -> WorkList | None:
    """Groups whose check-in is open."""
    if not may(user, "groups.edit"):
        return None
    rows = groups_of(user).filter(open_until__gt=timezone.now())
    return work_list(
        _("Groups checking in now"),
        rows,
        reverse("groups"),
        _("Groups whose doors are open for check-in will be here."),
        lambda row: WorkItem(row.name, reverse("group", args=[row.pk]), _("open until"), row.open_until),
    )


def archives(user: Any, now: datetime) -> WorkList | None:
    """For regulators: checkpoints in use whose section of the archive is empty."""
    sections = sections_to_fill(user)
    if not sections or not may(user, "checkpoints.view"):
        return None
    rows = checkpoints_of(user, "checkpoints.view").filter(state="in_use")
    rows = rows.exclude(archive__section__in=sections, archive__retracted_at=None).order_by("site_no", "pk")
    return work_list(
        _("Places without an entry of your office"),
        rows,
        reverse(DOORS) + "?state__exact=in_use",
        _("Every place in use has an entry of your office."),
        lambda row: WorkItem(_name(row), reverse("place_archive", args=[row.pk])),
    )


def _doors(user: Any, state: str, title: str, empty: str) -> WorkList | None:
    if not may(user, "checkpoints.edit"):
        return None
    rows = checkpoints_of(user, "checkpoints.edit").filter(state=state).order_by("site_no", "pk")
    return work_list(title, rows, f"{reverse(DOORS)}?state__exact={state}", empty, _door)


def _devices(user: Any, lamp: str, title: str, empty: str) -> WorkList | None:
    if not may(user, "devices.view"):
        return None
    rows = with_lamp(devices_of(user, "devices.view"), lamp, timezone.now()).order_by("pk")
    return work_list(title, rows, f"{reverse(DEVICES)}?health={lamp}", empty, _device)


def _door(row: Checkpoint) -> WorkItem:
    return WorkItem(_name(row), reverse("admin:places_checkpoint_change", args=[row.pk]), f"#{row.pk}")


def _device(row: Device) -> WorkItem:
    return WorkItem(row.name, reverse("admin:places_device_change", args=[row.pk]), str(row.get_kind_display()))


def _name(row: Checkpoint) -> str:
    return row.name_en or row.name if get_language() == "en" else row.name


MAKERS = (planned, built, bare, silent, faulty, unpaired, lists, groups, archives)
