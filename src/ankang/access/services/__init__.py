"""Use cases of this room."""

from .alerts import alerts_for, fetch_alert, move_alert
from .looking_up import Found, look_up
from .questions import answer_question, ask_question, fetch_question, questions_for
from .reads import read_of, reads_for, reads_of, search_reads
from .watching import watch_reads
from .work import alerts_at_work, questions_at_work

__all__ = [
    "Found",
    "alerts_at_work",
    "alerts_for",
    "answer_question",
    "ask_question",
    "fetch_alert",
    "fetch_question",
    "look_up",
    "move_alert",
    "questions_at_work",
    "questions_for",
    "read_of",
    "reads_for",
    "reads_of",
    "search_reads",
    "watch_reads",
]
