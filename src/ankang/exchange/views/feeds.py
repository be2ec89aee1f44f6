"""The list of feeds and batches, the page of one feed, and its templates."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ankang.base.errors import NotFound
from ankang.base.limits import MAX_BODY
from ankang.base.models import Region
from ankang.base.permissions import may, regions_where, requires
from ankang.base.reading import Column

from ..forms import label_of, values_of
from ..kinds import FeedKind
from ..services import feed_kind, feeds_for, template_csv, template_xlsx
from .listing import last_batches, table_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@requires("feeds.view")
@require_safe
def feeds(request: HttpRequest) -> HttpResponse:
    """Sending a file, the batches, and every feed with what its file must hold."""
    return show_feeds(request)


def show_feeds(request: HttpRequest, refused: dict[str, Any] | None = None, status: int = 200) -> HttpResponse:
    """The page; with what was wrong about a file on top."""
    lang = get_language() or "zh-hans"
    last = last_batches(request.user)
    words = [(kind.slug, kind.word(lang)) for kind in feeds_for(request.user)]
    context = {
        "title": _("Data feeds"),
        "kinds_words": words,
        "kinds": [
            (kind, kind.word(lang), needed_of(kind), _held(kind, lang), last.get(kind.slug))
            for kind in feeds_for(request.user)
        ],
        **sending_of(request, refused),
        **table_of(request, lang),
    }
    return page_of(request, "exchange/feeds.html", context, status)


@requires("feeds.view")
@require_safe
def feed(request: HttpRequest, slug: str) -> HttpResponse:
    """What a file of this feed must hold, its templates, sending, and its batches."""
    return show_feed(request, feed_kind(slug))


def show_feed(
    request: HttpRequest, kind: FeedKind, refused: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """The page; with what was wrong about a file on top."""
    lang = get_language() or "zh-hans"
    context = {
        "title": kind.word(lang),
        "kind": kind,
        "needed": needed_of(kind),
        "columns": [(label_of(column, lang), column, _accepted(column, lang)) for column in kind.columns],
        **sending_of(request, refused),
        **table_of(request, lang, kind.slug),
    }
    return page_of(request, "exchange/feed.html", context, status)


@requires("feeds.view")
@require_safe
def template(request: HttpRequest, slug: str, form: str) -> HttpResponse:
    """An empty file with the right header and one example, as ``csv`` or ``xlsx``."""
    kind, lang = feed_kind(slug), get_language() or "zh-hans"
    if form == "csv":
        return download_of(template_csv(kind, lang), "text/csv; charset=utf-8", f"{kind.slug}-template.csv")
    if form == "xlsx":
        return download_of(template_xlsx(kind, lang), XLSX, f"{kind.slug}-template.xlsx")
    raise NotFound()


def page_of(request: HttpRequest, name: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """A page of the console."""
    return TemplateResponse(
        request, name, {**admin.site.each_context(request), "comma": _(", "), **context}, status=status
    )


def download_of(content: Any, kind: str, filename: str) -> HttpResponse:
    """A file to keep; ``content`` is bytes. The name is plain ASCII."""
    response = HttpResponse(content, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


def sending_of(request: HttpRequest, refused: dict[str, Any] | None = None) -> dict[str, Any]:
    """What the form for a file needs: whether the reader may send, from which regions, and the limits."""
    if not may(request.user, "feeds.send"):
        return {"may_send": False, "refused": refused}
    regions = Region.objects.filter(code__in=regions_where(request.user, "feeds.send"))
    return {
        "may_send": True,
        "regions": list(regions.order_by("code")),
        "form_megabytes": MAX_BODY // 1024 // 1024,
        "refused": refused,
    }


def titles_in(feed: str, columns: Iterable[str], lang: str) -> list[str]:
    """Columns, named by their Chinese headers, as the reader's templates name them."""
    words = {column.zh: column.word(lang) for column in feed_kind(feed).columns}
    return [words.get(column, column) for column in columns]


def needed_of(kind: FeedKind) -> str:
    """Whether somebody else has to agree before rows of this feed count."""
    return {
        "always": _("always"),
        "some": _("for rows that can turn a colour worse"),
        "never": _("not needed"),
    }[kind.worsens]


def _held(kind: FeedKind, lang: str) -> str:
    """The columns a file must have, in a line."""
    return _(", ").join(label_of(column, lang) for column in kind.own_columns if column.required)


def _accepted(column: Column, lang: str) -> str:
    """What a cell of this column may hold."""
    if column.values:
        spoken = [cell if cell == word else f"{cell} ({word})" for cell, word in values_of(column, lang)]
        return _(", ").join(spoken)
    return {
        "moment": _("date and time"),
        "end": _("date and time; a date alone lasts until midnight"),
        "number": _("a number"),
        "integer": _("whole number"),
        "region": _("region code of 6, 9 or 12 digits"),
        "country": _("name of the country or its two letters"),
        "flag": _("yes or no"),
        "document": _("number, formatted as text"),
        "document_kind": _("type of the document; empty: resident ID card"),
        "phone": _("mobile number, needed when there is no document number"),
        "name": _("name as registered; compared when it is there"),
    }.get(column.type, _("text"))
