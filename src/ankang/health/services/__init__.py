"""The use cases of the health room: the only door for other rooms.

Services run in the caller's transaction and never commit. No function takes a colour to store: a colour is
computed.
"""

from .bulk import check_people_in_bulk
from .colours import ColourView, ReasonView, check_person, colour_of, due_people, open_colour
from .evidence import record_evidence, retract_evidence
from .evidence_in_bulk import BulkRecorded, NewEvidence, RowFault, record_evidence_in_bulk
from .partitions import prepare_partitions
from .recolourings import (
    pace_of,
    resume_recolouring,
    run_recolouring,
    start_recolouring,
    stop_recolouring,
    take_up_recolourings,
)
from .survey import Audit, Move, SurveyChunk, audit_colours, survey

__all__ = [
    "Audit",
    "BulkRecorded",
    "ColourView",
    "Move",
    "NewEvidence",
    "ReasonView",
    "RowFault",
    "SurveyChunk",
    "audit_colours",
    "check_people_in_bulk",
    "check_person",
    "colour_of",
    "due_people",
    "open_colour",
    "pace_of",
    "prepare_partitions",
    "record_evidence",
    "record_evidence_in_bulk",
    "resume_recolouring",
    "retract_evidence",
    "run_recolouring",
    "start_recolouring",
    "stop_recolouring",
    "survey",
    "take_up_recolourings",
]
