"""The table of batches: filters and order that stay in the address, and the last batch of each feed."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Max, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from ..models import Batch
from ..services import batches_of, feed_kinds

A_PAGE = 50
ORDERS = ("created_at", "feed", "state", "rows", "succeeded", "failed", "waiting")


@dataclass(frozen=True)
class Head:
    """A column's head: its word, the address that sorts by it, and whether it is sorted so now (``up``, ``down``)."""

    word: str
    address: str
    sorted: str
    number: bool


@dataclass(frozen=True)
class Line:
    """One batch in the table."""

    batch: Batch
    feed: str
    share: int


def table_of(request: HttpRequest, lang: str, feed: str | None = None) -> dict[str, Any]:
    """The batches the reader may see, filtered and ordered as the address says. ``feed``: of this feed alone."""
    asked = {name: request.GET.get(name, "").strip() for name in ("state", "feed", "q", "order", "page")}
    if feed is not None:
        asked["feed"] = feed
    rows = _ordered(_filtered(batches_of(request.user), asked), asked["order"])
    page = Paginator(rows, A_PAGE).get_page(asked["page"])
    words = {kind.slug: kind.word(lang) for kind in feed_kinds()}
    return {
        "asked": asked,
        "filtered": any(asked[name] for name in ("state", "q")) or (feed is None and bool(asked["feed"])),
        "states": Batch.STATES,
        "page": page,
        "lines": [Line(batch, words.get(batch.feed, batch.feed), _share(batch)) for batch in page],
        "heads": _heads(asked),
        "newer": _address(asked, page=str(page.number - 1)) if page.has_previous() else "",
        "older": _address(asked, page=str(page.number + 1)) if page.has_next() else "",
    }


def last_batches(user: Any) -> dict[str, Batch]:
    """The newest batch of each feed that the reader may see."""
    newest = batches_of(user).order_by().values("feed").annotate(newest=Max("pk")).values_list("newest", flat=True)
    return {batch.feed: batch for batch in Batch.objects.filter(pk__in=list(newest))}


def _filtered(rows: QuerySet[Batch], asked: dict[str, str]) -> QuerySet[Batch]:
    if asked["state"] in dict(Batch.STATES):
        rows = rows.filter(state=asked["state"])
    if asked["feed"]:
        rows = rows.filter(feed=asked["feed"])
    if text := asked["q"].replace("\0", "")[:100]:
        number = Q(pk=int(text)) if text.isascii() and text.isdigit() and len(text) < 19 else Q()
        named = Q(filename__icontains=text) | Q(sender_name__icontains=text) | Q(organisation__icontains=text)
        rows = rows.filter(named | number if number else named)
    return rows


def _ordered(rows: QuerySet[Batch], order: str) -> QuerySet[Batch]:
    if order.removeprefix("-") not in ORDERS:
        order = "-created_at"
    return rows.order_by(order, "-pk")


def _share(batch: Batch) -> int:
    if batch.state in ("running", "paused", "limit_exceeded"):
        return round(100 * batch.cursor / batch.rows) if batch.rows else 0
    return 100 if batch.state == "finished" else 0


def _heads(asked: dict[str, str]) -> list[Head]:
    words = {
        "created_at": _("Sent"),
        "state": _("State"),
        "feed": _("Feed and file"),
        "rows": _("Rows"),
        "succeeded": _("Taken"),
        "failed": _("Refused"),
        "waiting": _("Waiting rows"),
    }
    return [_head(name, word, asked) for name, word in words.items()]


def _head(name: str, word: str, asked: dict[str, str]) -> Head:
    order = asked["order"] or "-created_at"
    sorted_so = {name: "up", f"-{name}": "down"}.get(order, "")
    number = name in ("rows", "succeeded", "failed", "waiting")
    first = f"-{name}" if number or name == "created_at" else name
    turned = {"up": f"-{name}", "down": name}.get(sorted_so, first)
    return Head(word, _address(asked, order=turned, page=""), sorted_so, number)


def _address(asked: dict[str, str], **changed: str) -> str:
    """The query of this page with some of it changed; empty parts are left out."""
    return "?" + urlencode({name: value for name, value in (asked | changed).items() if value})
