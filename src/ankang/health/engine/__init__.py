"""The engine's reading half: who is concerned, what is on file of them, which state that means. Writes nothing.

No Django in here: it runs in processes of its own as well (``python -m ankang.health.engine``), two for a province.
"""

from .crew import SurveyBroken, survey_in_processes
from .findings import Basis, Finding, Stored, a_stored_row, finding_of
from .reading import ENGINE_LOCK, Batch, Wanted, survey_here
from .records import COLUMNS, NOT_RETRACTED, a_stored_record, standing_records
from .triggers import could_turn, kinds_read

__all__ = [
    "COLUMNS",
    "ENGINE_LOCK",
    "NOT_RETRACTED",
    "Basis",
    "Batch",
    "Finding",
    "Stored",
    "SurveyBroken",
    "Wanted",
    "a_stored_record",
    "a_stored_row",
    "could_turn",
    "finding_of",
    "kinds_read",
    "standing_records",
    "survey_here",
    "survey_in_processes",
]
