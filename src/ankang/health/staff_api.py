"""HTTP of the health commission's work: areas, dry runs, rule sets as drafts, evidence taken back, colour history."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from ankang.base.api.paging import Page, PageIn, page_of
from ankang.base.api.shapes import Given, Line, Number, Reason, ReasonIn, Short
from ankang.base.api.versions import check_unchanged, tagged
from ankang.base.errors import BadInput, NotAllowed, NotFound
from ankang.base.permissions import may, requires, sensitive, staff_only
from ankang.base.services import record_read
from ankang.core.colours import Colour as CodeColour

from .models import Area, Colour, DryRun, RuleRelease
from .services import releases
from .services.areas import areas_on_list
from .services.declarations import approval_of, declare_area, lift_area, withdraw_area
from .services.dry_runs import RIGHTS, SOURCES, ask_dry_run, resume_dry_run, stop_dry_run
from .services.history import check_past, explain, history_of, person_file
from .services.release_lookup import release_of
from .services.retractions import retract_record, retraction_of
from .services.staff import rows_in_reach

router = Router(tags=["health"])
Moment = Annotated[datetime, Field(examples=["2026-11-22T04:00:00+08:00"])]
LOOK, STEER = 0, 1


class AreasIn(PageIn):
    """In force, waiting, past or all; ``q`` searches name, code and document."""

    show: Literal["in_force", "pending", "past", "all"] = "in_force"
    q: Short = ""


class AreaIn(Given):
    """An assessment: region code (6, 9 or 12 digits), level, name, from when to when, and the document."""

    code: Annotated[str, Field(max_length=12, examples=["341881"])]
    level: Short = Field(examples=["medium"])
    name: Line
    since: Moment
    until: datetime | None = None
    source: Reason


class LiftIn(Given):
    """When it shall end."""

    until: Moment


class AreaOut(Schema):
    """An assessment; ``approval``: the request that decides it."""

    number: int
    code: str
    name: str
    level: str
    since: datetime
    until: datetime | None
    source: str
    state: str
    lift_until: datetime | None
    approval: int | None


class DryRunIn(Given):
    """What to try: its subject (rule_set, area, batch) and number."""

    subject: Short = Field(examples=["rule_set"])
    reference: Short


class DryRunOut(Schema):
    """Whom it would turn; ``result``: the counts (docs/rules.md); ``alarm``: what raised one."""

    number: int
    subject: str
    reference: str
    state: str
    moment: datetime
    result: dict[str, Any]
    alarm: dict[str, Any] | None


class DraftIn(Given):
    """What to begin from: the number of a release, or the name of a shipped set."""

    base: Short = Field(examples=["1"])


class TextIn(Given):
    """The whole text (TOML), if nobody saved since ``revision`` was read."""

    text: Annotated[str, Field(max_length=400_000)]
    note: Annotated[str, Field(max_length=2000)] = ""
    revision: Annotated[int, Field(ge=0, le=2**31 - 1)]


class SubmitRulesIn(Given):
    """When it shall take effect; left out: as soon as it is approved."""

    wanted_at: datetime | None = None


class ReleasesIn(PageIn):
    """``state``: only these."""

    state: Literal["draft", "submitted", "approved", "published", "superseded", "rejected", "withdrawn", ""] = ""


class VersionOut(Schema):
    """A rule set in any state."""

    number: int
    name: str
    version: int
    state: str
    revision: int
    note: str
    digest: str
    effective_at: datetime | None
    approval: int | None


class VersionTextOut(VersionOut):
    """The same with its text."""

    text: str


class RetractedOut(Schema):
    """The record counts no more."""

    evidence: UUID
    reason: str
    at: datetime


class HistoryIn(Given):
    """Why one looks; the person sees it."""

    purpose: Annotated[str, Field(min_length=1, max_length=200, examples=["12345 hotline, order 8812"])]
    at: datetime | None = None


class ChangeOut(Schema):
    """One change of colour, with the rules that held."""

    at: datetime
    old: str | None
    new: str
    rules: list[str]


class HistoryOut(Schema):
    """Changes, newest first; ``then``: the colour at the moment that was asked about."""

    changes: list[ChangeOut]
    then: str | None


@router.get("areas", response=Page[AreaOut])
@requires("areas.view")
def list_areas(request: HttpRequest, wanted: Query[AreasIn]) -> Any:
    """Risk areas, newest first."""
    rows = areas_on_list(wanted.show, wanted.q.strip(), timezone.now()).order_by()
    return page_of(rows, ("-pk",), wanted, _area, f"areas.{wanted.show}")


@router.get("areas/{number}", response=AreaOut)
@requires("areas.view")
def get_area(request: HttpRequest, number: Number) -> Any:
    """One assessment."""
    return _area(_found_area(number))


@router.post("areas", response={201: AreaOut})
@requires("areas.declare")
def post_area(request: HttpRequest, body: AreaIn) -> Any:
    """Propose an assessment; a dry run begins, and the province decides. Errors: area_refused, area_overlaps."""
    since, until = _aware(body.since, "since"), _aware(body.until, "until") if body.until else None
    made = declare_area(body.code, body.level, body.name, since, until, body.source, request.user, timezone.now())
    return 201, _area(made)


@router.post("areas/{number}/lift", response={202: AreaOut})
@requires("areas.declare")
def post_lift(request: HttpRequest, number: Number, body: LiftIn) -> Any:
    """Propose that it ends earlier. Errors: area_not_in_force, area_refused, already_decided."""
    return 202, _area(lift_area(number, _aware(body.until, "until"), request.user, timezone.now()))


@router.post("areas/{number}/withdraw", response=AreaOut)
@requires("areas.declare")
def post_withdraw(request: HttpRequest, number: Number) -> Any:
    """Take my declaration or lifting back while it waits. Errors: already_decided."""
    return _area(withdraw_area(number, request.user, timezone.now()))


@router.post("dry-runs", response={202: DryRunOut})
@staff_only
def post_dry_run(request: HttpRequest, body: DryRunIn) -> Any:
    """Ask for a dry run of what is behind the subject now. Errors: not_found, moment_is_past, not_allowed."""
    if body.subject not in SOURCES or body.subject not in RIGHTS:
        raise NotFound()
    _check_right(request, body.subject, STEER)
    now, source = timezone.now(), SOURCES[body.subject](body.reference)
    moment = max(source.moment or now, now)
    run = ask_dry_run(body.subject, body.reference, source.digest, source.text, moment, request.user, now)
    return 202, _dry_run(run)


@router.get("dry-runs/{number}", response=DryRunOut)
@staff_only
def get_dry_run(request: HttpRequest, number: Number) -> Any:
    """How it is doing, or what came out."""
    return _dry_run(_found_run(request, number, LOOK))


@router.post("dry-runs/{number}/{act}", response=DryRunOut)
@staff_only
def act_on_dry_run(request: HttpRequest, number: Number, act: Literal["stop", "resume"]) -> Any:
    """Stop it after the chunk that is being counted, or go on. Errors: dry_run_has_ended."""
    _found_run(request, number, STEER)
    return _dry_run((stop_dry_run if act == "stop" else resume_dry_run)(number))


@router.get("rule-sets", response=Page[VersionOut])
@requires("rules.view")
def list_rule_sets(request: HttpRequest, wanted: Query[ReleasesIn]) -> Any:
    """Every version in every state, newest first. Approved ones are public: ``/rules``."""
    rows = RuleRelease.objects.defer("text")
    rows = rows.filter(state=wanted.state) if wanted.state else rows
    return page_of(rows, ("-pk",), wanted, _version, "rule-sets")


@router.get("rule-sets/{number}", response=VersionTextOut)
@requires("rules.view")
def get_version(request: HttpRequest, response: HttpResponse, number: Number) -> Any:
    """One version with its text; ``ETag`` for an edit."""
    return tagged(response, _version_text(release_of(number)))


@router.post("rule-sets", response={201: VersionTextOut})
@requires("rules.edit")
def post_draft(request: HttpRequest, body: DraftIn) -> Any:
    """Begin a draft. Errors: not_found, not_allowed."""
    base: int | str = int(body.base) if body.base.isascii() and body.base.isdecimal() and len(body.base) < 19 else body.base
    return 201, _version_text(releases.draft_release(request.user, base, timezone.now()))


@router.put("rule-sets/{number}", response=VersionTextOut)
@requires("rules.edit")
def put_draft(request: HttpRequest, response: HttpResponse, number: Number, body: TextIn) -> Any:
    """Keep a draft's text, sound or not.

    Errors: not_a_draft, release_changed, changed_meanwhile, not_utf8, rule_text_too_large.
    """
    if (there := RuleRelease.objects.select_for_update().filter(pk=number).first()) is not None:
        check_unchanged(request, _version_text(there))
    saved = releases.save_draft(number, body.text, body.note, body.revision, request.user, timezone.now())
    return tagged(response, _version_text(saved))


@router.delete("rule-sets/{number}", response={204: None})
@requires("rules.edit")
def delete_draft(request: HttpRequest, number: Number) -> Any:
    """Throw a draft away. Errors: not_a_draft."""
    releases.delete_draft(number, request.user)
    return 204, None


@router.post("rule-sets/{number}/compare", response=VersionOut)
@requires("rules.edit")
def post_compare(request: HttpRequest, number: Number) -> Any:
    """I have looked at the newest approved set: the draft is measured against it. Errors: not_a_draft."""
    return _version(releases.compare_anew(number, request.user))


@router.post("rule-sets/{number}/submit", response={202: VersionOut})
@requires("rules.edit")
def post_submit(request: HttpRequest, number: Number, body: SubmitRulesIn) -> Any:
    """Ask the province to approve the draft.

    Errors: not_a_draft, rule_text_refused, base_outdated, same_as_in_force, version_taken, moment_not_possible,
    dry_run_needed, already_decided.
    """
    wanted = _aware(body.wanted_at, "wanted_at") if body.wanted_at else None
    return 202, _version(releases.submit_release(number, wanted, request.user, timezone.now()))


@router.post("people/{person}/evidence/{evidence}/retract", response=RetractedOut)
@requires("evidence.retract")
@sensitive
def post_retract(request: HttpRequest, person: Number, evidence: UUID, body: ReasonIn) -> Any:
    """Take a record back; the person is evaluated at once. Errors: evidence_not_found, evidence_retracted."""
    retract_record(request.user, person, evidence, body.reason, timezone.now())
    row = retraction_of(person, evidence)
    assert row is not None
    return {"evidence": evidence, "reason": row.reason, "at": row.at}


@router.post("people/{person}/colour-history", response=HistoryOut)
@requires("colours.view")
def post_history(request: HttpRequest, person: Number, body: HistoryIn) -> Any:
    """Every change of a person's colour; the look is on record before it is answered. Errors: bad_moment."""
    if not rows_in_reach(Colour.objects.filter(person=person), request.user, "colours.view").exists():
        raise NotFound()
    now = timezone.now()
    record_read(request.user, person, "colours.view", body.purpose, ("colour_history",), now)
    then = explain(person_file(person), check_past(_aware(body.at, "at"), now)) if body.at else None
    return {"changes": [_change(one) for one in history_of(person)], "then": then.colour.slug if then else None}


