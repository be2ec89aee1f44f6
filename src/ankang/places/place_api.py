"""HTTP shapes of checkpoints: hours and closures, the archive, lists handed in, coverage."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, File, Query, Router, Schema
from ninja.files import UploadedFile

from ankang.base.api.paging import Page, PageIn, page_of
from ankang.base.api.shapes import Given, ReasonIn
from ankang.base.errors import NotFound
from ankang.base.permissions import public, requires
from ankang.core.policies import PLACE_TYPES

from .archive_rules import LONGEST
from .models import ArchiveDecision, ArchiveItem, Checkpoint, PlaceImport, PlaceImportRow
from .rules import policy_words
from .services import archive, fetch_checkpoint, imports
from .services.coverage import coverage
from .services.import_running import confirm_import, run_import, undo_import
from .services.policy_book import policies_at
from .services.standing import close_for_a_time, open_again, set_hours, void_poster
from .services.tree_moves import move_checkpoint_to, move_organisation

router = Router(tags=["places"])
_BIG = 2**62


class HoursIn(Given):
    """As ``docs/places.md`` writes them: ``1-5 08:00-17:30``; empty: always open."""

    hours: str = Field(max_length=200)


class ClosureIn(Given):
    """From now when ``since`` is left out, until somebody opens when ``until`` is."""

    since: datetime | None = None
    until: datetime | None = None
    reason: str = Field(max_length=500)


class MoveIn(Given):
    """The organisation it shall belong to, or lie below."""

    organisation: int = Field(ge=1, le=_BIG)
    reason: str = Field("", max_length=500)


class EntryIn(Given):
    """A regulator's entry; ``section`` and ``kind`` as in docs/places.md."""

    section: str = Field(max_length=40)
    kind: str = Field(max_length=40)
    title: str = Field(max_length=LONGEST["title"])
    source: str = Field(max_length=LONGEST["source"])
    happened_on: date
    result: str = Field("", max_length=LONGEST["result"])
    number: str = Field("", max_length=LONGEST["number"])
    valid_until: date | None = None


class PublicIn(Given):
    """A section and kind as in docs/places.md; ``public``: whoever scans the place's code may read such entries."""

    section: str = Field(max_length=40)
    kind: str = Field(max_length=40)
    public: bool
    reason: str = Field("", max_length=500)


class PublicationOut(Schema):
    """A decision about a kind of entries; ``approval`` is the number under which another organisation decides."""

    number: int
    section: str
    kind: str
    public: bool
    reason: str
    state: str
    asked_by: str
    asked_at: datetime
    decided_at: datetime | None
    approval: int | None


@router.get("places/coverage", response=list[dict[str, Any]])
@requires("checkpoints.view")
def read_coverage(request: HttpRequest) -> list[dict[str, Any]]:
    """Checkpoints by region of the tree and state, within the reader's reach."""
    return [{"region": one.code, "name": one.name, "depth": one.depth, **one.counts, "wanted": one.wanted} for one in coverage(request.user)]


@router.get("places/{int:checkpoint}", response=dict[str, Any], auth=None)
@public("whoever stands at a place may read who is admitted and what regulators published")
def read_place(request: HttpRequest, checkpoint: int) -> dict[str, Any]:
    """One place for everybody: hours, policy, the public part of its archive."""
    door = Checkpoint.objects.filter(pk=checkpoint).exclude(state="planned").first() if 0 < checkpoint < _BIG else None
    if door is None:
        raise NotFound()
    policies = policies_at(timezone.now())
    published = [_item(one) for one in archive.public_items(door.pk)]
    return {**_door(door), "policy": policy_words(door.type, policies), "published": published}


@router.put("places/{int:checkpoint}/hours", response=dict[str, Any])
@requires("checkpoints.edit")
def put_hours(request: HttpRequest, checkpoint: int, body: HoursIn) -> dict[str, Any]:
    """Set the opening hours. Errors: hours_refused."""
    return _door(set_hours(checkpoint, body.hours, request.user, timezone.now()))


@router.post("places/{int:checkpoint}/closure", response=dict[str, Any])
@requires("checkpoints.edit")
def close(request: HttpRequest, checkpoint: int, body: ClosureIn) -> dict[str, Any]:
    """Close for a time; whoever is inside leaves. Errors: reason_missing, close_refused."""
    return _door(close_for_a_time(checkpoint, body.since, body.until, body.reason, request.user, timezone.now()))


@router.delete("places/{int:checkpoint}/closure", response=dict[str, Any])
@requires("checkpoints.edit")
def reopen(request: HttpRequest, checkpoint: int) -> dict[str, Any]:
    """Open again."""
    return _door(open_again(checkpoint, request.user, timezone.now()))


@router.post("places/{int:checkpoint}/void", response=dict[str, Any])
@requires("checkpoints.edit")
def void(request: HttpRequest, checkpoint: int, body: ReasonIn) -> dict[str, Any]:
    """Withdraw every poster printed so far; answers with the new edition. Errors: reason_missing, poster_editions_used_up."""
    return {"edition": void_poster(checkpoint, body.reason, request.user, timezone.now())}


@router.post("places/{int:checkpoint}/move", response=dict[str, Any])
@requires("checkpoints.edit")
def move(request: HttpRequest, checkpoint: int, body: MoveIn) -> dict[str, Any]:
    """Give it to another organisation. Errors: reason_missing, name_taken."""
    with transaction.atomic():
        return _door(move_checkpoint_to(checkpoint, body.organisation, body.reason, request.user, timezone.now()))


