"""Taking a record back: found within the reader's regions, shown with what it would mean, then retracted for good."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from ankang.base.errors import BadInput
from ankang.core.rules import evaluate

from ..errors import EvidenceNotFound
from ..models import Colour, Evidence, Retraction
from ..rules import State, next_state
from .areas import known_areas
from .colours import ColourView, colour_of, state_of, view_of
from .dossiers import standing_evidence
from .evidence import retract_evidence
from .rulebook import rule_set_at
from .staff import rows_in_reach

LONGEST_REASON = 2_000


@dataclass(frozen=True)
class Preview:
    """The person's colour as it is, and as it would be without one record."""

    now: ColourView
    without: ColourView

    @property
    def changes(self) -> bool:
        """Whether the retraction would change the colour."""
        return self.now.colour is not self.without.colour


def record_in_reach(user: Any, permission: str, person: int, evidence: UUID) -> Evidence:
    """The record, if its person lives where ``user`` holds ``permission``. Raises EvidenceNotFound."""
    row = rows_in_reach(Evidence.objects.filter(person=person, id=evidence), user, permission).first()
    if row is None:
        raise EvidenceNotFound()
    return row


def retraction_of(person: int, evidence: UUID) -> Retraction | None:
    """The retraction of a record, if there is one."""
    return Retraction.objects.filter(person=person, evidence=evidence).first()


def preview_retraction(person: int, evidence: UUID, now: datetime) -> Preview:
    """What the person's colour would be if the record had never come. Nothing is written."""
    kept = [record for record in standing_evidence([person]).get(person, []) if record.id != str(evidence)]
    rule_set = rule_set_at(now)
    row = Colour.objects.filter(person=person).first()
    was: State | None = state_of(row) if row else None
    state = next_state(was, evaluate(kept, rule_set, int(now.timestamp()), known_areas()), rule_set.name, now)
    return Preview(colour_of(person), view_of(Colour(person=person, **state._asdict())))


def retract_record(user: Any, person: int, evidence: UUID, reason: str, now: datetime) -> None:
    """Retract a record within ``user``'s regions; the person is evaluated at once.

    Raises EvidenceNotFound (also elsewhere's), EvidenceRetracted, BadInput (no reason, or over 2,000 characters).
    """
    record_in_reach(user, "evidence.retract", person, evidence)
    reason = reason.replace("\r\n", "\n").strip()
    if not reason or len(reason) > LONGEST_REASON or "\0" in reason:
        raise BadInput(details={"fields": {"reason": "too_long" if len(reason) > LONGEST_REASON else "missing"}})
    retract_evidence(person, evidence, reason, name_of_staff(user), now)


def name_of_staff(user: Any) -> str:
    """How a member of staff stands on a record: the name and the account."""
    name = user.get_full_name()
    return f"{name} ({user.username})" if name else str(user.username)
