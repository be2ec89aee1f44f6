"""HTTP of feeds for other systems: files in parts, single records, how a batch is doing, its refused rows.

Who calls is a member of staff with a session, or a machine with a feed token (``Authorization: Bearer akf_…``).
"""

from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any, TypeVar

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from ninja import Query, Router, Schema
from pydantic import Field

from ankang.base.api.paging import Page, PageIn, page_of
from ankang.base.api.shapes import Given
from ankang.base.errors import NotAllowed, NotFound, NotSignedIn
from ankang.base.permissions import may, requires

from . import services
from .faults import sentence
from .models import Batch
from .services.agents import PREFIX

router = Router(tags=["feeds"])
View = TypeVar("View", bound=Callable[..., Any])
SEND = "feeds.send"


class ColumnOut(Schema):
    """One column, by its two names."""

    zh: str
    en: str
    required: bool


class FeedOut(Schema):
    """A kind of feed."""

    feed: str
    zh: str
    en: str
    columns: list[ColumnOut]


class BatchIn(Given):
    """A file to come. ``submit``: hand it in as soon as it is checked."""

    filename: Annotated[str, Field(max_length=255)]
    region: Annotated[str, Field(max_length=20)] | None = None
    submit: bool = True


class CompleteIn(Given):
    """How many parts were sent, if it shall be checked."""

    parts: int | None = None


class RecordsIn(Given):
    """Records with columns named in Chinese or English; ``at_once``: hand in now what needs approval."""

    records: list[dict[str, Any]]
    region: Annotated[str, Field(max_length=20)] | None = None
    at_once: bool = False


def for_sender(view: View) -> View:
    """State that an operation is for who may send feeds, staff or machine; sets ``request.sender`` and ``.agent``.

    The API's door has checked that a session's writes come from our own pages.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer" and token.startswith(PREFIX):
            request.sender, request.agent = services.agent_of_token(token.strip(), timezone.now())  # type: ignore[attr-defined]
        elif request.user.is_authenticated:
            request.sender, request.agent = request.user, None  # type: ignore[attr-defined]
        else:
            raise NotSignedIn()
        if not may(request.sender, SEND):  # type: ignore[attr-defined]
            raise NotAllowed(details={"permission": SEND})
        return view(request, *args, **kwargs)

    guarded.permission = SEND  # type: ignore[attr-defined]
    return guarded  # type: ignore[return-value]


@router.get("feeds/batches", response=Page[dict[str, Any]], auth=None)
@requires("feeds.view")
def list_batches(request: HttpRequest, wanted: Query[PageIn]) -> Any:
    """The batches of my regions, newest first."""
    return page_of(services.batches_of(request.user), ("-pk",), wanted, shown, "feeds.batches")


@router.get("feeds", response=list[FeedOut], auth=None)
@requires("feeds.view")
def list_feeds(request: HttpRequest) -> Any:
    """Every kind of feed with the columns its files and records have."""
    return [_feed(kind) for kind in services.feed_kinds()]


@router.post("feeds/{feed}/batches", response={201: dict[str, Any]}, auth=None)
@for_sender
def open_batch(request: HttpRequest, feed: str, body: BatchIn) -> tuple[int, dict[str, Any]]:
    """Begin a file; send its parts next. ``Idempotency-Key``: the same key again is the same batch.

    Errors: feed_unknown, no_region, file_not_readable, file_too_large.
    """
    batch = services.open_upload(
        feed,
        body.filename,
        request.sender,  # type: ignore[attr-defined]
        timezone.now(),
        way="api",
        key=request.headers.get("Idempotency-Key"),
        region=body.region,
        agent=request.agent,  # type: ignore[attr-defined]
        submit=body.submit,
    )
    return 201, shown(batch)


@router.put("feeds/batches/{batch}/parts/{n}", response={204: None}, auth=None)
@for_sender
def put_part(request: HttpRequest, batch: int, n: int) -> tuple[int, None]:
    """One part of the file, numbered from 1, the bytes as the body (at most 2 MB). The same again is fine.

    Errors: batch_state_wrong, part_differs, file_too_large, bad_input.
    """
    services.put_part(batch, n, request.body, request.sender, timezone.now(), request.agent)  # type: ignore[attr-defined]
    return 204, None


@router.post("feeds/batches/{batch}/complete", response=dict[str, Any], auth=None)
@for_sender
def complete(request: HttpRequest, batch: int, body: CompleteIn) -> dict[str, Any]:
    """The file is complete. ``already``: this very file is known, and ``batch`` is the one it was sent as before.

    Errors: batch_state_wrong, parts_missing, file_not_readable.
    """
    done = services.complete_upload(batch, request.sender, timezone.now(), body.parts, request.agent)  # type: ignore[attr-defined]
    return shown(done.batch) | {"already": done.already}


@router.get("feeds/batches/{batch}", response=dict[str, Any], auth=None)
@for_sender
def look(request: HttpRequest, batch: int) -> dict[str, Any]:
    """How a batch is doing: state, counts, progress, what its check found. No row's content."""
    return shown(_batch(request, batch), findings=True)


