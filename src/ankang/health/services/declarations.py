"""Areas are declared by staff, approved by the province, and lifted the same way: nobody does it alone.

The rule behind it: an area is "assessed as severe by the health commission and approved by the province" (Z20); only
the province publishes, cities propose.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from ankang.base.approvals import SUBJECTS, Subject, ask_approval, withdraw_approval
from ankang.base.errors import NotFound
from ankang.base.limits import is_number
from ankang.base.models import Approval, Region
from ankang.core.rules import Area as CoreArea
from ankang.core.rules import AreaIndex
from ankang.core.rules.vocabulary import level_word
from ankang.core.sm import sm3

from ..errors import AreaNotInForce, AreaOverlaps, AreaRefused, DryRunMissing
from ..models import LEVELS, Area, DryRun
from .areas import code_exists, known_areas, name_of_code, short_code
from .dry_runs import CANDIDATES, SOURCES, Candidate, Source, ask_dry_run, latest_dry_run
from .recolourings import start_recolouring
from .rulebook import rule_set_at

SUBJECT = "area"
SYSTEM = "ankang"
AHEAD = timedelta(days=60)
EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
LONGEST = {"name": 100, "source": 300}
_ONE_AT_A_TIME = 0x616B6172  # any number that nobody else of this database uses


class Assessment(NamedTuple):
    """What is to be declared: region code, level, the name people read, from when to when, and the document."""

    code: str
    level: str
    name: str
    since: datetime
    until: datetime | None
    source: str


def declare_area(
    code: str,
    level: str,
    name: str,
    since: datetime,
    until: datetime | None,
    source: str,
    by: Any,
    now: datetime,
) -> Area:
    """Propose an assessment; it counts from the moment the province approves it. A dry run begins at once.

    Raises AreaRefused (details.fields), AreaOverlaps (an assessment of the same region and level for the same time).
    """
    wanted = _checked(Assessment(code, level, name, since, until, source), now)
    area = _place(wanted, "pending", by.get_full_name() or by.username)
    digest, text = digest_of(area), text_of(area)
    _ask(area, digest, by, now, _words(area, "划定", "declare"))
    ask_dry_run(SUBJECT, str(area.pk), digest, text, max(now, area.since), by, now)
    return area


def declare_area_by_system(
    code: str, level: str, name: str, since: datetime, until: datetime | None, source: str, now: datetime
) -> Area:
    """Put an area into force without a second person: for the demonstration's own data and for tests, nothing else.

    Nobody is evaluated anew. Again: the one that is there.
    """
    wanted = _checked(Assessment(code, level, name, since, until, source), now)
    there = Area.objects.filter(code=wanted.code, level=level, state="in_force", declared_by=SYSTEM).first()
    if there is not None:
        return there
    area = _place(wanted, "in_force", SYSTEM)
    Area.objects.filter(pk=area.pk).update(recorded_at=now)
    area.recorded_at = now
    return area


def lift_area(area: int, until: datetime, by: Any, now: datetime) -> Area:
    """Propose that an assessment in force ends at ``until``, earlier than it does now; also in the past.

    Raises NotFound, AreaNotInForce (not approved, already over, lifted before, or a lifting waits), AreaRefused.
    """
    row = Area.objects.select_for_update().filter(pk=area).first()
    if row is None:
        raise NotFound()
    if row.state != "in_force" or row.lifted_at or row.lift_until or (row.until and row.until <= now):
        raise AreaNotInForce()
    if not row.since < until < (row.until or now + AHEAD):
        raise AreaRefused({"fields": {"until": "bad_order"}})
    row.lift_until = until
    row.save(update_fields=["lift_until"])
    _ask(row, digest_of(row), by, now, _words(row, "解除", "lift"))
    return row


def withdraw_area(area: int, by: Any, now: datetime) -> Area:
    """Take a declaration or a lifting back while it waits; only who asked may. Raises NotFound, NotAllowed."""
    asked = approval_of(area)
    if asked is None or asked.state != "pending":
        raise NotFound()
    withdraw_approval(asked.pk, by, now)
    return Area.objects.get(pk=area)


def close_area(asked: Approval, now: datetime) -> None:
    """What a decision means: a declaration comes into force or never does, a lifting takes effect or is forgotten.

    Raises DryRunMissing for a yes before the dry run has shown whom the area would turn. When that run raised an
    alarm, a first yes is kept and the request goes on waiting for the second person.
    """
    area = Area.objects.select_for_update().get(pk=int(asked.reference))
    if area.state == "pending":
        _close_declaration(area, asked, now)
    elif area.lift_until is not None:
        _close_lifting(area, asked, now)


def approval_of(area: int) -> Approval | None:
    """The latest request about an area: its declaration, or its lifting."""
    return Approval.objects.filter(subject=SUBJECT, reference=str(area)).order_by("-asked_at", "-pk").first()


def dry_run_of(area: Area) -> DryRun | None:
    """The latest dry run of exactly this declaration."""
    return latest_dry_run(SUBJECT, str(area.pk), digest_of(area, lifting=False))


def digest_of(area: Area, lifting: bool = True) -> bytes:
    """SM3 of what is to be approved: the declaration, or the lifting that waits."""
    lines = ["ankang area", text_of(area)]
    if lifting and area.lift_until is not None:
        lines += ["lifted", _iso(area.lift_until)]
    return bytes(sm3("\n".join(lines).encode()))


def text_of(area: Area) -> str:
    """The declaration as one line of JSON: what a dry run is given and what the digest covers."""
    plain = {
        "code": area.code,
        "level": area.level,
        "name": area.name,
        "since": _iso(area.since),
        "until": _iso(area.until_before if area.lifted_at else area.until),
        "source": area.source,
    }
    return json.dumps(plain, ensure_ascii=False, sort_keys=True)


def register() -> None:
    """Name the subject for approvals and dry runs; called once, when the room is made ready."""
    SUBJECTS[SUBJECT] = Subject(
        SUBJECT, _("Risk area"), lambda reference: reverse("area", args=[reference]), close_area
    )
    CANDIDATES[SUBJECT] = _candidate
    SOURCES[SUBJECT] = _source


def _candidate(run: DryRun) -> Candidate:
    return Candidate(rule_set_at(run.moment), areas=AreaIndex([*known_areas(), core_area(run.text)]))


def _source(reference: str) -> Source:
    area = Area.objects.filter(pk=reference).first() if is_number(reference) else None
    if area is None:
        raise NotFound()
    return Source(digest_of(area, lifting=False), text_of(area), area.since if area.since > timezone.now() else None)


def core_area(text: str) -> CoreArea:
    """The area of a declaration's text, as the rules see it: for the dry run."""
    plain = json.loads(text)
    since, until = (plain[name] and int(datetime.fromisoformat(plain[name]).timestamp()) for name in ("since", "until"))
    return CoreArea(plain["code"], plain["level"], since, until, plain["name"])


