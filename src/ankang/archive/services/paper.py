"""The whole file as chapters of title and words, for the printed form."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from ankang.core.colours import Colour
from ankang.core.evidence import EvidenceKind
from ankang.core.identifiers import DocumentKind
from ankang.people.words import DEVICES, OTHER_DEVICE, PURPOSE_WORDS, READ_FIELDS, read_purpose_words

from ..kinds import in_words, section_kinds
from ..words import DIRECTIONS, STATES, VERDICTS

Rows = list[tuple[str, str]]
MOST_ENTRIES = 1000


def pages_of(file: dict[str, Any], made: str, lang: str) -> dict[str, Any]:
    """What ``archive.typ`` prints: chapters, each with entries, each entry with title and pairs."""
    chapters = [
        _chapter(_("Identity"), [_identity(file["identity"], lang)]),
        _chapter(_("Health"), _health(file["health"], lang)),
        _chapter(_("Travel"), [{"title": _moment(one["at"]), "rows": _travel(one)} for one in reversed(file["travel"])]),
        *[_chapter(kind.word(lang), _items(kind, file["sections"][slug], lang)) for slug, kind in section_kinds().items()],
        _chapter(_("What I agreed to"), _consents(file["consents"])),
        _chapter(_("My devices"), _devices(file["devices"])),
        _chapter(_("Corrections I asked for"), _corrections(file["corrections"], lang)),
        _chapter(_("Who looked at me"), _reads(file["reads"])),
    ]
    return {"lang": lang, "title": _("My archive"), "name": file["identity"]["name"], "made": made, "chapters": chapters}


def _chapter(title: str, entries: list[dict[str, Any]]) -> dict[str, Any]:
    shown = [{"title": str(one["title"]), "rows": [[str(a), str(b)] for a, b in one["rows"]]} for one in entries]
    return {"title": str(title), "entries": shown[:MOST_ENTRIES], "more": max(0, len(shown) - MOST_ENTRIES)}


def _identity(said: dict[str, Any], lang: str) -> dict[str, Any]:
    rows: Rows = [
        (_("Name"), said["name"]),
        (DocumentKind(said["document_kind"]).word(lang), said["document"]),
        (_("Phone"), said["phone"] or "–"),
        (_("Town"), said["town"]["name"]),
        (_("Address"), said["address"] or "–"),
        (_("Applied"), _moment(said["applied_at"])),
    ]
    rows += [(_("Former document"), one["number"]) for one in said["former_documents"]]
    return {"title": "", "rows": rows}


def _health(said: dict[str, Any], lang: str) -> list[dict[str, Any]]:
    first = {"title": _("Colour"), "rows": [(_("Now"), Colour[said["colour"]["colour"].upper()].word(lang))]}
    records = [
        {
            "title": f"{_moment(one['occurred_at'])} {EvidenceKind(one['kind']).word(lang)}",
            "rows": [(_("Source"), _source(one["source"])), (_("Recorded"), _moment(one["recorded_at"]))],
        }
        for one in said["evidence"]
    ]
    return [first, *records]


def _travel(one: dict[str, Any]) -> Rows:
    way, answer = DIRECTIONS[one["direction"]], VERDICTS[one["verdict"]]
    return [(_("Checkpoint"), one["checkpoint"] or "–"), (_("Direction"), way), (_("Answer"), answer)]


def _items(kind: Any, items: list[dict[str, Any]], lang: str) -> list[dict[str, Any]]:
    replaced = {one["supersedes"] for one in items}
    entries = []
    for one in items:
        rows: Rows = in_words(kind, one["values"], lang)
        rows += [(_("Source"), _source(one["source"])), (_("Recorded"), _moment(one["recorded_at"]))]
        if one["id"] in replaced:
            rows.append((_("State"), _("replaced by a later item")))
        entries.append({"title": _moment(one["occurred_at"])[:10], "rows": rows})
    return entries


def _consents(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    titles = {words.slug: words.title for words in PURPOSE_WORDS}
    return [
        {
            "title": titles.get(one["purpose"], _("Declaration that what I gave is true")),
            "rows": [(_("Agreed"), _moment(one["granted_at"])), (_("Withdrawn"), _moment(one["withdrawn_at"]))],
        }
        for one in rows
    ]


def _devices(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "title": DEVICES.get(one["device"], OTHER_DEVICE),
            "rows": [(_("Since"), _moment(one["issued_at"])), (_("Ended"), _moment(one["revoked_at"]))],
        }
        for one in rows
    ]


def _corrections(rows: list[dict[str, Any]], lang: str) -> list[dict[str, Any]]:
    return [
        {
            "title": f"{_moment(one['asked_at'])} {section_kinds()[one['section']].word(lang)}",
            "rows": [(_("What I wrote"), one["words"]), (_("State"), STATES[one["state"]]), (_("Answer"), one["reason"] or "–")],
        }
        for one in rows
    ]


def _reads(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "title": f"{_moment(one['at'])} {one['office']}",
            "rows": [
                (_("Purpose"), read_purpose_words(one["purpose"])),
                (_("Saw"), ", ".join(str(READ_FIELDS.get(field, field)) for field in one["fields"])),
            ],
        }
        for one in rows
    ]


def _source(said: dict[str, Any]) -> str:
    return " · ".join(str(said[name]) for name in ("organisation", "feed") if said.get(name))


def _moment(at: int | None) -> str:
    if at is None:
        return "–"
    zone = timezone.get_current_timezone()
    return f"{datetime.fromtimestamp(at, zone):%Y-%m-%d %H:%M}"
