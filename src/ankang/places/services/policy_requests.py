"""What is asked of the province: a condition somebody below it would like. Words for people; nothing else reads them (F6)."""

from datetime import datetime
from typing import Any

from django.db.models import DateTimeField, QuerySet
from django.db.models.functions import Coalesce

from ankang.base.errors import BadInput, NotAllowed, NotFound
from ankang.base.permissions import regions_where
from ankang.core.policies import PLACE_TYPES

from ..errors import ProvinceOnly, RequestAnswered
from ..models import PolicyRelease, PolicyRequest
from .policy_book import is_of_the_province

LONGEST = 1_000


def ask_for_policy(place_type: int, wish: str, reason: str, by: Any, now: datetime) -> PolicyRequest:
    """Ask the province for a condition. Raises NotAllowed, BadInput (``fields``)."""
    places = regions_where(by, "policies.request")
    if not places:
        raise NotAllowed(details={"permission": "policies.request"})
    faults = {name: fault for name, text in (("wish", wish), ("reason", reason)) if (fault := _fault(text))}
    if place_type not in PLACE_TYPES:
        faults["place_type"] = "unknown"
    if faults:
        raise BadInput(details={"fields": faults})
    return PolicyRequest.objects.create(
        place_type=place_type,
        wish=wish.strip(),
        reason=reason.strip(),
        asked_by=by.pk,
        asked_by_name=by.get_full_name() or by.username,
        asked_for=min(places, key=lambda code: (len(code), code)),
        asked_at=now,
    )


def read_policy_request(number: int, withheld: str, by: Any, now: datetime) -> PolicyRequest:
    """The province has read the words: everybody may read them too, or, with the reason ``withheld``, nobody outside.

    The last decision counts. Raises ProvinceOnly, NotFound.
    """
    if not is_of_the_province(by, "policies.edit"):
        raise ProvinceOnly()
    values = {"read_by": by.pk, "read_at": now, "withheld": withheld.strip()[:LONGEST]}
    if not PolicyRequest.objects.filter(pk=number).update(**values):
        raise NotFound()
    return PolicyRequest.objects.get(pk=number)


def answer_policy_request(
    number: int, accepted: bool, answer: str, draft: int | None, by: Any, now: datetime
) -> PolicyRequest:
    """The province takes a request into a draft (its number, or a later one) or declines, with a reason. Who answers has read.

    Raises ProvinceOnly, NotFound, RequestAnswered, BadInput (a refusal without a reason).
    """
    if not is_of_the_province(by, "policies.edit"):
        raise ProvinceOnly()
    if not accepted and not answer.strip():
        raise BadInput(details={"fields": {"answer": "required"}})
    taken = PolicyRelease.objects.filter(pk=draft, state="draft").first() if draft and accepted else None
    changed = PolicyRequest.objects.filter(pk=number, state="open").update(
        state="accepted" if accepted else "declined",
        answer=answer.strip()[:LONGEST],
        answered_by=by.pk,
        answered_at=now,
        read_by=Coalesce("read_by", by.pk),
        read_at=Coalesce("read_at", now, output_field=DateTimeField()),
        draft=taken,
    )
    found = PolicyRequest.objects.filter(pk=number).first()
    if found is None:
        raise NotFound()
    if not changed:
        raise RequestAnswered()
    return found


def policy_requests() -> "QuerySet[PolicyRequest]":
    """All of them, open ones first. Their words are public when they are ``shown``, the answers always."""
    return PolicyRequest.objects.order_by("-state", "-asked_at", "-pk")


def _fault(text: str) -> str:
    return "required" if not text.strip() else "too_long" if len(text.strip()) > LONGEST else ""