def carry_alarm(area: Area, asked: Approval) -> None:
    """Put the alarm of a dry run that ended after the request was made onto the request, which then needs two people."""
    run = dry_run_of(area) if area.state == "pending" and asked.state == "pending" and not asked.alarm else None
    if run is not None and run.state == "finished" and run.alarm:
        _need_two(asked, run.alarm)


def _close_declaration(area: Area, asked: Approval, now: datetime) -> None:
    if asked.state != "approved":
        area.state = asked.state
        area.save(update_fields=["state"])
        return
    run = dry_run_of(area)
    if run is None or run.state != "finished":
        raise DryRunMissing()
    if run.alarm and not asked.alarm:
        _need_two(asked, run.alarm)
        return
    area.state, area.recorded_at = "in_force", now
    area.save(update_fields=["state", "recorded_at"])
    _recolour(str(area.pk), asked, now)


def _recolour(reference: str, asked: Approval, now: datetime) -> None:
    start_recolouring(SUBJECT, reference, asked.asked_by_name, now)


def _need_two(asked: Approval, alarm: Any) -> None:
    asked.state, asked.closed_at, asked.needed, asked.alarm = "pending", None, 2, alarm
    asked.save(update_fields=["state", "closed_at", "needed", "alarm"])


def _close_lifting(area: Area, asked: Approval, now: datetime) -> None:
    agreed = asked.state == "approved"
    if agreed:
        area.until_before, area.until, area.lifted_at = area.until, area.lift_until, now
    area.lift_until = None
    area.save(update_fields=["until_before", "until", "lifted_at", "lift_until"])
    if agreed:
        _recolour(f"{area.pk}/lifted", asked, now)


def _place(wanted: Assessment, state: str, by: str) -> Area:
    """Write the row if no other assessment of the region and level overlaps; two at once are told apart."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ONE_AT_A_TIME])
    live = Area.objects.filter(code=wanted.code, level=wanted.level, state__in=["pending", "in_force"])
    overlapping = live.filter(Q(until=None) | Q(until__gt=wanted.since))
    if wanted.until is not None:
        overlapping = overlapping.filter(since__lt=wanted.until)
    other = overlapping.order_by("since").first()
    if other is not None:
        raise AreaOverlaps(
            {"area": other.pk, "name": other.name, "since": _local(other.since), "until": _local(other.until)}
        )
    return Area.objects.create(**wanted._asdict(), state=state, declared_by=by)


def _checked(wanted: Assessment, now: datetime) -> Assessment:
    """The assessment in its one spelling. Raises AreaRefused with the fault of every field."""
    code, name, source = short_code(wanted.code.strip()), wanted.name.strip(), wanted.source.strip()
    faults = {}
    if not code_exists(code):
        faults["code"] = "unknown_region"
    elif not name and len(code) <= 6:
        name = name_of_code(code)
    if not name and "code" not in faults:
        faults["name"] = "missing"
    if wanted.level not in LEVELS:
        faults["level"] = "unknown_level"
    if not source:
        faults["source"] = "missing"
    faults |= {field: "too_long" for field, text in (("name", name), ("source", source)) if len(text) > LONGEST[field]}
    faults |= {
        field: "bad_characters" for field, text in (("name", name), ("source", source)) if not text.isprintable()
    }
    if not EARLIEST <= wanted.since <= now + AHEAD:
        faults["since"] = "out_of_range"
    if wanted.until is not None and not EARLIEST <= wanted.until <= LATEST:
        faults["until"] = "out_of_range"
    elif wanted.until is not None and wanted.until <= wanted.since:
        faults["until"] = "bad_order"
    if faults:
        raise AreaRefused({"fields": faults})
    return wanted._replace(code=code, name=name, source=source)


def _ask(area: Area, digest: bytes, by: Any, now: datetime, words: dict[str, str]) -> None:
    province = Region.objects.filter(level="province").order_by("code").first()
    if province is None:
        raise NotFound()
    ask_approval(
        SUBJECT, str(area.pk), digest, by, region=province.pk, permission="areas.approve", summary=words, now=now
    )


def _words(area: Area, zh: str, en: str) -> dict[str, str]:
    when = _local(area.since if area.lift_until is None else area.lift_until)
    return {
        "zh": f"{zh}{level_word(area.level, 'zh')}：{area.name}，{when}起",
        "en": f"{en} {level_word(area.level, 'en')}: {area.name}, from {when}",
    }


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _local(moment: datetime | None) -> str | None:
    return None if moment is None else f"{localtime(moment):%Y-%m-%d %H:%M}"
