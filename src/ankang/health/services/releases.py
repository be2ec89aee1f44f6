"""The life of a rule set: draft, submitted, approved by somebody of another organisation, in force, superseded.

Only the province publishes; whoever may draft elsewhere proposes. What is in force is decided by ``effective_at`` alone
(:func:`.rulebook.release_at`), so colours follow even when :func:`publish_due` comes late.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from django.db import IntegrityError, transaction
from django.utils.timezone import localtime

from ankang.base.approvals import ask_approval
from ankang.base.errors import NotAllowed, NotFound
from ankang.base.permissions import regions_where
from ankang.core.rules import RuleSet, load, shipped
from ankang.core.sm import sm3

from ..errors import (
    BaseOutdated,
    DryRunNeeded,
    MomentNotPossible,
    NotADraft,
    ReleaseChanged,
    RuleTextRefused,
    SameAsInForce,
    VersionTaken,
)
from ..models import DryRun, RuleRelease
from .dry_runs import latest_dry_run
from .publishing import SUBJECT, publish_due, withdraw_release
from .release_lookup import may_edit, newest_approved, next_to_come, next_version, release_of, verify_release
from .rule_diffs import count_of, diff_releases
from .rule_editing import with_header
from .rule_texts import check_text, province, raw_of, read_text
from .rulebook import shipped_text

DRY_RUN_COUNTS = timedelta(hours=24)
FARTHEST = timedelta(days=366)

__all__ = [
    "SUBJECT",
    "check_text",
    "compare_anew",
    "delete_draft",
    "diff_releases",
    "draft_release",
    "fresh_dry_run",
    "may_edit",
    "newest_approved",
    "next_to_come",
    "province",
    "publish_due",
    "release_of",
    "save_draft",
    "submit_release",
    "verify_release",
    "withdraw_release",
]


def draft_release(by: Any, base: int | str, now: datetime) -> RuleRelease:
    """Begin a draft: a copy of a release (its number) or of a shipped set (its name), with the next version.

    A set of another province becomes one of this province. Raises NotFound, NotAllowed.
    """
    source = shipped_text(str(base)) if base in shipped() else release_of(base).text
    raw, place = raw_of(source), province()
    name, own = str(raw.get("name", "")), str(raw.get("region", ""))
    header: dict[str, Any] = {"version": next_version(name)}
    if own and not place.startswith(own):
        header["region"] = place
    text = with_header(source, header)
    return RuleRelease.objects.create(
        name=name,
        version=header["version"],
        text=text,
        digest=sm3(text.encode()),
        base=newest_approved(),
        region=_region_of(by),
        author=by.pk,
        author_name=by.get_full_name() or by.username,
        created_at=now,
        updated_at=now,
    )


def save_draft(number: int, text: str, note: str, revision: int, by: Any, now: datetime) -> RuleRelease:
    """Keep a draft's text, sound or not, if nobody else saved since ``revision`` was read.

    Raises NotFound, NotAllowed, NotADraft, ReleaseChanged, NotUtf8, RuleTextTooLarge.
    """
    draft = _editable(number, by)
    text = read_text(text)
    raw = raw_of(text)
    name, version = raw.get("name"), raw.get("version")
    kept = RuleRelease.objects.filter(pk=number, state="draft", revision=revision).update(
        text=text,
        digest=sm3(text.encode()),
        note=note.strip()[:2000],
        name=name if isinstance(name, str) and name else draft.name,
        version=version if type(version) is int and 0 < version < 2**31 else draft.version,
        revision=revision + 1,
        updated_at=now,
    )
    draft.refresh_from_db()
    if not kept:
        raise ReleaseChanged(details={"revision": draft.revision})
    return draft


def delete_draft(number: int, by: Any) -> None:
    """Throw a draft away. Raises NotFound, NotAllowed, NotADraft."""
    _editable(number, by).delete()


def compare_anew(number: int, by: Any) -> RuleRelease:
    """The author has looked at the newest approved release: from now on the draft is measured against it."""
    draft = _editable(number, by)
    draft.base = newest_approved()
    draft.save(update_fields=["base"])
    return draft


def submit_release(number: int, wanted_at: datetime | None, by: Any, now: datetime) -> RuleRelease:
    """Ask the province to approve a draft, for ``wanted_at`` or at once. Nothing of it can be changed afterwards.

    Raises NotFound, NotAllowed, NotADraft, RuleTextRefused, BaseOutdated, SameAsInForce, VersionTaken,
    MomentNotPossible, DryRunNeeded (a finished one of exactly this text, at most a day old).
    """
    draft = _editable(number, by)
    checked = check_text(draft.text, province())
    if not checked.sound or checked.rule_set is None:
        raise RuleTextRefused(details={"findings": [f"{one.label} {one.place}: {one.what}".strip() for one in checked.faults]})
    newest = newest_approved()
    _check_content(draft, checked.rule_set, newest)
    wanted_at = wanted_at.replace(microsecond=0) if wanted_at else None
    _check_moment(wanted_at, checked.rule_set, newest, now)
    run = fresh_dry_run(draft, now)
    if run is None:
        raise DryRunNeeded()
    draft.state, draft.wanted_at, draft.submitted_at = "submitted", wanted_at, now
    try:
        with transaction.atomic():
            draft.save(update_fields=["state", "wanted_at", "submitted_at"])
    except IntegrityError:
        raise VersionTaken() from None
    draft.approval = ask_approval(
        SUBJECT,
        str(draft.pk),
        bytes(draft.digest),
        by,
        region=province(),
        permission="rules.approve",
        summary=_summary(draft, newest),
        now=now,
        note=draft.note,
        other_organisation=True,
        alarm=run.alarm,
    ).pk
    draft.save(update_fields=["approval"])
    return draft


def fresh_dry_run(draft: RuleRelease, now: datetime) -> DryRun | None:
    """A finished dry run of exactly this text that is not older than a day."""
    run = latest_dry_run(SUBJECT, str(draft.pk), bytes(draft.digest))
    if run is None or run.state != "finished" or run.finished_at is None or run.finished_at < now - DRY_RUN_COUNTS:
        return None
    return run


def _editable(number: int, by: Any) -> RuleRelease:
    """The draft, locked until the transaction ends."""
    draft = RuleRelease.objects.select_for_update().filter(pk=number).first()
    if draft is None:
        raise NotFound()
    if not may_edit(draft, by):
        raise NotAllowed(details={"region": draft.region})
    if draft.state != "draft":
        raise NotADraft()
    return draft


def _check_content(draft: RuleRelease, rule_set: RuleSet, newest: RuleRelease | None) -> None:
    if newest != draft.base:
        raise BaseOutdated()
    file = rule_set.file
    if newest is not None:
        before = load(newest.text).file
        if msgspec.structs.replace(file, version=before.version) == before:
            raise SameAsInForce()
    used = RuleRelease.objects.filter(name=file.name, version=file.version).exclude(state__in=["draft", "rejected", "withdrawn"])
    ships = file.name in shipped() and file.version <= load(shipped_text(file.name)).file.version
    if used.exists() or ships:
        raise VersionTaken()


def _check_moment(wanted_at: datetime | None, rule_set: RuleSet, newest: RuleRelease | None, now: datetime) -> None:
    moment, reason = wanted_at or now, ""
    if moment.year < 1970:
        reason, moment = "past", now
    elif moment < now.replace(microsecond=0):
        reason = "past"
    elif moment > now + FARTHEST:
        reason = "too_far"
    elif localtime(moment).date() < rule_set.file.effective_from:
        reason = "before_effective_from"
    elif newest is not None and newest.effective_at is not None and moment <= newest.effective_at:
        reason = "before_newest"
    if reason:
        raise MomentNotPossible(details={"reason": reason, "moment": moment.astimezone(UTC).isoformat()})


def _summary(draft: RuleRelease, newest: RuleRelease | None) -> dict[str, str]:
    count = count_of(newest.text if newest else "", draft.text)
    when = f"{localtime(draft.wanted_at):%Y-%m-%d %H:%M}" if draft.wanted_at else None
    return {
        "zh": f"规则 {draft.name}/{draft.version}：{count}处改动，{f'{when} 生效' if when else '获批即生效'}",
        "en": f"Rule set {draft.name}/{draft.version}: {count} changes, in force {when or 'once approved'}",
    }


def _region_of(by: Any) -> str:
    places = regions_where(by, "rules.edit")
    if not places:
        raise NotAllowed(details={"permission": "rules.edit"})
    return min(places, key=lambda code: (len(code), code))


