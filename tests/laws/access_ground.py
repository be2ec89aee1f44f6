"""Two counties, or two offices of one county, with the same objects, and what of each may never be seen from the other."""

import json
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from stdnum.cn import ric

from ankang.access.models import Alert, LookUp, Question
from ankang.base.approvals import ask_approval
from ankang.base.models import AccessRecord, Duty, Region
from ankang.core.policies import BY_SLUG
from ankang.exchange.models import Batch
from ankang.health.services import check_people_in_bulk, record_evidence
from ankang.passage.groups.models import Group
from ankang.people.bulk import register_in_bulk
from ankang.people.carriers_runs import CarrierRun
from ankang.people.models import Leaving, Merge, Request
from ankang.places.archive_models import ArchiveItem
from ankang.places.import_models import PlaceImport
from ankang.places.models import Device
from ankang.places.services import add_checkpoint, add_organisation
from ankang.staff.models import Invitation, StaffEvent
from tests.exchange.builders import Resident

NOW = datetime.now(UTC).replace(microsecond=0)
COUNTIES = {"ningguo": ("341881", "褚", "嬴"), "xuanzhou": ("341802", "卫", "芈")}
OFFICES = {"school": ("341881", "褚", "嬴"), "clinic": ("341881", "卫", "芈")}
PHONES = {"ningguo": "131", "xuanzhou": "132", "school": "133", "clinic": "134"}


@dataclass
class Side:
    """One county: its objects by name, its people, and the marks that show it in a page."""

    county: str
    ids: dict[str, Any] = field(default_factory=dict)
    marks: dict[str, str] = field(default_factory=dict)
    maker: Any = None
    office: int | None = None
    """The organisation to which everybody's duties are narrowed; None: they are the county's."""

    @property
    def town(self) -> str:
        """Where its people live."""
        return f"{self.county}-01"

    def seen_in(self, body: str) -> list[str]:
        """The names of the marks that stand in ``body``."""
        return [name for name, mark in self.marks.items() if mark in body]


def a_side(slug: str) -> Side:
    """A county with people, places and what waits for a decision there."""
    county, family, last = (COUNTIES | OFFICES)[slug]
    side = Side(county)
    _regions(county)
    side.maker = staff_of(side, f"maker-{slug}", "operations")
    _people(side, slug, family, last)
    _places(side, slug)
    _files(side, slug)
    _staff(side, slug)
    return side


def two_offices() -> tuple[Side, Side]:
    """Two organisations of one county, each with everything that :func:`a_side` makes."""
    sides = a_side("school"), a_side("clinic")
    for side in sides:
        side.office = side.ids["organisation"]
        Duty.objects.filter(user__in=[side.maker.pk, side.ids["member"]]).update(organisation=side.office)
        Invitation.objects.filter(pk=side.ids["invitation"]).update(organisation=side.office)
    return sides


def staff_of(side: Side, name: str, *roles: str) -> User:
    """Somebody with these roles in the county, or in its office."""
    user = User.objects.create(username=name, is_staff=True, password="!")
    Duty.objects.bulk_create(
        Duty(user=user, role=role, region_id=side.county, organisation=side.office) for role in roles
    )
    return user


def _regions(county: str) -> None:
    for code, parent, level in (
        ("34", None, "province"),
        ("3418", "34", "city"),
        (county, "3418", "county"),
        (f"{county}-01", county, "town"),
    ):
        Region.objects.get_or_create(
            code=code, defaults={"parent_id": parent, "name": code, "name_en": code, "level": level}
        )


def document_of(county: str, number: int) -> str:
    """A resident ID of the county."""
    digits = f"{county}19900307{number:03}"
    return digits + ric.calc_check_digit(digits + "0")


