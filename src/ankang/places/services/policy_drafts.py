"""Drafts of policy sets: begun, changed cell by cell, compared, submitted. Only the province drafts (F6, Z20 3(一))."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import msgspec
from django.db import IntegrityError, transaction
from django.utils.timezone import localtime

from ankang.base.approvals import ask_approval
from ankang.base.errors import BadInput, NotFound
from ankang.core.policies import LONGEST_TEST, PLACE_TYPES, PolicyRow, PolicySet, faults_of, policy_text
from ankang.core.sm import sm3

from ..errors import (
    BaseOutdated,
    DraftChanged,
    MomentNotPossible,
    NotADraft,
    PoliciesRefused,
    ProvinceOnly,
    SameAsBefore,
)
from ..models import PolicyRelease
from .policy_book import base_text, is_of_the_province, newest_policies, province

SUBJECT = "policies"
FARTHEST = timedelta(days=366)
COLOURS = ("green", "yellow", "red", "grey")
WORDS = ("admit", "refer", "deny")
LONGEST_NOTE, LONGEST_SOURCE = 2_000, 500


class Difference(NamedTuple):
    """One cell that changes: place type (empty: the whole set), field, what stood and stands there."""

    type: str
    field: str
    old: Any
    new: Any


def draft_policies(by: Any, now: datetime) -> PolicyRelease:
    """Begin a draft: a copy of the newest approved set, with the next version. Raises ProvinceOnly."""
    _check_province(by)
    newest = newest_policies()
    used = PolicyRelease.objects.order_by("-version").values_list("version", flat=True).first() or 0
    policies = msgspec.structs.replace(set_of(base_text(newest)), version=used + 1)
    text = policy_text(policies)
    return PolicyRelease.objects.create(
        version=used + 1,
        text=text,
        digest=sm3(text.encode()),
        base=newest,
        author=by.pk,
        author_name=by.get_full_name() or by.username,
        created_at=now,
        updated_at=now,
    )


def save_policies(
    number: int, cells: Mapping[str, str], note: str, revision: int, by: Any, now: datetime
) -> PolicyRelease:
    """Keep what was typed, by cell: ``temperature_limit`` (°C), and ``school.yellow``, ``.test_hours``, ``.mask``, ``.source`` …

    Cells that are not given stay as they are. Raises NotFound, NotADraft, ProvinceOnly, DraftChanged, BadInput
    (``fields``: cell → fault code).
    """
    draft = editable(number, by)
    policies = with_cells(set_of(draft.text), cells)
    text = policy_text(policies)
    kept = PolicyRelease.objects.filter(pk=number, state="draft", revision=revision).update(
        text=text, digest=sm3(text.encode()), note=note.strip()[:LONGEST_NOTE], revision=revision + 1, updated_at=now
    )
    draft.refresh_from_db()
    if not kept:
        raise DraftChanged(details={"revision": draft.revision})
    return draft


def delete_policies(number: int, by: Any) -> None:
    """Throw a draft away. Raises NotFound, NotADraft, ProvinceOnly."""
    editable(number, by).delete()


def compare_policies(number: int, by: Any) -> PolicyRelease:
    """The author has looked at the newest approved set: from now on the draft is measured against it."""
    draft = editable(number, by)
    draft.base = newest_policies()
    draft.save(update_fields=["base"])
    return draft


def submit_policies(number: int, wanted_at: datetime | None, by: Any, now: datetime) -> PolicyRelease:
    """Ask somebody of another organisation with the province's right to approve it, for ``wanted_at`` or at once.

    Raises NotFound, NotADraft, ProvinceOnly, PoliciesRefused, BaseOutdated, SameAsBefore, MomentNotPossible.
    """
    draft = editable(number, by)
    newest = newest_policies()
    faults = faults_of(set_of(draft.text))
    if faults:
        raise PoliciesRefused(details={"faults": [list(fault) for fault in faults]})
    if newest != draft.base:
        raise BaseOutdated()
    changes = diff_policies(base_text(newest), draft.text)
    if not changes:
        raise SameAsBefore()
    check_moment(wanted_at, newest, now)
    draft.state, draft.submitted_at = "submitted", now
    draft.wanted_at = wanted_at.replace(microsecond=0) if wanted_at else None
    try:
        with transaction.atomic():
            draft.save(update_fields=["state", "submitted_at", "wanted_at"])
    except IntegrityError:
        raise BaseOutdated() from None
    draft.approval = ask_approval(
        SUBJECT,
        str(draft.pk),
        bytes(draft.digest),
        by,
        region=province(),
        permission="policies.approve",
        summary=_summary(draft, len(changes)),
        now=now,
        note=draft.note,
        other_organisation=True,
    ).pk
    draft.save(update_fields=["approval"])
    return draft


def check_moment(wanted_at: datetime | None, newest: PolicyRelease | None, now: datetime) -> None:
    """Raises MomentNotPossible when a set cannot come into force then."""
    moment, reason = wanted_at or now, ""
    if moment < now.replace(microsecond=0):
        reason = "past"
    elif moment > now + FARTHEST:
        reason = "too_far"
    elif newest is not None and newest.effective_at is not None and moment <= newest.effective_at:
        reason = "before_newest"
    if reason:
        raise MomentNotPossible(details={"reason": reason, "moment": moment.astimezone(UTC).isoformat()})


def set_of(text: str) -> PolicySet:
    """The set a draft holds, sound or not."""
    return msgspec.json.decode(text, type=PolicySet)


def diff_policies(old: str, new: str) -> list[Difference]:
    """What changes from one text to another, in the order of the place types."""
    before, after = set_of(old), set_of(new)
    found = []
    if before.temperature_limit != after.temperature_limit:
        found.append(Difference("", "temperature_limit", before.temperature_limit / 10, after.temperature_limit / 10))
    was = {row.type: row for row in before.rows}
    for row in after.rows:
        one = was.get(row.type)
        for field in (*COLOURS, "test_hours", "mask", "source"):
            earlier, later = getattr(one, field, None), getattr(row, field)
            if earlier != later:
                found.append(Difference(row.type, field, earlier, later))
    return found


def with_cells(policies: PolicySet, cells: Mapping[str, str]) -> PolicySet:
    """The set with these cells. Raises BadInput."""
    faults: dict[str, str] = {}
    rows = [_with(row, cells, faults) for row in policies.rows]
    limit = policies.temperature_limit
    if (typed := cells.get("temperature_limit")) is not None:
        tenths = _tenths(typed)
        if tenths is None:
            faults["temperature_limit"] = "out_of_range"
        limit = tenths or limit
    if faults:
        raise BadInput(details={"fields": faults})
    return PolicySet(policies.version, limit, tuple(rows))


def _with(row: PolicyRow, cells: Mapping[str, str], faults: dict[str, str]) -> PolicyRow:
    changes: dict[str, Any] = {}
    for field in (*COLOURS, "test_hours", "mask", "source"):
        typed = cells.get(f"{row.type}.{field}")
        if typed is None:
            continue
        value = _value(field, typed.strip())
        if value is None:
            faults[f"{row.type}.{field}"] = "not_possible"
        else:
            changes[field] = value
    return msgspec.structs.replace(row, **changes)


def _value(field: str, typed: str) -> Any:
    """What was typed, as the set holds it; None when it cannot be."""
    if field in COLOURS:
        return typed if typed in WORDS else None
    if field == "mask":
        return {"1": True, "true": True, "on": True, "": False, "0": False, "false": False}.get(typed)
    if field == "test_hours":
        typed = typed or "0"
        return int(typed) if typed.isascii() and typed.isdigit() and int(typed) <= LONGEST_TEST else None
    return typed if len(typed) <= LONGEST_SOURCE else None


def _tenths(typed: str) -> int | None:
    try:
        tenths = round(float(typed.strip()) * 10)
    except (ValueError, OverflowError):
        return None
    return tenths if 360 <= tenths <= 420 else None


def editable(number: int, by: Any) -> PolicyRelease:
    """The draft, locked until the transaction ends."""
    _check_province(by)
    draft = PolicyRelease.objects.select_for_update().filter(pk=number).first()
    if draft is None:
        raise NotFound()
    if draft.state != "draft":
        raise NotADraft()
    return draft


def _check_province(by: Any) -> None:
    if not is_of_the_province(by, "policies.edit"):
        raise ProvinceOnly()


def _summary(draft: PolicyRelease, count: int) -> dict[str, str]:
    when = f"{localtime(draft.wanted_at):%Y-%m-%d %H:%M}" if draft.wanted_at else None
    return {
        "zh": f"准入政策第{draft.version}版：{count}处改动，{f'{when} 生效' if when else '获批即生效'}",
        "en": f"Policies, version {draft.version}: {count} changes, in force {when or 'once approved'}",
    }


def type_words(slug: str, lang: str) -> str:
    """The name of a place type by its slug."""
    return next((one.word(lang) for one in PLACE_TYPES.values() if one.slug == slug), slug)
