"""Recolouring: everybody concerned is evaluated anew because rules or areas changed, or an audit found something.

Chunk by chunk of person numbers, one commit a chunk. A chunk's states, its rows of the feed and how far the work is
are one transaction: whoever is killed in the middle has either done a chunk or not.
"""

import time
from contextlib import closing
from datetime import datetime
from typing import Any, NamedTuple

from django.db import Error as DatabaseError
from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from ..engine import Batch, SurveyBroken, Wanted
from ..models import LongWork, Recolouring
from .bulk import check_people_in_bulk
from .dossiers import basis_at
from .feed import own_engine
from .keeping import keep_states
from .rulebook import release_at
from .runners import RECOLOURING, has_runner, sole_runner
from .survey import PROCESSES, surveyed

RUN_RECOLOURING = "health.run_recolouring"
WIDTH = 32_768  # person numbers a chunk

_START = """
INSERT INTO health_recolouring (cause, reference, asked_by_name, asked_at, state, total, done, cursor, stop_wanted,
    busy_seconds, fault, changed)
VALUES (%s, %s, %s, %s, 'waiting', 0, 0, 0, false, 0, '', 0)
ON CONFLICT (cause, reference) WHERE NOT (state IN ('finished', 'failed')) DO UPDATE SET total = 0, done = 0, cursor = 0
RETURNING id
"""
_BEGIN = """
UPDATE health_recolouring SET started_at = coalesce(started_at, %s), fault = '',
    state = CASE WHEN stop_wanted THEN 'stopped' ELSE 'running' END
WHERE id = %s AND state IN ('waiting', 'running') RETURNING state, cursor, done
"""
_ADVANCE = """
UPDATE health_recolouring SET cursor = %(upto)s, done = done + %(seen)s, total = %(total)s, changed = changed + %(changed)s,
    busy_seconds = busy_seconds + %(seconds)s, state = CASE WHEN stop_wanted THEN 'stopped' ELSE state END
WHERE id = %(id)s AND cursor = %(cursor)s AND state = 'running' RETURNING stop_wanted
"""
_FINISH = """
UPDATE health_recolouring SET state = 'finished', stop_wanted = false, finished_at = %s, busy_seconds = busy_seconds + %s,
    total = done
WHERE id = %s AND cursor = %s AND state = 'running' RETURNING id
"""
_STOP = """
UPDATE health_recolouring SET stop_wanted = true, state = CASE state WHEN 'waiting' THEN 'stopped' ELSE state END
WHERE id = %s AND state IN ('waiting', 'running')
"""
_RESUME = """
UPDATE health_recolouring SET stop_wanted = false, state = CASE state WHEN 'stopped' THEN 'waiting' ELSE state END
WHERE id = %s AND (state = 'stopped' OR stop_wanted) RETURNING id
"""
_AREAS = """
SELECT md5(coalesce(string_agg(concat_ws('|', code, level, since, until), ';' ORDER BY id), ''))
FROM health_area WHERE state = 'in_force'
"""


class Pace(NamedTuple):
    """How fast long work goes: people a second, and the seconds left (None: not known yet)."""

    rate: float
    seconds_left: float | None


class _Overtaken(Exception):
    """The rules, the areas or the work itself changed under a chunk: survey anew from where the work is."""


def start_recolouring(cause: str, reference: str, asked_by_name: str, now: datetime) -> Recolouring:
    """Ask for everybody to be evaluated anew: ``cause`` rule_set, area or audit, ``reference`` says which one.

    While one for the same cause and reference is open it is that one, begun again from the first person.
    """
    with connection.cursor() as cursor:
        cursor.execute(_START, [cause, reference, asked_by_name, now])
        identity = cursor.fetchone()[0]
    _ask_for_a_runner(identity)
    return Recolouring.objects.get(pk=identity)


def run_recolouring(identity: int, processes: int = PROCESSES, width: int = WIDTH) -> None:
    """Work until it is finished or somebody wants it stopped; begun work goes on where it was. Commits each chunk.

    Returns at once when somebody else works on it, or when there is nothing to do.
    """
    with sole_runner(RECOLOURING, identity) as mine:
        try:
            while mine and _leg(identity, processes, width):
                pass
        except SurveyBroken as fault:
            Recolouring.objects.filter(pk=identity).update(fault=str(fault))
            raise
        except DatabaseError:
            raise  # it is taken up again within a minute
        except Exception as fault:
            Recolouring.objects.filter(pk=identity).update(
                state="failed", fault=repr(fault), finished_at=timezone.now()
            )
            raise


def stop_recolouring(identity: int) -> None:
    """Stop after the chunk under way. Stopped or finished already: changes nothing."""
    with connection.cursor() as cursor:
        cursor.execute(_STOP, [identity])


def resume_recolouring(identity: int) -> None:
    """Go on with stopped work where it was."""
    with connection.cursor() as cursor:
        cursor.execute(_RESUME, [identity])
        if cursor.fetchone():
            _ask_for_a_runner(identity)


def take_up_recolourings() -> list[int]:
    """Ask for a runner for open work that nobody works on: its worker was killed, or its job was lost."""
    opened = Recolouring.objects.filter(state__in=("waiting", "running")).order_by("pk").values_list("pk", flat=True)
    idle = [identity for identity in opened if not has_runner(RECOLOURING, identity)]
    for identity in idle:
        _ask_for_a_runner(identity)
    return idle


def pace_of(work: LongWork) -> Pace:
    """Rate and remaining time, from what the row says."""
    rate = work.done / work.busy_seconds if work.busy_seconds else 0.0
    return Pace(rate, (work.total - work.done) / rate if rate and work.total else None)


def _ask_for_a_runner(identity: int) -> None:
    app.configure_task(RUN_RECOLOURING, queue="health").defer(identity=identity)


def _leg(identity: int, processes: int, width: int) -> bool:
    """Survey from the cursor on and write chunk by chunk; True when it has to be surveyed anew."""
    began, now = time.monotonic(), timezone.now()
    state, cursor, done = _begin(identity, now)
    if state != "running":
        return False
    basis, ground = basis_at(now), _ground(now)
    with closing(surveyed(basis, Wanted(cursor, width=width, settle=True), None, processes)) as batches:
        for batch in batches:
            seconds, began = time.monotonic() - began, time.monotonic()
            try:
                stop = _write(
                    batch, ground, {"id": identity, "cursor": cursor, "seconds": seconds, "total": done + batch.total}
                )
            except _Overtaken:
                return True
            cursor = batch.upto
            if stop:
                return False
    return not _ask(_FINISH, [timezone.now(), time.monotonic() - began, identity, cursor])


def _begin(identity: int, now: datetime) -> tuple[str, int, int]:
    return _ask(_BEGIN, [now, identity]) or ("none", 0, 0)


def _write(batch: Batch, ground: Any, row: dict[str, Any]) -> bool:
    """One chunk, one transaction; True when somebody wants the work stopped."""
    now = timezone.now()
    with transaction.atomic():
        own_engine()
        if _ground(now) != ground:
            raise _Overtaken
        changed, overtaken = keep_states(batch.findings, now)
        changed += check_people_in_bulk(overtaken, now) if overtaken else 0
        advanced = _ask(_ADVANCE, {**row, "upto": batch.upto, "seen": batch.seen, "changed": changed})
        if advanced is None:
            raise _Overtaken
    return bool(advanced[0])


def _ground(now: datetime) -> tuple[int, str]:
    """What tells one basis of colours from another: the release in force, and a digest of the areas."""
    return release_at(now).pk, _ask(_AREAS, [])[0]


def _ask(statement: str, params: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchone()
