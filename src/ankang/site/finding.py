"""What the console's search box finds, room by room: places, devices, organisations, rules, batches, groups, staff, pages."""

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ankang.access.services.looking_up import SEARCH as PERSON
from ankang.access.services.looking_up import search_persons
from ankang.base.limits import is_number
from ankang.base.permissions import may
from ankang.base.searching import FINDERS, MOST_HITS, Hit, Hits, PersonDoor, plug_in_persons
from ankang.exchange.models import Batch
from ankang.exchange.services.senders import batches_of
from ankang.health.models import Area, RuleRelease
from ankang.passage.groups.services import groups_of
from ankang.people.models import Person
from ankang.people.services import blinds_matching, masked
from ankang.places.models import PolicyRelease
from ankang.places.services import checkpoints_of, devices_of, organisations_of
from ankang.staff.services.reach import staff_for


def checkpoints(user: Any, words: str) -> Hits | None:
    """By name, site number or number."""
    if not may(user, "checkpoints.view"):
        return None
    wanted = Q(name__icontains=words) | Q(name_en__icontains=words) | Q(organisation__name__icontains=words)
    if is_number(words.lstrip("#")):
        wanted |= Q(pk=int(words.lstrip("#"))) | Q(site_no=min(int(words.lstrip("#")), 2**31 - 1))
    rows = checkpoints_of(user, "checkpoints.view").filter(wanted).select_related("organisation").order_by("site_no", "pk")
    hits = [
        Hit(_either(row), reverse("admin:places_checkpoint_change", args=[row.pk]), f"#{row.pk} · {row.get_state_display()}")
        for row in rows[:MOST_HITS]
    ]
    return Hits(_("Checkpoints"), hits, reverse("admin:places_checkpoint_changelist"))


def organisations(user: Any, words: str) -> Hits | None:
    """By name."""
    if not may(user, "checkpoints.view"):
        return None
    rows = organisations_of(user, "checkpoints.view").filter(Q(name__icontains=words) | Q(name_en__icontains=words))
    hits = [
        Hit(_either(row), reverse("admin:places_organisation_change", args=[row.pk]), str(row.get_kind_display()))
        for row in rows.order_by("name")[:MOST_HITS]
    ]
    return Hits(_("Organisations"), hits, reverse("admin:places_organisation_changelist"))


def devices(user: Any, words: str) -> Hits | None:
    """By name or what they call themselves."""
    if not may(user, "devices.view"):
        return None
    rows = devices_of(user, "devices.view").filter(Q(name__icontains=words) | Q(label__icontains=words)).order_by("name")
    hits = [
        Hit(row.name, reverse("admin:places_device_change", args=[row.pk]), str(row.get_kind_display()))
        for row in rows[:MOST_HITS]
    ]
    return Hits(_("Devices"), hits, reverse("admin:places_device_changelist"))


def rule_sets(user: Any, words: str) -> Hits | None:
    """By version, note or author."""
    if not may(user, "rules.view"):
        return None
    rows = RuleRelease.objects.filter(_versioned(words)).order_by("-pk")
    hits = [_release(row, "rule_release") for row in rows[:MOST_HITS]]
    return Hits(_("Rule sets"), hits, reverse("rules"))


def policies(user: Any, words: str) -> Hits | None:
    """By version, note or author."""
    if not may(user, "policies.view"):
        return None
    rows = PolicyRelease.objects.filter(_versioned(words)).order_by("-pk")
    return Hits(_("Policies"), [_release(row, "policy_release") for row in rows[:MOST_HITS]], reverse("policy_list"))


def areas(user: Any, words: str) -> Hits | None:
    """By name or region code."""
    if not may(user, "areas.view"):
        return None
    rows = Area.objects.filter(Q(name__icontains=words) | Q(code__startswith=words)).order_by("-since")
    hits = [Hit(row.name, reverse("area", args=[row.pk]), str(row.get_state_display())) for row in rows[:MOST_HITS]]
    return Hits(_("Risk areas"), hits, reverse("areas"))


def batches(user: Any, words: str) -> Hits | None:
    """By number or file name."""
    if not may(user, "feeds.view"):
        return None
    wanted = Q(filename__icontains=words) | Q(feed__icontains=words)
    if is_number(words.lstrip("#")):
        wanted |= Q(pk=int(words.lstrip("#")))

    def hit(row: Batch) -> Hit:
        return Hit(f"{row.pk} · {row.filename or row.feed}", reverse("exchange:batch", args=[row.pk]), str(row.get_state_display()))

    return Hits(_("Batches"), [hit(row) for row in batches_of(user).filter(wanted)[:MOST_HITS]], reverse("feeds"))


def groups(user: Any, words: str) -> Hits | None:
    """By name."""
    if not may(user, "groups.edit"):
        return None
    rows = groups_of(user).filter(name__icontains=words)[:MOST_HITS]
    return Hits(_("Groups"), [Hit(row.name, reverse("group", args=[row.pk]), _either(row.organisation)) for row in rows], reverse("groups"))


def staff(user: Any, words: str) -> Hits | None:
    """Colleagues by name or user name."""
    if not may(user, "staff.view"):
        return None
    rows = staff_for(user).filter(Q(username__icontains=words) | Q(first_name__icontains=words)).order_by("username")
    hits = [Hit(row.get_full_name() or row.username, reverse("staff_member", args=[row.pk]), row.username) for row in rows[:MOST_HITS]]
    return Hits(_("Staff"), hits, reverse("staff"))


def find_person(user: Any, words: str, purpose: str, now: datetime) -> list[Hit]:
    """Persons of the reader's regions with this document or phone, masked; the look-up and each hit are on record."""
    return [_person(person) for person in search_persons(user, words, purpose, now)]


def plug_in() -> None:
    """Give the port in ``base.searching`` every finder, in the order in which groups are shown."""
    for finder in (checkpoints, organisations, devices, rule_sets, policies, areas, batches, groups, staff):
        if finder not in FINDERS:
            FINDERS.append(finder)
    plug_in_persons(PersonDoor(_is_a_number, lambda user: may(user, PERSON), find_person))


def _is_a_number(words: str) -> bool:
    documents, phones = blinds_matching(words)
    return bool(phones) or (bool(documents) and any(letter.isdigit() for letter in words) and len(words) >= 5)


def _person(person: Person) -> Hit:
    seen = masked(person)
    town = seen.town_en if get_language() == "en" and seen.town_en else seen.town
    return Hit(f"{seen.name} · {town}", reverse("admin:people_person_change", args=[person.pk]), seen.document)


def _release(row: Any, page: str) -> Hit:
    return Hit(f"v{row.version} · {row.get_state_display()}", reverse(page, args=[row.pk]), row.note[:60])


def _versioned(words: str) -> Q:
    wanted = Q(note__icontains=words) | Q(author_name__icontains=words)
    number = words.lower().removeprefix("v")
    return wanted | Q(version=min(int(number), 2**31 - 1)) if is_number(number) else wanted


def _either(row: Any) -> str:
    return str(row.name_en or row.name if get_language() == "en" else row.name)
