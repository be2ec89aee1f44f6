"""The console's one search box: a port by which rooms bring what they find.

A ``Finder`` answers hits by name or number, narrowed to the reader. Persons are another matter: they are found by a whole
document or phone number only, with a purpose, and each search is on record whether it found somebody or not (G2, G3).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .errors import BadInput

MOST_HITS = 8
WORDS_LENGTH = 100
PURPOSE_LENGTH = 200


@dataclass(frozen=True)
class Hit:
    """One thing found: what it is called, where it lives, and a second line."""

    title: str
    link: str
    note: str = ""


@dataclass(frozen=True)
class Hits:
    """What one kind of thing answers: the first hits, and the list that holds all of them."""

    title: str
    rows: Sequence[Hit]
    link: str = ""


@dataclass(frozen=True)
class PersonDoor:
    """How persons are found: ``looks_like(words)``; ``may(user)``; ``find(user, words, purpose, now)`` puts look-ups and reads on record."""

    looks_like: Callable[[str], bool]
    may: Callable[[Any], bool]
    find: Callable[[Any, str, str, datetime], Sequence[Hit]]


Finder = Callable[[Any, str], Hits | None]
FINDERS: list[Finder] = []
_person_door: PersonDoor | None = None


def plug_in_persons(door: PersonDoor) -> None:
    """Called once by the house."""
    global _person_door
    _person_door = door


def find(user: Any, words: str) -> list[Hits]:
    """What the rooms find for ``words``, groups with hits only."""
    words = words.strip()[:WORDS_LENGTH].replace("\0", "")
    if not words:
        return []
    return [hits for finder in FINDERS if (hits := finder(user, words)) is not None and hits.rows]


def asks_for_person(user: Any, words: str) -> bool:
    """Whether ``words`` is a document or phone number, and ``user`` may look for persons."""
    return _person_door is not None and _person_door.may(user) and _person_door.looks_like(words.strip()[:WORDS_LENGTH])


def find_person(user: Any, words: str, purpose: str, now: datetime) -> Sequence[Hit]:
    """The persons with this document or phone in the reader's reach; the house puts the search on record (access_lookup).

    Raises BadInput (no purpose, or not a number), and what the house refuses: TooManyLookUps.
    """
    purpose = purpose.strip()[:PURPOSE_LENGTH]
    if not purpose:
        raise BadInput(details={"fields": {"purpose": "required"}})
    if not asks_for_person(user, words) or _person_door is None:
        raise BadInput(details={"fields": {"q": "not_a_number"}})
    return _person_door.find(user, words.strip(), purpose, now)
