"""HTTP of health for the resident: my colour in plain words, and its signed reason."""

import json
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from ankang.base.permissions import for_resident
from ankang.people.credentials import require_resident

from .errors import NothingToExplain
from .services.colours import colour_of
from .services.personal_file import colour_as_data
from .services.statements import reasons_by_rule, statement_of
from .words import plain_reason

router = Router(tags=["health"])

Unix = Annotated[int | None, Field(description="unix seconds")]


class Words(Schema):
    """A text in Chinese and English."""

    zh: str
    en: str


class ReasonOut(Schema):
    """One rule that holds. ``plain`` is the whole of it in one sentence: since when, why, how it ends."""

    rule: str
    text: Words
    evidence: list[str]
    since: int
    until: Unix
    ends_when: Words
    source: str
    plain: Words


class ColourOut(Schema):
    """My colour, since when, until when it stays so by itself, and why."""

    colour: str
    since: Unix
    until: Unix
    rule_set: str
    reasons: list[ReasonOut]


@router.get("me/colour", response=ColourOut)
@for_resident
def get_my_colour(request: HttpRequest) -> Any:
    """My colour with its reasons. Errors: not_signed_in."""
    person, now = require_resident(request).person, timezone.now()
    view, stored = colour_of(person), statement_of(person, now)
    reasons = stored.said.reasons if stored else tuple(reasons_by_rule(view.reasons))
    answer = colour_as_data(view, reasons)
    for told, reason in zip(answer["reasons"], reasons, strict=True):
        told["plain"] = {lang: plain_reason(reason, now, lang) for lang in ("zh", "en")}
    return answer


@router.get("me/statement", response=dict[str, Any])
@for_resident
def get_my_statement(request: HttpRequest) -> Any:
    """The signed reason of my colour: the file of docs/reasons.md. Errors: not_signed_in, nothing_to_explain."""
    stored = statement_of(require_resident(request).person, timezone.now())
    if stored is None:
        raise NothingToExplain()
    return json.loads(stored.file)
