"""The use cases of the health room: the only door for other rooms.

Services run in the caller's transaction and never commit. No function takes a colour to store: a colour is
computed.
"""

from .bulk import check_people_in_bulk
from .colours import ColourView, ReasonView, check_person, colour_of, due_people, open_colour
from .evidence import record_evidence, retract_evidence
from .partitions import prepare_partitions

__all__ = [
    "ColourView",
    "ReasonView",
    "check_people_in_bulk",
    "check_person",
    "colour_of",
    "due_people",
    "open_colour",
    "prepare_partitions",
    "record_evidence",
    "retract_evidence",
]
