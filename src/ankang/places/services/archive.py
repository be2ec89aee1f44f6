"""The checkpoint archive (B2): regulators enter and take back, and which kinds are public is decided by two organisations."""

from datetime import date, datetime
from typing import Any

import msgspec
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from ankang.base.approvals import SUBJECTS, Subject, ask_approval
from ankang.base.errors import BadInput, NotAllowed, NotFound
from ankang.base.models import Approval
from ankang.base.permissions import may
from ankang.core.names import has_control
from ankang.core.sm import sm3

from ..archive_rules import SECTIONS, faults_of_entry
from ..errors import ArchiveRefused, ArchiveTwice, ReasonMissing
from ..models import ArchiveDecision, ArchiveItem, Checkpoint
from .organisations import organisations_of
from .policy_book import province

SUBJECT = "archive"


def enter_item(
    checkpoint: int,
    section: str,
    kind: str,
    title: str,
    source: str,
    happened_on: date | None,
    by: Any,
    now: datetime,
    result: str = "",
    number: str = "",
    valid_until: date | None = None,
) -> ArchiveItem:
    """A regulator's entry about a checkpoint in its region. Raises NotFound, ArchiveRefused, ArchiveTwice."""
    door = checkpoint_to_fill(checkpoint, section, by)
    texts = {"title": title.strip(), "result": result.strip(), "number": number.strip(), "source": source.strip()}
    faults = faults_of_entry(section, kind, texts, happened_on, valid_until, localdate(now))
    faults |= {name: "bad_characters" for name, text in texts.items() if has_control(text)}
    if faults:
        raise ArchiveRefused(details={"fields": faults})
    try:
        with transaction.atomic():
            return ArchiveItem.objects.create(
                checkpoint=door,
                section=section,
                kind=kind,
                happened_on=happened_on,
                valid_until=valid_until,
                recorded_at=now,
                by=by.pk,
                by_name=by.get_full_name() or by.username,
                **texts,
            )
    except IntegrityError:
        raise ArchiveTwice() from None


def retract_item(number: int, reason: str, by: Any, now: datetime) -> ArchiveItem:
    """Take an entry back; it stays on file with the reason. Raises NotFound, ReasonMissing."""
    found = ArchiveItem.objects.filter(pk=number).first()
    if found is None:
        raise NotFound()
    checkpoint_to_fill(found.checkpoint_id, found.section, by)
    if not reason.strip():
        raise ReasonMissing(details={"fields": {"reason": "required"}})
    ArchiveItem.objects.filter(pk=number, retracted_at=None).update(
        retracted_at=now, retracted_by_name=by.get_full_name() or by.username, retract_reason=reason.strip()[:300]
    )
    found.refresh_from_db()
    return found


def checkpoint_to_fill(checkpoint: int, section: str, by: Any) -> Checkpoint:
    """The checkpoint, if ``by`` fills this section there. Raises NotFound."""
    if section not in SECTIONS:
        raise NotFound()
    reach = organisations_of(by, SECTIONS[section].permission)
    found = Checkpoint.objects.select_related("organisation").filter(pk=checkpoint, organisation__in=reach).first()
    if found is None:
        raise NotFound(details={"checkpoint": checkpoint})
    return found


def sections_to_fill(by: Any) -> list[str]:
    """The sections that ``by`` fills somewhere."""
    return [name for name, section in SECTIONS.items() if may(by, section.permission)]


def archive_of(checkpoint: int) -> "QuerySet[ArchiveItem]":
    """Everything on file about a checkpoint, newest first, entries taken back too."""
    return ArchiveItem.objects.filter(checkpoint=checkpoint).order_by("-happened_on", "-pk")


def public_items(checkpoint: int) -> list[ArchiveItem]:
    """What whoever scans the place's code may read: standing entries of the kinds decided to be public."""
    public = public_kinds()
    rows = archive_of(checkpoint).filter(retracted_at=None)[:200]
    return [row for row in rows if (row.section, row.kind) in public]


def public_kinds() -> set[tuple[str, str]]:
    """The kinds whose last approved decision is that they are public."""
    last: dict[tuple[str, str], bool] = {}
    for row in ArchiveDecision.objects.filter(state="approved").order_by("decided_at", "pk"):
        last[row.section, row.kind] = row.public
    return {kind for kind, public in last.items() if public}


def decisions() -> "QuerySet[ArchiveDecision]":
    """Every decision and proposal, newest first."""
    return ArchiveDecision.objects.order_by("-pk")


def propose_publication(section: str, kind: str, public: bool, reason: str, by: Any, now: datetime) -> ArchiveDecision:
    """A regulator proposes that a kind of its entries be public, or no longer; another organisation of the province decides.

    Raises NotAllowed, BadInput, ReasonMissing, AlreadyDecided (one is waiting).
    """
    if section not in SECTIONS or kind not in SECTIONS[section].kinds:
        raise BadInput(details={"fields": {"kind": "unknown"}})
    if not may(by, SECTIONS[section].permission):
        raise NotAllowed(details={"permission": SECTIONS[section].permission})
    if not reason.strip():
        raise ReasonMissing(details={"fields": {"reason": "required"}})
    made = ArchiveDecision.objects.create(
        section=section,
        kind=kind,
        public=public,
        reason=reason.strip()[:500],
        asked_by=by.pk,
        asked_by_name=by.get_full_name() or by.username,
        asked_at=now,
    )
    zh, en = ("公开", "public") if public else ("不公开", "not public")
    made.approval = ask_approval(
        SUBJECT,
        str(made.pk),
        digest_of(made),
        by,
        region=province(),
        permission="archive.approve",
        summary={"zh": f"场所档案 {section}/{kind}：{zh}", "en": f"Archive {section}/{kind}: {en}"},
        now=now,
        note=made.reason,
        other_organisation=True,
    ).pk
    made.save(update_fields=["approval"])
    return made


def digest_of(decision: ArchiveDecision) -> bytes:
    """SM3 of what is decided."""
    return sm3(msgspec.json.encode([decision.pk, decision.section, decision.kind, decision.public, decision.reason]))


def archive_decided(approval: Approval, now: datetime) -> None:
    """What a closed approval does."""
    ArchiveDecision.objects.filter(pk=int(approval.reference), state="pending").update(state=approval.state, decided_at=now)


def register() -> None:
    """Name the subject of the two-person rule."""
    SUBJECTS[SUBJECT] = Subject(
        SUBJECT, _("public part of the archive"), lambda reference: f"{reverse('archive_decisions')}#d{reference}", archive_decided
    )
