"""What the pages say about a dry run: the finding in one sentence, figures, rows, and the sample as one may see it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ankang.base.errors import NotFound
from ankang.base.permissions import may, regions_where
from ankang.base.services import region_codes_below
from ankang.core.colours import Colour
from ankang.people.models import Person
from ankang.people.services import MaskedPerson, masked_people

from ..models import DryRun
from ..services.dry_runs import MOVES, RIGHTS, SOURCES
from .dry_run_charts import moves_chart, regions_chart, rules_chart

LIVE = ("waiting", "running")


@dataclass(frozen=True)
class MoveRow:
    """From what to what, and how many."""

    slug: str
    old: Colour
    new: Colour
    people: int

    def words(self, lang: str) -> str:
        """``green code → yellow code``."""
        return f"{self.old.word(lang)} → {self.new.word(lang)}"


@dataclass(frozen=True)
class RuleRow:
    """A rule and how many it would turn."""

    rule: str
    text: str
    to_worse: int
    to_better: int


@dataclass(frozen=True)
class RegionRow:
    """A town and how many would turn there, by the moves of the page, then together."""

    name: str
    counts: tuple[int, ...]
    people: int


@dataclass(frozen=True)
class SampleRow:
    """One masked person, the move, and why: the reasons after it, or those that no longer hold."""

    who: str
    town: str
    move: MoveRow
    reasons: list[dict[str, Any]]
    gone: list[dict[str, Any]]


def sheet_of(run: DryRun | None, user: Any, subject: str = "") -> dict[str, Any]:
    """Everything the template shows; with no dry run only whether the reader may ask for one of ``subject``."""
    lang = get_language() or "zh-hans"
    if run is None:
        return {"run": None, "may_ask": may_ask(subject, user)}
    result, standing = run.result, _standing(run)
    moves = moves_of(result)
    regions, rules = regions_of(result, moves, lang), rules_of(result, lang)
    done = run.state not in LIVE and bool(result)
    return {
        "run": run,
        "live": run.state in LIVE,
        **standing,
        "may_ask": may_ask(run.subject, user) and not standing["is_gone"],
        "may_steer": may(user, RIGHTS[run.subject][1]),
        "may_resume": may(user, RIGHTS[run.subject][1]) and can_go_on(run),
        "progress": progress_of(run),
        "finding": finding_of(run, moves, lang),
        "moves": moves,
        "rules": rules,
        "regions": regions,
        "rules_finding": _rules_finding(rules),
        "regions_finding": _regions_finding(regions),
        "fault": fault_of(run),
        "moves_chart": moves_chart(moves, lang),
        "rules_chart": rules_chart(rules),
        "regions_chart": regions_chart(regions, moves, lang),
        **(sample_of(run, user, lang) if done else {"sample": [], "unseen": 0}),
    }


def may_ask(subject: str, user: Any) -> bool:
    """Whether the reader may ask for a dry run of this subject from here."""
    return subject in SOURCES and may(user, RIGHTS[subject][1])


def can_go_on(run: DryRun) -> bool:
    """Whether going on makes sense: it was stopped, is about to be, or failed through no fault of the candidate."""
    stopping = run.state in LIVE and run.stop_wanted
    return stopping or run.state == "stopped" or (run.state == "failed" and run.fault.startswith("broken"))


def moves_of(result: Mapping[str, Any]) -> list[MoveRow]:
    """The moves that occur, worst colour first."""
    found = result.get("by_move", {})
    return [_move(slug, found[slug]) for slug in MOVES if found.get(slug)]


def rules_of(result: Mapping[str, Any], lang: str) -> list[RuleRow]:
    """The rules that turn somebody, those with most people first."""
    rows = [
        RuleRow(rule, _word(line["text"], lang), line["to_worse"], line["to_better"])
        for rule, line in result.get("by_rule", {}).items()
    ]
    return sorted(rows, key=lambda row: (-(row.to_worse + row.to_better), row.rule))


def regions_of(result: Mapping[str, Any], moves: Sequence[MoveRow], lang: str) -> list[RegionRow]:
    """The towns in which somebody turns, those with most people first."""
    rows = []
    for line in result.get("by_region", {}).values():
        counts = tuple(line.get(move.slug, 0) for move in moves)
        rows.append(RegionRow(_word(line["name"], lang) or _("not in the register"), counts, sum(counts)))
    return sorted(rows, key=lambda row: (-row.people, row.name))


def finding_of(run: DryRun, moves: Sequence[MoveRow], lang: str) -> str:
    """What the dry run found, in one sentence; empty before anybody was looked at."""
    looked_at = run.result.get("people", 0)
    if not looked_at and run.state != "finished":
        return ""
    if not looked_at:
        return _("Nobody on file is concerned. No colour would change.")
    if not moves:
        return _("%(people)s people were looked at. Nobody's colour would change.") % {"people": f"{looked_at:,}"}
    lead = _("By the new rules, %(parts)s.") if run.subject == "rule_set" else _("If this counted, %(parts)s.")
    colours = dict.fromkeys(move.new for move in moves)
    parts = [_turned([move for move in moves if move.new is colour], lang) for colour in colours]
    return lead % {"parts": _("; ").join(parts)}


def progress_of(run: DryRun) -> dict[str, Any]:
    """How far, how fast, how long still. ``minutes`` and ``seconds`` are None while nobody can tell."""
    rate = run.done / run.busy_seconds if run.busy_seconds else 0
    left = max(run.total - run.done, 0)
    seconds = round(left / rate) if rate else None
    return {
        "done": run.done,
        "total": max(run.total, run.done, 1),
        "percent": min(100, 100 * run.done // max(run.total, run.done, 1)),
        "rate": round(rate),
        "left": _time_left(seconds) if seconds is not None and run.state == "running" else "",
    }


def fault_of(run: DryRun) -> dict[str, Any] | None:
    """Why a failed dry run failed: a sentence, and the findings if the rules could not be read."""
    if run.state != "failed":
        return None
    code, *findings = run.fault.splitlines() or ["broken"]
    words = {
        "unreadable": _("The rules cannot be read, so nothing was counted. Correct them and ask again."),
        "gone": _("What this dry run was about is no longer there."),
        "broken": _("Something went wrong on our side. What was counted is kept; please go on in a moment."),
    }
    return {"words": words.get(code, words["broken"]), "findings": findings}


def sample_of(run: DryRun, user: Any, lang: str) -> dict[str, Any]:
    """The persons of the sample who live where the reader may see people, masked; and how many live elsewhere."""
    ids = [one["person"] for one in run.sample]
    towns = dict(Person.objects.filter(pk__in=ids).values_list("pk", "town_id"))
    reach = _reach(run, user)
    shown = [one for one in run.sample if one["person"] not in towns or towns[one["person"]] in reach]
    masked = masked_people([one["person"] for one in shown])
    rows = [_sample_row(one, masked.get(one["person"]), lang) for one in shown]
    return {"sample": rows, "unseen": len(run.sample) - len(rows)}


def _reach(run: DryRun, user: Any) -> set[str]:
    tops = {top for permission in ("people.view", RIGHTS[run.subject][0]) for top in regions_where(user, permission)}
    return set(region_codes_below(sorted(tops)))


def _sample_row(one: Mapping[str, Any], person: MaskedPerson | None, lang: str) -> SampleRow:
    move = _move(one["move"], 1)
    gone = [] if move.new.severity > move.old.severity else one["before"]
    return SampleRow(
        person.name if person else _("not in the register"),
        (person.town if lang.startswith("zh") else person.town_en or person.town) if person else "",
        move,
        [_reason(reason, lang) for reason in one["reasons"]],
        [_reason(reason, lang) for reason in gone],
    )


def _reason(reason: Mapping[str, Any], lang: str) -> dict[str, Any]:
    until = reason["until"]
    return {
        "rule": reason["rule"],
        "text": _word(reason["text"], lang),
        "ends_when": _word(reason["ends_when"], lang),
        "since": datetime.fromtimestamp(reason["since"], UTC),
        "until": datetime.fromtimestamp(until, UTC) if until is not None else None,
    }


def _turned(moves: Sequence[MoveRow], lang: str) -> str:
    """Who would turn to one colour, and from which."""
    people, new = sum(move.people for move in moves), moves[0].new.word(lang)
    if len(moves) == 1:
        words = {"people": f"{people:,}", "old": moves[0].old.word(lang), "new": new}
        if people == 1:
            return _("%(people)s person would turn from %(old)s to %(new)s") % words
        return _("%(people)s people would turn from %(old)s to %(new)s") % words
    parts = [
        _("%(people)s from %(old)s") % {"people": f"{move.people:,}", "old": move.old.word(lang)} for move in moves
    ]
    words = {"people": f"{people:,}", "parts": _(", ").join(parts), "new": new}
    return _("%(people)s people would turn to %(new)s, of them %(parts)s") % words


def _rules_finding(rules: Sequence[RuleRow]) -> str:
    if not rules:
        return ""
    first = rules[0]
    words = {"rule": first.text, "people": f"{first.to_worse + first.to_better:,}"}
    return _("The rule that turns most: “%(rule)s”, %(people)s people") % words


def _regions_finding(regions: Sequence[RegionRow]) -> str:
    if not regions:
        return ""
    words = {"town": regions[0].name, "people": f"{regions[0].people:,}", "towns": len(regions)}
    return _("Most of them in %(town)s: %(people)s people; towns concerned: %(towns)d") % words


def _standing(run: DryRun) -> dict[str, bool]:
    """Whether what was tried is gone, or was changed since: then the dry run says nothing about what is there now."""
    source = SOURCES.get(run.subject)
    try:
        changed = source is not None and source(run.reference).digest != bytes(run.digest)
    except NotFound:
        return {"is_gone": True, "changed_since": False}
    return {"is_gone": False, "changed_since": changed}


def _time_left(seconds: int) -> str:
    if seconds < 60:
        return _("less than a minute left")
    return _("about %(minutes)d min left") % {"minutes": round(seconds / 60)}


def _move(slug: str, people: int) -> MoveRow:
    old, new = (Colour[name.upper()] for name in slug.split(">"))
    return MoveRow(slug, old, new, people)


def _word(words: Mapping[str, str], lang: str) -> str:
    return words["zh"] if lang.startswith("zh") else words["en"] or words["zh"]
