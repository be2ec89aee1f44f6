"""Signed reasons for people: mine on paper and as a file, and the public page that checks anybody's."""

from datetime import UTC, datetime
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from ankang.base.errors import NotFound
from ankang.base.permissions import public
from ankang.core.colours import Colour as CodeColour
from ankang.core.identifiers import DocumentKind
from ankang.core.statement_keys import write_keys
from ankang.core.statements import LIMIT, Statement, StatementFault, verify_statement
from ankang.people.credentials import Resident, resident_page
from ankang.places.services.posters import qr_svg
from ankang.trust.keyring import keyring

from ..errors import NothingToExplain
from ..marks import colour_mark
from ..services.statements import StoredStatement, one_statement, published_keys, statement_of, statements_of

FAULTS = {
    "too_large": (_("This is too long for a signed reason."), _("Nothing was read. A signed reason has a few kilobytes.")),
    "bad_json": (
        _("This is no signed reason."),
        _("Copy the whole text, from its first sign to its last, or choose the file as it was downloaded."),
    ),
    "bad_format": (
        _("This is no signed reason."),
        _("It looks like one, but fields are missing, added or written differently. Do not rely on it."),
    ),
    "unknown_key": (
        _("Signed with a key that was never ours."),
        _("It may come from another issuer, or it may be forged. Do not rely on it."),
    ),
    "foreign_key": (
        _("Forged."),
        _("It claims a key of ours but brings another one along. Do not rely on it."),
    ),
    "bad_signature": (
        _("Not genuine."),
        _("Something in it was changed after it was signed, or somebody else signed it. Do not rely on it."),
    ),
}


@resident_page
@require_safe
def my_reason(request: HttpRequest, resident: Resident) -> HttpResponse:
    """The signed reason of my colour now, to print; earlier ones are listed."""
    return _page(request, resident, statement_of(resident.person, timezone.now()))


@resident_page
@require_safe
def my_earlier_reason(request: HttpRequest, resident: Resident, identity: UUID) -> HttpResponse:
    """One that I was given earlier. Somebody else's is not found."""
    return _page(request, resident, _mine(resident, identity))


@resident_page
@require_safe
def my_reason_file(request: HttpRequest, resident: Resident) -> HttpResponse:
    """The signed reason of my colour now, as a file."""
    return _file(statement_of(resident.person, timezone.now()))


@resident_page
@require_safe
def my_earlier_reason_file(request: HttpRequest, resident: Resident, identity: UUID) -> HttpResponse:
    """An earlier one, as a file."""
    return _file(_mine(resident, identity))


@csrf_exempt  # it changes nothing and knows nobody, and scripts of other offices may use it
@public("anybody who is shown a signed reason may check it; nothing is kept")
@require_http_methods(["GET", "HEAD", "POST"])
def verify_reason(request: HttpRequest) -> HttpResponse:
    """Paste the text, choose the file, or paste what a QR reader read: is it genuine, and what does it say?"""
    if request.method != "POST":
        return render(request, "health/reason_verify.html", {"limit": LIMIT})
    try:
        verified = verify_statement(_presented(request), keyring().statement_keys())
    except StatementFault as fault:
        title, advice = FAULTS[fault.code]
        context = {"fault": fault.code, "title": title, "advice": advice, "limit": LIMIT}
        return render(request, "health/reason_verify.html", context, status=422)
    return render(request, "health/reason_verify.html", {"said": words_of(verified.statement), "limit": LIMIT})


@public("other offices check signed reasons by these public keys")
@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    """The public keys of signed reasons."""
    body = write_keys(settings.ANKANG_PUBLIC_URL, published_keys())
    headers = {"Cache-Control": "public, max-age=3600", "Access-Control-Allow-Origin": "*"}
    return HttpResponse(body, content_type="application/json", headers=headers)


def words_of(said: Statement) -> dict[str, object]:
    """What a statement says, for a page: in the reader's language, moments as such."""
    lang = get_language() or "zh-hans"
    return {
        "said": said,
        "mark": colour_mark(CodeColour[said.colour.upper()]),
        "slug": said.colour,
        "issuer": said.issuer.name.word(lang),
        "document": DocumentKind(said.holder.document_kind).word(lang),
        "since": _moment(said.since),
        "until": _moment(said.until),
        "issued_at": _moment(said.issued_at),
        "appeal": said.appeal.word(lang),
        "reasons": [
            {
                "text": reason.text.word(lang),
                "ends_when": reason.ends_when.word(lang),
                "since": _moment(reason.since),
                "until": _moment(reason.until),
                "rule": reason.rule,
                "source": reason.source,
                "evidence": reason.evidence,
            }
            for reason in said.reasons
        ],
    }


def _page(request: HttpRequest, resident: Resident, stored: StoredStatement | None) -> HttpResponse:
    others = [earlier for earlier in statements_of(resident.person) if stored is None or earlier.id != stored.id]
    lang = get_language() or "zh-hans"
    listed = [(one, colour_mark(one.colour), [reason.text.word(lang) for reason in one.said.reasons]) for one in others]
    context = {
        "stored": stored,
        "words": words_of(stored.said) if stored else None,
        "qr": qr_svg(stored.compact, "QR") if stored else "",
        "earlier": listed,
        "address": settings.ANKANG_PUBLIC_URL,
    }
    return render(request, "health/reason_print.html", context)


def _mine(resident: Resident, identity: UUID) -> StoredStatement:
    stored = one_statement(resident.person, identity)
    if stored is None:
        raise NotFound()
    return stored


def _file(stored: StoredStatement | None) -> HttpResponse:
    if stored is None:
        raise NothingToExplain()
    name = f"ankang-reason-{stored.made_at:%Y%m%d}-{str(stored.id)[:8]}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(stored.file, content_type="application/json", headers=headers)


def _presented(request: HttpRequest) -> str:
    """The text to check; of a file at most what the limit allows is looked at."""
    file = request.FILES.get("file")
    if file is None:
        return request.POST.get("text", "")
    try:
        return file.read(LIMIT + 4).decode()
    except UnicodeDecodeError:
        raise StatementFault("too_large" if file.size and file.size > LIMIT else "bad_json") from None


def _moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
