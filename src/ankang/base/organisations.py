"""The port to the tree of organisations, which the places room fills in: names, subtrees, regions, a search.

Rooms below places know organisations as numbers only; a number that nobody knows has no name and no subtree.
"""

from collections.abc import Iterable
from typing import Protocol


class Organisations(Protocol):
    """What the tree of organisations tells."""

    def names(self, ids: Iterable[int]) -> dict[int, str]:
        """The names of those of ``ids`` that exist."""

    def below(self, ids: Iterable[int]) -> set[int]:
        """The organisations of the subtrees that start at ``ids``, these included."""

    def region_of(self, organisation: int) -> str | None:
        """The code of the organisation's region; None when there is none of that number."""

    def named(self, words: str, regions: Iterable[str], most: int) -> list[tuple[int, str]]:
        """Number and name of organisations in ``regions`` whose name contains ``words``, ``most`` at most."""


class _Nobody:
    def names(self, ids: Iterable[int]) -> dict[int, str]:
        return {}

    def below(self, ids: Iterable[int]) -> set[int]:
        return set(ids)

    def region_of(self, organisation: int) -> str | None:
        return None

    def named(self, words: str, regions: Iterable[str], most: int) -> list[tuple[int, str]]:
        return []


_tree: Organisations = _Nobody()


def plug_in(tree: Organisations) -> None:
    """Called once by the room that keeps the tree, in ``AppConfig.ready``."""
    global _tree
    _tree = tree


def organisation_tree() -> Organisations:
    """The tree of organisations of this house."""
    return _tree
