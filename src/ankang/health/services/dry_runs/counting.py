"""Counting what a dry run found: pure sums over moves, so that a resumed run comes to the same numbers.

The result (JSON): ``people`` looked at, ``changes``, ``worse``, ``better``, ``same``; ``by_move`` {"green>yellow": n};
``by_rule`` {rule: {"text": {"zh", "en"}, "to_worse": n, "to_better": n}}, where a person counts under every rule that
holds, or lets go of, their colour; ``by_region`` {town: {"name": {"zh", "en"}, "green>yellow": n}}; ``on_file``, and
yellow and red people before (``not_green_before``) and after (``not_green_after``).
"""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from heapq import nsmallest
from itertools import chain, zip_longest
from typing import Any, NamedTuple

from ankang.core.colours import Colour

from ...rules import State

SAMPLE = 40
MOVES = tuple(
    f"{old.slug}>{new.slug}" for new in (Colour.RED, Colour.YELLOW, Colour.GREEN) for old in Colour if old is not new
)
Words = dict[str, str]
Reasons = Sequence[Mapping[str, Any]]


class Turn(NamedTuple):
    """One person who would turn: from which colour and reasons to which state; the town (code, names), if on file."""

    person: int
    was: Colour
    before: Reasons
    state: State
    town: str
    town_name: Words

    @property
    def move(self) -> str:
        """From what to what: ``green>yellow``."""
        return f"{self.was.slug}>{self.state.colour.slug}"

    @property
    def is_worse(self) -> bool:
        """Whether the new colour restricts more than the old one."""
        return self.state.colour.severity > self.was.severity


def empty_result(on_file: int, not_green: int) -> dict[str, Any]:
    """The result before anybody was looked at."""
    numbers = dict.fromkeys(("people", "changes", "worse", "better", "same"), 0)
    return {
        **numbers,
        "by_move": {},
        "by_rule": {},
        "by_region": {},
        "on_file": on_file,
        "not_green_before": not_green,
        "not_green_after": not_green,
    }


def add_turns(result: dict[str, Any], seen: int, turns: Sequence[Turn]) -> None:
    """Count a chunk of ``seen`` people, of whom ``turns`` would change, into ``result``."""
    result["people"] += seen
    result["changes"] += len(turns)
    result["same"] = result["people"] - result["changes"]
    for turn in turns:
        result["worse" if turn.is_worse else "better"] += 1
        result["not_green_after"] += _restricts(turn.state.colour) - _restricts(turn.was)
        _count(result["by_move"], turn.move)
        _count(result["by_region"].setdefault(turn.town, {"name": turn.town_name}), turn.move)
        _count_rules(result["by_rule"], turn)


def add_to_sample(sample: list[dict[str, Any]], turns: Iterable[Turn], seed: str) -> list[dict[str, Any]]:
    """The sample with more turns: of each kind of move those whose hash is least, whatever the order they come in."""
    kinds: dict[str, list[tuple[str, int, Any]]] = {}
    for kept in sample:
        kinds.setdefault(kept["move"], []).append((kept["rank"], kept["person"], kept))
    for turn in turns:
        kinds.setdefault(turn.move, []).append((_rank(seed, turn.person), turn.person, turn))
    least = [nsmallest(SAMPLE, kinds[move], key=lambda one: one[:2]) for move in sorted(kinds)]
    return [_explained(rank, one) for rank, _, one in chain(*least)]


def spread(sample: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """At most 40 of the sample: one of each kind of move in turn, then the next of each; worst moves first."""
    kinds = [[one for one in sample if one["move"] == move] for move in MOVES]
    in_turn = [one for row in zip_longest(*kinds) for one in row if one is not None]
    return sorted(in_turn[:SAMPLE], key=lambda one: MOVES.index(one["move"]))


def _count(counts: dict[str, Any], name: str) -> None:
    counts[name] = counts.get(name, 0) + 1


def _count_rules(by_rule: dict[str, Any], turn: Turn) -> None:
    """Worse: under each rule that holds the new colour. Better: under each that held the old one."""
    reasons, colour = (turn.state.reasons, turn.state.colour) if turn.is_worse else (turn.before, turn.was)
    holding = {reason["rule"]: reason["text"] for reason in reasons if reason["colour"] == colour.slug}
    for rule, text in holding.items():
        line = by_rule.setdefault(rule, {"text": text, "to_worse": 0, "to_better": 0})
        _count(line, "to_worse" if turn.is_worse else "to_better")


def _restricts(colour: Colour) -> int:
    return int(colour in (Colour.YELLOW, Colour.RED))


def _rank(seed: str, person: int) -> str:
    return blake2b(f"{seed}:{person}".encode(), digest_size=8).hexdigest()


def _explained(rank: str, one: Any) -> dict[str, Any]:
    """A person of the sample as it is kept; who is kept already stays as they are."""
    if not isinstance(one, Turn):
        return one  # type: ignore[no-any-return]
    until = one.state.until
    return {
        "person": one.person,
        "move": one.move,
        "rank": rank,
        "before": list(one.before),
        "reasons": one.state.reasons,
        "until": int(until.timestamp()) if until else None,
    }
