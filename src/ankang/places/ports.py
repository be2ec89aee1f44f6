"""What places asks rooms above it, which plug in from their ``AppConfig.ready``."""

from collections.abc import Callable

used_checkpoints: list[Callable[[list[int]], set[int]]] = []
"""Given numbers of checkpoints, those that something else names (visits): they are closed, never deleted."""


def checkpoints_in_use(numbers: list[int]) -> set[int]:
    """Those of the checkpoints that some room still names."""
    return set().union(*(ask(numbers) for ask in used_checkpoints)) if used_checkpoints else set()
