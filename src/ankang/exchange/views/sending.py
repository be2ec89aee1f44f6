"""Sending a file: as a plain form, or piece by piece by the page's script; and entering one record by hand."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ankang.base.errors import NotFound, Problem
from ankang.base.permissions import requires

from ..errors import FeedUnknown, FileNotReadable
from ..faults import sentence
from ..forms import RecordForm
from ..kinds import FeedKind
from ..models import Batch
from ..services import batch_of, complete_upload, feed_kind, open_upload, put_part, send_file, send_rows
from ..services.uploads import Completed
from .feeds import page_of, sending_of, show_feed, show_feeds, titles_in

View = Callable[..., HttpResponse]


@requires("feeds.send")
@require_POST
def send(request: HttpRequest) -> HttpResponse:
    """The plain form: a feed, a file, and on to its batch. What cannot be taken is said on the page it came from."""
    feed, file = request.POST.get("feed", ""), request.FILES.get("file")
    try:
        if file is None:
            raise FileNotReadable(details={"fault": "no_file"})
        with transaction.atomic():
            done = send_file(
                feed, file.name or "", file.chunks(), request.user, timezone.now(), region=_region(request)
            )
        return redirect(_address_of(request, done))
    except Problem as problem:
        return _refuse(request, feed, file.name if file else "", problem)


def _refuse(request: HttpRequest, feed: str, filename: str | None, problem: Problem) -> HttpResponse:
    lang = get_language() or "zh-hans"
    refused = {"feed": feed, "filename": filename, **words_of(problem, feed, lang)}
    if request.POST.get("from") == "feed" and feed:
        try:
            return show_feed(request, feed_kind(feed), refused, problem.status)
        except FeedUnknown:
            pass
    return show_feeds(request, refused, problem.status)


def words_of(problem: Problem, feed: str, lang: str) -> dict[str, Any]:
    """What was wrong about a file, in words, with the columns it is about and those that are known."""
    code = problem.details.get("fault", problem.code)
    known = "" if code not in ("missing_columns", "no_person_column", "columns_twice") else feed
    if code == "no_file":
        said = _("Choose a file first.")
    elif isinstance(problem, FeedUnknown):
        said = _("Choose which feed the file belongs to.")
    elif isinstance(problem, FileNotReadable):
        said = sentence(code, lang)
    else:
        said = problem.message(lang)
    named = titles_in(feed, problem.details["columns"], lang) if "columns" in problem.details else []
    return {"said": said, "code": code, "named": named, "known": _known(known, lang) if known else []}


def _known(feed: str, lang: str) -> list[str]:
    return [column.word(lang) for column in feed_kind(feed).columns]


def _json(view: View) -> View:
    """Answers the page's script: an address, or the error in the house's one shape."""

    @wraps(view)
    def answered(request: HttpRequest, **numbers: int) -> HttpResponse:
        try:
            with transaction.atomic():
                return view(request, **numbers)
        except Problem as problem:
            lang = get_language() or "zh-hans"
            words = words_of(problem, request.POST.get("feed", ""), lang) if "fault" in problem.details else {}
            body = problem.body(lang) | ({"message": words["said"]} if words else {})
            return JsonResponse(body, status=problem.status)

    return answered


@requires("feeds.send")
@require_POST
@_json
def begin(request: HttpRequest) -> HttpResponse:
    """Begin a file that comes in pieces: where its pieces go, and where to say that it is complete."""
    feed, name = request.POST.get("feed", ""), request.POST.get("filename", "")
    batch = open_upload(feed, name, request.user, timezone.now(), region=_region(request))
    addresses = {"parts": reverse("exchange:part", args=[batch.pk, 1]).removesuffix("1")}
    return JsonResponse({"batch": batch.pk, **addresses, "complete": reverse("exchange:complete", args=[batch.pk])})


@requires("feeds.send")
@require_POST
@_json
def part(request: HttpRequest, number: int, n: int) -> HttpResponse:
    """One piece: the body as it is."""
    put_part(number, n, request.body, request.user, timezone.now())
    return JsonResponse({"part": n})


@requires("feeds.send")
@require_POST
def complete(request: HttpRequest, number: int) -> HttpResponse:
    """Every piece was sent: ``{"parts": how many}``; the answer is the address of the batch.

    Of a file that cannot be read nothing is kept, as of one that is sent with the form.
    """
    answer = _completed(request, number=number)
    if answer.status_code == FileNotReadable.status:
        Batch.objects.filter(pk=number, sender=request.user.pk, state="draft", sent_at=None).delete()
    return answer


@_json
def _completed(request: HttpRequest, number: int) -> HttpResponse:
    try:
        parts = int(json.loads(request.body)["parts"])
    except (ValueError, TypeError, KeyError):
        parts = None
    done = complete_upload(number, request.user, timezone.now(), parts=parts)
    return JsonResponse({"address": _address_of(request, done)})


def _address_of(request: HttpRequest, done: Completed) -> str:
    """Where to go after a file was sent; a file that was sent before leads to what became of it."""
    if not done.already:
        return reverse("exchange:batch", args=[done.batch.pk])
    earlier = done.batch
    try:
        batch_of(request.user, earlier.pk)
    except NotFound:
        messages.info(request, _("The same file was sent before, in another region. Nothing was changed."))
        return reverse("exchange:feed", args=[earlier.feed])
    when = timezone.localtime(earlier.sent_at or earlier.created_at).strftime("%Y-%m-%d %H:%M")
    said = _("The same file was sent before, on %(when)s by %(name)s. Nothing was changed. This is that batch:")
    address = reverse("exchange:batch", args=[earlier.pk])
    words = said % {"when": when, "name": earlier.sender_name}
    messages.info(request, format_html('{} <a class="link" href="{}">{}</a>', words, address, earlier.filename))
    return address


@requires("feeds.send")
def record(request: HttpRequest, slug: str) -> HttpResponse:
    """One record by hand: a form made from the feed's columns; it goes the way of a file of one row."""
    kind = feed_kind(slug)
    form = RecordForm(kind, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        answer = _send_record(request, kind, form)
        if answer is not None:
            return answer
    word = kind.word(get_language() or "zh-hans")
    context = {"title": _("One record by hand"), "kind": kind, "feed": word, "form": form, **sending_of(request)}
    status = 422 if form.errors else 200
    return page_of(request, "exchange/record.html", context, status)


def _send_record(request: HttpRequest, kind: FeedKind, form: RecordForm) -> HttpResponse | None:
    """Send it and go to its batch; None when the row was refused, and then the form says why."""
    with transaction.atomic():
        sent = send_rows(kind.slug, [form.row()], request.user, timezone.now(), region=_region(request), at_once=True)
        row = sent.rows[0]
        if row.outcome == "error":
            transaction.set_rollback(True)
    if row.outcome == "error":
        form.say(row.code, row.column)
        return None
    said = {
        "duplicate": _("This very record is on file already. Nothing was changed."),
        "waiting": _("Nobody on file has this number yet. The record waits for its person."),
        "pending": _("The record is kept; somebody else has to agree before it counts."),
    }.get(row.outcome, _("The record is on file."))
    messages.success(request, said)
    batch = sent.pending or sent.batch
    return redirect("exchange:batch", batch.pk) if batch else redirect("exchange:feed", kind.slug)


def _region(request: HttpRequest) -> str | None:
    return request.POST.get("region") or None