def _people(side: Side, slug: str, family: str, last: str) -> None:
    prefix, first = PHONES[slug], 4 if slug == "clinic" else 1
    people = [
        Resident(document_of(side.county, n), f"{family}明明{last}", f"+86{prefix}7777000{n}", town=side.town)
        for n in range(first, first + 3)
    ]
    numbers = register_in_bulk(people, NOW)
    check_people_in_bulk(numbers, NOW)
    person = numbers[0]
    at = NOW - timedelta(days=1)
    order = {"setting": "home", "start": int(at.timestamp()), "end": int(NOW.timestamp()) + 86_400}
    record = record_evidence(person, "isolation", at, order, {"organisation": f"卫生院{slug}"}, NOW)
    row = Request.objects.create(
        kind="name", town_id=side.town, person_id=person, content=json.dumps({"name": f"{family}新名{last}"}), asked_at=NOW
    )
    merge = Merge.objects.create(
        absorbed_id=numbers[1], survivor_id=numbers[2], why=f"同一人{slug}", asked_at=NOW, asked_by=side.maker.pk,
        asked_by_name=side.maker.username,
    )
    leaving = Leaving.objects.create(
        person_id=person, state="deceased", asked_at=NOW, asked_by=side.maker.pk, why=f"去世{slug}"
    )
    read = AccessRecord.objects.create(
        id=uuid.uuid4(), person=person, at=NOW, reader=side.maker.pk, reader_name=f"reader-{slug}", duty="people.unmask",
        purpose=f"window: {slug}", fields=["name"], role="operations", region=side.county,
    )
    question = Question.objects.create(
        person=person, read=read.id, read_at=NOW, region_id=side.county, text=f"质疑{slug}", asked_at=NOW
    )
    alert = Alert.objects.create(
        pattern="many_day", reader=side.maker.pk, reader_name=f"reader-{slug}", region_id=side.county, key="x", counts={},
        raised_at=NOW,
    )
    LookUp.objects.create(
        at=NOW, by=side.maker.pk, by_name=f"reader-{slug}", role="operations", region_id=side.county, purpose="x",
        number_blind=b"1", outcome="nobody",
    )
    run = CarrierRun.objects.create(
        kind="print", created_by=side.maker.pk, created_at=NOW, filename=f"run-{slug}.csv", purpose=f"给{slug}", rows=1
    )
    side.ids |= {"person": person, "record": record, "request": row.pk, "merge": merge.pk, "leaving": leaving.pk,
                 "run": run.pk, "read": read.pk, "question": question.pk, "alert": alert.pk}
    side.marks |= {
        "masked name": f"{family}*{last}", "name": f"{family}明明{last}", "document": people[0].document,
        "phone": f"{prefix}7777", "asked name": f"{family}新名{last}", "merge": f"同一人{slug}", "leaving": f"去世{slug}",
        "reader": f"reader-{slug}", "question": f"质疑{slug}", "run": f"run-{slug}", "maker": f"maker-{slug}", "source": f"卫生院{slug}",
    }


def _places(side: Side, slug: str) -> None:
    home = add_organisation(f"单位{slug}", "unit", side.county, None)
    door = add_checkpoint(home, f"门{slug}", BY_SLUG["passage"].id, state="in_use")
    device = Device.objects.create(organisation=home, checkpoint=door, name=f"扫描枪{slug}", kind="scanner", created_at=NOW)
    group = Group.objects.create(
        organisation=home, name=f"班{slug}", purpose=f"春游{slug}", join_code=f"AB{slug}", created_at=NOW, revision=1
    )
    item = ArchiveItem.objects.create(
        checkpoint=door, section="health", kind="inspection", title=f"检查{slug}", source="x", happened_on=NOW.date(),
        recorded_at=NOW, by=side.maker.pk, by_name=side.maker.username,
    )
    listed = PlaceImport.objects.create(
        name=f"list-{slug}.csv", digest=b"1", by=side.maker.pk, by_name=side.maker.username, created_at=NOW, state="checked"
    )
    side.ids |= {"organisation": home.pk, "checkpoint": door.pk, "device": device.pk, "group": group.pk, "item": item.pk,
                 "import": listed.pk}
    side.marks |= {"organisation": f"单位{slug}", "door": f"门{slug}", "device": f"扫描枪{slug}", "group": f"班{slug}",
                   "list": f"list-{slug}"}


def _files(side: Side, slug: str) -> None:
    batch = Batch.objects.create(
        feed="nucleic-tests", filename=f"batch-{slug}.csv", way="page", sender=side.maker.pk,
        sender_name=side.maker.username, organisation=f"医院{slug}", region_id=side.county, state="validated", created_at=NOW,
    )
    asked = ask_approval(
        "feed_batch", str(batch.pk), b"1" * 32, side.maker,
        region=side.county, permission="feeds.approve", summary={"zh": f"批次{slug}", "en": f"批次{slug}"}, now=NOW,
    )
    side.ids |= {"batch": batch.pk, "approval": asked.pk}
    side.marks |= {"batch": f"batch-{slug}", "hospital": f"医院{slug}", "approval": f"批次{slug}"}


def _staff(side: Side, slug: str) -> None:
    worker = staff_of(side, f"worker-{slug}", "grid_worker")
    invited = Invitation.objects.create(
        token_blind=slug.encode(), name=f"受邀{slug}", duties=[], region_id=side.county, invited_by_name="x",
        invited_at=NOW, expires_at=NOW + timedelta(days=3),
    )
    StaffEvent.objects.create(at=NOW, by_name=f"trail-{slug}", what="joined", region_id=side.county)
    side.ids |= {"member": worker.pk, "duty": worker.duties.get().pk, "invitation": invited.pk}
    side.marks |= {"member": f"worker-{slug}", "invited": f"受邀{slug}", "trail": f"trail-{slug}"}

