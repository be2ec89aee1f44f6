"""The port by which other rooms put a section on a resident's own page (/me) without this room knowing them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Section:
    """One card: ``template`` is rendered with ``context`` as the variable ``section``; lower ``order`` is higher up.

    ``own``: it leads to pages of the own phone (``own_page``), and is not shown while a guardian's phone shows for a ward.
    """

    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    order: int = 50
    own: bool = False


SectionMaker = Callable[[int, datetime], Section | None]

me_sections: list[SectionMaker] = []
"""Makers called with (person number, now); append yours in ``AppConfig.ready``. ``None`` shows nothing."""


def sections_of(person_id: int, now: datetime, for_ward: bool = False) -> list[Section]:
    """The sections of one person's page, in order; ``for_ward``: those that a guardian sees there."""
    made = [section for make in me_sections if (section := make(person_id, now)) is not None]
    return sorted((section for section in made if not (for_ward and section.own)), key=lambda section: section.order)