def _aware(moment: datetime, field: str) -> datetime:
    if moment.tzinfo is None:
        raise BadInput(details={"fields": {field: "timezone_missing"}})
    return moment


def _found_area(number: int) -> Area:
    row = Area.objects.filter(pk=number).first()
    if row is None:
        raise NotFound()
    return row


def _found_run(request: HttpRequest, number: int, right: int) -> DryRun:
    run = DryRun.objects.filter(pk=number).first()
    if run is None or run.subject not in RIGHTS:
        raise NotFound()
    _check_right(request, run.subject, right)
    return run


def _check_right(request: HttpRequest, subject: str, right: int) -> None:
    if not may(request.user, RIGHTS[subject][right]):
        raise NotAllowed(details={"permission": RIGHTS[subject][right]})


def _area(row: Area) -> dict[str, Any]:
    asked = approval_of(row.pk)
    return {
        "number": row.pk,
        "code": row.code,
        "name": row.name,
        "level": row.level,
        "since": row.since,
        "until": row.until,
        "source": row.source,
        "state": row.state,
        "lift_until": row.lift_until,
        "approval": asked.pk if asked else None,
    }


def _dry_run(run: DryRun) -> dict[str, Any]:
    names = ("subject", "reference", "state", "moment", "result", "alarm")
    return {"number": run.pk, **{name: getattr(run, name) for name in names}}


def _version(row: RuleRelease) -> dict[str, Any]:
    names = ("name", "version", "state", "revision", "note", "effective_at", "approval")
    return {"number": row.pk, "digest": bytes(row.digest).hex(), **{name: getattr(row, name) for name in names}}


def _version_text(row: RuleRelease) -> dict[str, Any]:
    return {**_version(row), "text": row.text}


def _change(one: Any) -> dict[str, Any]:
    old = None if one.change.old is None else CodeColour(one.change.old).slug
    rules = sorted({reason.rule for reason in one.why.reasons})
    return {"at": one.change.at, "old": old, "new": CodeColour(one.change.new).slug, "rules": rules}
