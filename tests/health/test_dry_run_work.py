"""A dry run is work that can be stopped, lost, killed and taken up again, by one worker at a time."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from django.db import connection, transaction
from django.utils import timezone

from ankang.health.errors import DryRunHasEnded
from ankang.health.jobs import run_dry_run_job, take_up_dry_runs
from ankang.health.models import DryRun
from ankang.health.services.dry_runs import resume_dry_run, run_dry_run, stop_dry_run
from ankang.health.services.dry_runs.working import is_worked_on, work_on

from .builders import CDC, NOW, days
from .test_dry_runs import ask, five, ran  # noqa: F401
from .test_screens import towns  # noqa: F401

pytestmark = pytest.mark.django_db

stop, resume = transaction.atomic(stop_dry_run), transaction.atomic(resume_dry_run)


def test_stopped_before_it_begins_it_waits_to_be_resumed(five: dict[str, int]) -> None:  # noqa: F811
    run = ask()
    assert stop(run.pk).state == "stopped"
    run_dry_run(run.pk)
    run.refresh_from_db()
    assert (run.state, run.done) == ("stopped", 0)
    resume(run.pk)
    run_dry_run(run.pk)
    run.refresh_from_db()
    assert (run.state, run.result["changes"]) == ("finished", 3)
    for late in (stop, resume):
        with pytest.raises(DryRunHasEnded):
            late(run.pk)


def test_what_somebody_else_works_on_is_left_alone(five: dict[str, int]) -> None:  # noqa: F811
    run = ask()
    with _another_session() as other:
        other.execute("SELECT pg_try_advisory_lock(%s, %s)", [0x616B6477, run.pk])
        run_dry_run(run.pk)
        run.refresh_from_db()
        assert (run.state, run.done) == ("waiting", 0)
        DryRun.objects.update(state="running")
        assert stop(run.pk).state == "running"
        resume(run.pk)
        other.execute("SELECT pg_advisory_unlock(%s, %s)", [0x616B6477, run.pk])
    run_dry_run(run.pk)
    run.refresh_from_db()
    assert (run.state, run.result["changes"]) == ("finished", 3)


def test_one_worker_has_it_at_a_time() -> None:
    with work_on(5) as mine, _another_session() as other:
        taken = other.execute("SELECT pg_try_advisory_lock(%s, %s)", [0x616B6477, 5]).fetchone()
        assert (mine, taken[0]) == (True, False)


def test_a_dry_run_whose_worker_was_lost_is_put_into_the_queue_again() -> None:
    run, fresh = ask(), ask(reference="8")
    DryRun.objects.filter(pk=run.pk).update(state="running")
    DryRun.objects.filter(pk=fresh.pk).update(asked_at=timezone.now())
    _empty_queue()
    take_up_dry_runs(0)
    assert _queue() == [{"dry_run": run.pk}]
    take_up_dry_runs(0)
    assert _queue() == [{"dry_run": run.pk}]
    DryRun.objects.filter(pk=fresh.pk).update(asked_at=NOW - days(1))
    take_up_dry_runs(0)
    assert _queue() == [{"dry_run": run.pk}, {"dry_run": fresh.pk}]


SLOW = """
import sys
import django
django.setup()
from ankang.health.services.dry_runs import run_dry_run, running
real = running.survey
def slow(*given, **named):
    for chunk in real(*given, **named):
        yield chunk
        print("kept", flush=True)
        sys.stdin.readline()
running.survey = slow
run_dry_run(int(sys.argv[1]))
"""


@pytest.mark.django_db(transaction=True)
def test_killed_or_stopped_in_the_middle_it_comes_to_the_same_numbers(towns: None) -> None:  # noqa: F811
    people = _many_feverish()
    whole, killed, stopped = ran(), ask(reference="8"), ask(reference="9")
    with _half_way(killed) as child:
        child.kill()
    killed.refresh_from_db()
    assert (killed.state, 0 < killed.done < len(people), killed.total) == ("running", True, len(people))
    with _half_way(stopped) as child:
        assert stop(stopped.pk).state == "running"
        child.communicate(b"go on\n" * 9)
    stopped.refresh_from_db()
    assert (stopped.state, 0 < stopped.done < len(people)) == ("stopped", True)
    resume(stopped.pk)
    for run in (killed, stopped):
        _wait_until_let_go(run)
        run_dry_run_job(run.pk)
        run.refresh_from_db()
        assert (run.state, run.result, run.sample) == ("finished", whole.result, whole.sample)
    assert whole.result["by_move"] == {"green>red": len(people)}


def _another_session() -> Any:
    given = connection.get_connection_params()
    names = ("dbname", "user", "password", "host", "port")
    return psycopg.connect(**{name: given[name] for name in names if given.get(name)}, autocommit=True)


def _environment() -> dict[str, str]:
    given = {name: quote(str(value), safe="") for name, value in connection.get_connection_params().items()}
    where = f"{given['user']}:{given.get('password', '')}@/{given['dbname']}?host={given['host']}"
    return os.environ | {"ANKANG_DATABASE_URL": f"postgresql://{where}&port={given.get('port', '5432')}"}


@contextmanager
def _half_way(run: DryRun) -> Iterator["subprocess.Popen[bytes]"]:
    """A worker in a process of its own that has kept its first chunk and waits."""
    command = [sys.executable, "-c", SLOW, str(run.pk)]
    child = subprocess.Popen(command, env=_environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdout is not None
    assert child.stdout.readline() == b"kept\n"
    yield child
    child.wait(60)


def _wait_until_let_go(run: DryRun) -> None:
    """The database learns of a killed worker a moment after its death."""
    end = time.monotonic() + 30
    while is_worked_on(run.pk) and time.monotonic() < end:
        time.sleep(0.05)


def _many_feverish() -> range:
    """Green people in three chunks with 39.5 °C on file that nobody has evaluated: written at once, by hand."""
    people = range(2_000_000, 2_100_000, 20)
    numbers = [people.start, people.stop - 1, people.step]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO health_colour SELECT p, 1, %s, NULL, '[]', '', %s FROM generate_series(%s, %s, %s) p",
            [NOW, NOW, *numbers],
        )
        cursor.execute(
            "INSERT INTO health_evidence SELECT p, gen_random_uuid(), 'temperature', %s, %s, %s, %s "
            "FROM generate_series(%s, %s, %s) p",
            [NOW - days(1), NOW, json.dumps(CDC), json.dumps({"celsius": 39.5}), *numbers],
        )
        cursor.execute("ANALYZE health_evidence, health_colour")
    return people


def _queue() -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT args FROM procrastinate_jobs WHERE task_name = 'health.run_dry_run' ORDER BY id")
        return [json.loads(args) if isinstance(args, str) else args for (args,) in cursor.fetchall()]


def _empty_queue() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
