"""The office answers a request for a correction: it sends the right row itself, an officer enters it and a colleague agrees,
or it is declined with a reason. Each look at a request is on record, and the person is told of the answer.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils.translation import gettext as _

from ankang.base.approvals import ask_approval
from ankang.base.errors import BadInput, NotAllowed, NotFound
from ankang.base.models import Approval
from ankang.base.reading import cells
from ankang.base.reading.faults import RowFault
from ankang.base.services import record_read, send_message
from ankang.core.names import has_control
from ankang.core.sm import sm3
from ankang.people.models import Person
from ankang.trust.keyring import keyring

from ..errors import CorrectionDecided, SectionWithdrawn
from ..kinds import SectionKind, Values, check_values, section_kinds
from ..models import Correction, Item
from ..rules import WORDS_LONGEST
from .asking import LABEL
from .consent import is_withdrawn
from .items import NewItem, fresh_item, record_items
from .reach import queue_for

SUBJECT = "archive.correction"


def correction_for(user: Any, number: int) -> Correction:
    """A request of the user's own office. Raises NotFound."""
    found = queue_for(user).filter(pk=number).first()
    if found is None:
        raise NotFound()
    return found


def open_correction(user: Any, number: int, now: datetime) -> tuple[Correction, Item]:
    """The request with the item it is about; the look is on record. Raises NotFound, SectionWithdrawn."""
    row = correction_for(user, number)
    kind = kind_of(row)
    if is_withdrawn(row.person, kind):
        raise SectionWithdrawn()
    record_read(user, row.person, kind.permission, f"correction: {row.pk}", (row.section, "correction"), now)
    item = fresh_item(row.person, row.item)
    if item is None:
        raise NotFound()
    return row, item


def document_of(user: Any, number: int) -> tuple[bytes, str]:
    """What the person uploaded, and its media type. Raises NotFound."""
    row = correction_for(user, number)
    if row.document is None or is_withdrawn(row.person, kind_of(row)):
        raise NotFound()
    return keyring().unseal("archive", bytes(row.document), LABEL), row.media_type


def accept_correction(user: Any, number: int, now: datetime) -> None:
    """The office agrees and sends the right row through its feed. Raises NotFound, CorrectionDecided."""
    row = _waiting(user, number)
    _close(row, "accepted", user, "", now)
    _tell(row, _("[Ankang code] Your correction was accepted. The office sends the right record; see My archive."), now)


def decline_correction(user: Any, number: int, reason: str, now: datetime) -> None:
    """The item is right as it stands. Raises NotFound, CorrectionDecided, BadInput without a reason."""
    reason = reason.strip()
    if not reason or len(reason) > WORDS_LONGEST or has_control(reason):
        raise BadInput(details={"fields": {"reason": "too_long" if len(reason) > WORDS_LONGEST else "missing"}})
    row = _waiting(user, number)
    _close(row, "declined", user, reason, now)
    _tell(row, _("[Ankang code] Your correction was not accepted. The reason stands in My archive."), now)


def propose_correction(user: Any, number: int, typed: Mapping[str, str], now: datetime) -> Approval:
    """Enter the right values; they count when a colleague agrees. Raises NotFound, CorrectionDecided, BadInput by column."""
    row = _waiting(user, number)
    kind = kind_of(row)
    occurred_at, values = read_typed(kind, typed, now)
    row.proposed = json.dumps({"occurred_at": occurred_at, "values": values}, ensure_ascii=False, sort_keys=True)
    row.proposed_digest, row.state = sm3(row.proposed.encode()), "proposed"
    row.save(update_fields=["proposed", "proposed_digest", "state"])
    return ask_approval(
        SUBJECT,
        str(row.pk),
        row.proposed_digest,
        user,
        region=row.region_id,
        permission=kind.permission,
        summary={"zh": f"更正个人档案：{kind.zh}，第 {row.pk} 号申请", "en": f"Correct a personal archive: {kind.en}, request {row.pk}"},
        now=now,
    )


def correction_decided(approval: Approval, now: datetime) -> None:
    """What a closed approval does: the new item takes the old one's place, or the request waits again.

    Raises NotAllowed when somebody of another office decided.
    """
    row = Correction.objects.select_for_update().get(pk=int(approval.reference))
    if row.state != "proposed":
        return
    deciders = User.objects.filter(pk__in=approval.decisions.values("by"))
    if any(not queue_for(user).filter(pk=row.pk).exists() for user in deciders):
        raise NotAllowed()
    if approval.state != "approved":
        row.state, row.proposed, row.proposed_digest = "waiting", None, None
        row.save(update_fields=["state", "proposed", "proposed_digest"])
        return
    _correct(row, approval, now)
    _close(row, "corrected", deciders.first(), "", now)
    _tell(row, _("[Ankang code] The record was corrected as you asked; see My archive."), now)


def proposed_values(row: Correction) -> tuple[datetime, Values]:
    """What was entered: the time of the fact, and the values."""
    said = json.loads(row.proposed)
    return datetime.fromtimestamp(said["occurred_at"], UTC), said["values"]


def read_typed(kind: SectionKind, typed: Mapping[str, str], now: datetime) -> tuple[int, Values]:
    """What an officer typed, read as the feed's cells are. Raises BadInput."""
    values: dict[str, Any] = {}
    for column in kind.columns:
        text = typed.get(column.attribute, "").strip()
        try:
            if text:
                values[column.attribute] = cells.reader_of(column)(text)
            elif column.required:
                raise RowFault("missing")
        except RowFault as fault:
            raise BadInput(details={"fields": {column.attribute: fault.code}}) from None
    occurred_at = values.pop("occurred_at")
    if occurred_at > now.timestamp():
        raise BadInput(details={"fields": {"occurred_at": "in_the_future"}})
    try:
        return occurred_at, check_values(kind, values)
    except RowFault as fault:
        raise BadInput(details={"fields": {fault.column: fault.code}}) from None


def kind_of(row: Correction) -> SectionKind:
    """The section the request is about."""
    return section_kinds()[row.section]


def address_of(reference: str) -> str:
    """The page of a request."""
    return reverse("archive_correction", args=[int(reference)])


def _correct(row: Correction, approval: Approval, now: datetime) -> None:
    item = fresh_item(row.person, row.item)
    assert item is not None
    occurred_at, values = proposed_values(row)
    source = {
        "organisation": str(item.source["organisation"]),
        "feed": "correction",
        "batch": str(row.pk),
        "row": str(approval.pk),
    }
    new = NewItem(item.person, occurred_at, values, source)
    record_items(kind_of(row), [new], row.region_id, row.office, now, replaces=item.id)


def _waiting(user: Any, number: int) -> Correction:
    correction_for(user, number)
    row = Correction.objects.select_for_update().get(pk=number)
    if row.state != "waiting":
        raise CorrectionDecided()
    return row


def _close(row: Correction, state: str, by: Any, reason: str, now: datetime) -> None:
    row.state, row.reason, row.decided_at = state, reason, now
    row.decided_by, row.decided_by_name = by.pk, by.get_full_name() or by.username
    row.save(update_fields=["state", "reason", "decided_at", "decided_by", "decided_by_name"])


def _tell(row: Correction, words: str, now: datetime) -> None:
    phone = Person.objects.values_list("phone", flat=True).get(pk=row.person)
    if phone:
        send_message(phone, words, "archive_correction", now)
