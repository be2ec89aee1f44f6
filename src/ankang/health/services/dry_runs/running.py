"""Running a dry run: chunk by chunk, each committed, so that it can be stopped, killed and resumed."""

import logging
from collections.abc import Sequence
from contextlib import closing
from time import monotonic
from typing import Any

import msgspec
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from ankang.base.errors import NotFound
from ankang.core.colours import Colour as CodeColour
from ankang.core.rules import RuleSetFault, failed_examples

from ...models import Colour, DryRun
from ..survey import Move, SurveyChunk, survey
from .alarms import alarm_of
from .candidates import CANDIDATES, Candidate
from .counting import Turn, add_to_sample, add_turns, empty_result, spread
from .working import work_on

log = logging.getLogger("ankang")

_TOWNS = """
SELECT p.id, r.code, r.name, r.name_en FROM people_person p JOIN base_region r ON r.code = p.town_id
WHERE p.id = ANY(%s)
"""
_REASONS = "SELECT person, reasons::text FROM health_colour WHERE person = ANY(%s)"


def run_dry_run(number: int) -> None:
    """Count until everybody is done, somebody wants it stopped, or it fails. Done, or another's: nothing happens.

    Commits after each chunk: never call it inside a request.
    """
    with work_on(number) as mine:
        run = _begin(number) if mine else None
        if run is None:
            return
        try:
            _walk(run, CANDIDATES[run.subject](run))
        except RuleSetFault as fault:
            _fail(run, "unreadable", str(fault))
        except NotFound:
            _fail(run, "gone")
        except Exception:
            log.exception("dry run %d failed", number)
            _fail(run, "broken")


def _begin(number: int) -> DryRun | None:
    """The dry run, now running; None when there is nothing to do."""
    begun = DryRun.objects.filter(pk=number, state__in=("waiting", "running"), stop_wanted=False)
    if not begun.update(state="running"):
        DryRun.objects.filter(pk=number, state__in=("waiting", "running")).update(state="stopped")
        return None
    run = DryRun.objects.get(pk=number)
    if run.started_at is None:
        not_green = Colour.objects.filter(colour__in=(CodeColour.YELLOW, CodeColour.RED)).count()
        run.started_at, run.result = timezone.now(), empty_result(Colour.objects.count(), not_green)
        run.save(update_fields=["started_at", "result"])
    return run


def _walk(run: DryRun, candidate: Candidate) -> None:
    if candidate.own_rules:
        _try_examples(run, candidate)
    began = monotonic()
    walk = survey(candidate.rule_set, run.moment, areas=candidate.areas, extra=candidate.extra, after=run.cursor)
    with closing(walk) as chunks:
        for chunk in chunks:
            now = monotonic()
            if not _keep(run, chunk, now - began):
                return
            began = now
    _finish(run)


def _try_examples(run: DryRun, candidate: Candidate) -> None:
    examples = candidate.rule_set.file.examples
    run.result["examples"] = {"written": len(examples), "failed": list(failed_examples(candidate.rule_set))}


def _keep(run: DryRun, chunk: SurveyChunk, seconds: float) -> bool:
    """Count the chunk and commit it; False when the work is to end here."""
    run.total = max(run.total, run.done + chunk.total)
    turns = _turns(chunk.moves)
    add_turns(run.result, chunk.seen, turns)
    run.sample = add_to_sample(run.sample, turns, bytes(run.digest).hex())
    with transaction.atomic():
        mine = DryRun.objects.filter(pk=run.pk, state="running", cursor=run.cursor).update(
            cursor=chunk.upto,
            done=F("done") + chunk.seen,
            total=run.total,
            busy_seconds=F("busy_seconds") + seconds,
            result=run.result,
            sample=run.sample,
        )
    run.cursor = chunk.upto
    if not mine:
        return False
    stopped = DryRun.objects.filter(pk=run.pk, stop_wanted=True).update(state="stopped")
    return not stopped


def _turns(moves: Sequence[Move]) -> list[Turn]:
    """The moves with town and old reasons: two queries a chunk, nothing is deciphered."""
    people = [move.person for move in moves]
    if not people:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_TOWNS, [people])
        towns = {person: (code, {"zh": name, "en": name_en or name}) for person, code, name, name_en in cursor}
        cursor.execute(_REASONS, [people])
        before: dict[int, Any] = {person: msgspec.json.decode(reasons) for person, reasons in cursor}
    nowhere: tuple[str, dict[str, str]] = ("", {"zh": "", "en": ""})
    return [
        Turn(move.person, move.was, before.get(move.person, []), move.state, *towns.get(move.person, nowhere))
        for move in moves
    ]


def _finish(run: DryRun) -> None:
    now = timezone.now()
    DryRun.objects.filter(pk=run.pk, state="running").update(
        state="finished",
        stop_wanted=False,
        finished_at=now,
        total=F("done"),
        result=run.result,
        sample=spread(run.sample),
        alarm=alarm_of(run.result, now),
    )


def _fail(run: DryRun, code: str, words: str = "") -> None:
    """Keep what was counted, say why it ended: a code, then a line for each finding."""
    fault = "\n".join([code, *words.splitlines()])
    DryRun.objects.filter(pk=run.pk).update(state="failed", finished_at=timezone.now(), fault=fault)