@router.post("feeds/batches/{batch}/submit", response=dict[str, Any], auth=None)
@for_sender
def submit(request: HttpRequest, batch: int) -> dict[str, Any]:
    """Hand in a checked batch. Errors: batch_state_wrong."""
    return shown(services.submit_batch(batch, request.sender, timezone.now(), agent=request.agent))  # type: ignore[attr-defined]


@router.get("feeds/batches/{batch}/rejects", auth=None)
@for_sender
def rejects(request: HttpRequest, batch: int, format: str = "csv") -> HttpResponseBase:
    """The refused rows as they came, with a first column that says why: CSV, or ``?format=xlsx``."""
    found, by, now = _batch(request, batch), request.sender, timezone.now()  # type: ignore[attr-defined]
    name = f"refused-{found.pk}.{'xlsx' if format == 'xlsx' else 'csv'}"
    lang = get_language() or "zh-hans"
    response: HttpResponseBase
    if format == "xlsx":
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        response = HttpResponse(services.rejects_xlsx(found, by, lang, now), content_type=kind)
    else:
        rows = services.rejects_csv(found, by, lang, now)
        response = StreamingHttpResponse(rows, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@router.post("feeds/batches/{batch}/{act}", response=dict[str, Any], auth=None)
@for_sender
def act(request: HttpRequest, batch: int, act: str) -> dict[str, Any]:
    """``stop``, ``resume`` or ``cancel`` a batch. Errors: batch_state_wrong."""
    acts = {"stop": services.stop_batch, "resume": services.resume_batch, "cancel": services.cancel_batch}
    if act not in acts:
        raise NotFound()
    _batch(request, batch)
    return shown(acts[act](batch, request.sender, timezone.now()))  # type: ignore[attr-defined]


@router.post("feeds/{feed}/records", response=dict[str, Any], auth=None)
@for_sender
def records(request: HttpRequest, feed: str, body: RecordsIn) -> dict[str, Any]:
    """Up to 1,000 records, each answered: success, duplicate, waiting, pending (collected for approval) or error.

    Errors: feed_unknown, no_region, too_many_records, file_too_large, batch_state_wrong.
    """
    sent = services.send_rows(
        feed,
        body.records,
        request.sender,  # type: ignore[attr-defined]
        timezone.now(),
        agent=request.agent,  # type: ignore[attr-defined]
        region=body.region,
        at_once=body.at_once,
    )
    lang = get_language() or "zh-hans"
    return {
        "rows": [
            {"row": row.row, "outcome": row.outcome}
            | ({"code": row.code, "column": row.column, "message": sentence(row.code, lang)} if row.code else {})
            for row in sent.rows
        ],
        "batch": sent.batch.pk if sent.batch else None,
        "pending": sent.pending.pk if sent.pending else None,
    }


def shown(batch: Batch, findings: bool = False) -> dict[str, Any]:
    """A batch as the API tells it."""
    done = services.progress_of(batch, timezone.now())
    counts = ("rows", "worsening", "succeeded", "duplicates", "failed", "skipped", "waiting", "turned")
    said: dict[str, Any] = {
        "id": batch.pk,
        "feed": batch.feed,
        "filename": batch.filename,
        "state": batch.state,
        "fault": batch.fault,
        "sent_at": batch.sent_at.isoformat() if batch.sent_at else None,
        **{name: getattr(batch, name) for name in counts},
        "progress": {"done": done.done, "total": done.total, "rate": done.rate, "remaining": done.remaining},
    }
    return said | {"findings": batch.findings} if findings else said


def _feed(kind: Any) -> dict[str, Any]:
    columns = [{"zh": one.zh, "en": one.en, "required": one.required} for one in kind.columns]
    return {"feed": kind.slug, "zh": kind.word("zh"), "en": kind.word("en"), "columns": columns}


def _batch(request: HttpRequest, batch: int) -> Batch:
    """A batch of the sender's regions; a machine sees only what its token sent."""
    found = services.batch_of(request.sender, batch, SEND)  # type: ignore[attr-defined]
    if request.agent is not None and found.agent_id != request.agent.pk:  # type: ignore[attr-defined]
        raise NotFound()
    return found