@router.post("places/organisations/{int:organisation}/move", response=dict[str, Any])
@requires("checkpoints.edit")
def move_unit(request: HttpRequest, organisation: int, body: MoveIn) -> dict[str, Any]:
    """Put an organisation, with all below it, under another one; never below itself. Errors: name_taken, under_itself."""
    with transaction.atomic():
        moved = move_organisation(organisation, body.organisation, request.user, timezone.now())
    return {"id": moved.pk, "name": moved.name, "path": moved.path}


@router.get("places/{int:checkpoint}/archive", response=Page[dict[str, Any]])
@requires("checkpoints.view")
def read_archive(request: HttpRequest, checkpoint: int, wanted: Query[PageIn]) -> Any:
    """All that is on file, newest first, entries taken back too. Errors: not_found."""
    rows = archive.archive_of(fetch_checkpoint(checkpoint, request.user).pk)
    return page_of(rows, ("-happened_on", "-pk"), wanted, _item, f"places.archive.{checkpoint}")


@router.get("places/archive/decisions", response=Page[PublicationOut])
@requires("checkpoints.view")
def list_decisions(request: HttpRequest, wanted: Query[PageIn]) -> Any:
    """Which kinds of entries are public: decisions and proposals, newest first."""
    return page_of(archive.decisions(), ("-pk",), wanted, _decision, "places.archive.decisions")


@router.post("places/archive/decisions", response={201: PublicationOut})
@requires("checkpoints.view")
def propose(request: HttpRequest, body: PublicIn) -> tuple[int, dict[str, Any]]:
    """A regulator proposes that a kind of its entries be public, or no longer. Errors: reason_missing, already_decided."""
    with transaction.atomic():
        made = archive.propose_publication(body.section, body.kind, body.public, body.reason, request.user, timezone.now())
    return 201, _decision(made)


@router.post("places/{int:checkpoint}/archive", response={201: dict[str, Any]})
@requires("checkpoints.view")
def enter(request: HttpRequest, checkpoint: int, body: EntryIn) -> tuple[int, dict[str, Any]]:
    """A regulator's entry in its own section and region. Errors: archive_refused, archive_twice, reason_missing."""
    with transaction.atomic():
        made = archive.enter_item(checkpoint, by=request.user, now=timezone.now(), **body.dict())
    return 201, _item(made)


@router.post("places/archive/{int:number}/retract", response=dict[str, Any])
@requires("checkpoints.view")
def retract(request: HttpRequest, number: int, body: ReasonIn) -> dict[str, Any]:
    """Take an entry back. Errors: reason_missing."""
    return _item(archive.retract_item(number, body.reason, request.user, timezone.now()))


@router.get("places/lists", response=Page[dict[str, Any]])
@requires("checkpoints.edit")
def list_lists(request: HttpRequest, wanted: Query[PageIn]) -> Any:
    """The lists I handed in, newest first."""
    return page_of(imports.imports_of(request.user), ("-pk",), wanted, _batch, "places.lists")


@router.post("places/lists", response={201: dict[str, Any]})
@requires("checkpoints.edit")
def hand_in(request: HttpRequest, file: UploadedFile = File(...)) -> tuple[int, dict[str, Any]]:  # noqa: B008
    """Hand in a list (CSV, XLSX; at most 2 MB) and have it checked: nothing changes yet. Errors: import_refused."""
    with transaction.atomic():
        batch = imports.take_import(file.read(), file.name or "", request.user, timezone.now())
        return 201, _batch(imports.check_import(batch.pk, request.user, timezone.now()))


@router.get("places/lists/{int:number}", response=dict[str, Any])
@requires("checkpoints.edit")
def read_list(request: HttpRequest, number: int) -> dict[str, Any]:
    """What became of a list; ``faults``: the first 500 rows that have some."""
    batch = imports.fetch_import(number, request.user)
    faults = PlaceImportRow.objects.filter(batch=batch, outcome="fault").order_by("line")[:500]
    return {**_batch(batch), "faults": [{"line": one.line, "faults": one.faults} for one in faults]}


@router.post("places/lists/{int:number}/{act}", response=dict[str, Any])
@requires("checkpoints.edit")
def act_on_list(request: HttpRequest, number: int, act: str) -> dict[str, Any]:
    """``confirm`` carries it out, ``cancel`` throws it away, ``undo`` takes it back. Errors: import_not_ready."""
    by, now = request.user, timezone.now()
    if act == "confirm":
        confirm_import(number, by, now)
        return _batch(run_import(number, by, now))
    if act == "cancel":
        return _batch(imports.cancel_import(number, by, now))
    if act != "undo":
        raise NotFound()
    with transaction.atomic():
        return _batch(undo_import(number, by, now))


def _door(door: Checkpoint) -> dict[str, Any]:
    return {
        "id": door.pk,
        "name": door.name,
        "name_en": door.name_en,
        "type": PLACE_TYPES[door.type].slug,
        "state": door.state,
        "hours": door.hours,
        "closed_from": door.closed_from,
        "closed_until": door.closed_until,
    }


def _item(one: ArchiveItem) -> dict[str, Any]:
    return {
        "number_on_file": one.pk,
        "section": one.section,
        "kind": one.kind,
        "title": one.title,
        "result": one.result,
        "number": one.number,
        "source": one.source,
        "happened_on": one.happened_on,
        "valid_until": one.valid_until,
        "recorded_at": one.recorded_at,
        "retracted_at": one.retracted_at,
    }


def _decision(row: ArchiveDecision) -> dict[str, Any]:
    names = ("section", "kind", "public", "reason", "state", "asked_at", "decided_at", "approval")
    return {"number": row.pk, "asked_by": row.asked_by_name, **{name: getattr(row, name) for name in names}}


def _batch(batch: PlaceImport) -> dict[str, Any]:
    return {"number": batch.pk, "name": batch.name, "state": batch.state, "rows": batch.total, "counts": batch.counts, "fault": batch.fault}
