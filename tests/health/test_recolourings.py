"""Recolourings: chunk by chunk, each once; killed, stopped, overtaken, two at a time."""

import os
import signal
import subprocess
import sys
import threading
import time
from urllib.parse import urlsplit

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from ankang.health import jobs
from ankang.health.engine import Wanted
from ankang.health.models import Colour as ColourRow
from ankang.health.models import Recolouring
from ankang.health.services import (
    check_person,
    colour_of,
    pace_of,
    resume_recolouring,
    run_recolouring,
    start_recolouring,
    stop_recolouring,
    take_up_recolourings,
)
from ankang.health.services.dossiers import basis_at
from ankang.health.services.feed import own_engine
from ankang.health.services.keeping import keep_states
from ankang.health.services.recolourings import RUN_RECOLOURING
from ankang.health.services.runners import RECOLOURING, has_runner, sole_runner
from ankang.health.services.survey import surveyed

from .builders import NOW, a_person, changes_of, days, evidence, feed
from .test_survey import in_force, row

pytestmark = pytest.mark.django_db(transaction=True)
SHORTER = ("days = 14 }]", "days = 7 }]")  # a close contact of Zhejiang serves 7 days instead of 14


def contacts(count: int) -> list[int]:
    """Close contacts who have been isolated for ten days: red by the shipped rules, green by the shorter ones."""
    people = []
    for _ in range(count):
        with transaction.atomic():
            person = a_person(NOW - days(30))
            people.append(person)
            evidence(person, "contact", NOW - days(12), relation="close")
            evidence(
                person,
                "isolation",
                NOW - days(11),
                setting="central",
                start=int((NOW - days(11)).timestamp()),
                end=int((NOW - days(1)).timestamp()),
            )
    return people


def started(cause: str = "rule_set", reference: str = "7") -> int:
    """An open recolouring."""
    with transaction.atomic():
        return start_recolouring(cause, reference, "author", NOW).pk


def state(identity: int) -> tuple[str, int, int, int]:
    """What the row says of the work: state, done, total, changed."""
    work = Recolouring.objects.get(pk=identity)
    return work.state, work.done, work.total, work.changed


def gap_free() -> bool:
    """Whether the feed's numbers follow each other from 1 on."""
    numbers = [seq for seq, *_ in feed()]
    return numbers == list(range(1, len(numbers) + 1))


def runner(identity: int) -> subprocess.Popen:
    """A worker process of its own that recolours person by person."""
    words = (
        "import django; django.setup()\n"
        "from ankang.health.services import run_recolouring\n"
        f"run_recolouring({identity}, width=1)"
    )
    url = urlsplit(os.environ["ANKANG_DATABASE_URL"])._replace(path="/" + connection.settings_dict["NAME"])
    return subprocess.Popen([sys.executable, "-c", words], env={**os.environ, "ANKANG_DATABASE_URL": url.geturl()})


def test_a_shorter_duration_turns_everybody_concerned_with_one_row_of_the_feed_each():
    people, healthy = contacts(5), a_person_committed()
    in_force("zhejiang-2020-07", NOW - days(1), 2, SHORTER)
    identity = started()
    run_recolouring(identity, width=2)
    assert state(identity) == ("finished", 5, 5, 5)
    assert [changes_of(person) for person in people] == [[(None, 1), (1, 3), (3, 1)]] * 5
    assert changes_of(healthy) == [(None, 1)]
    assert gap_free()
    assert pace_of(Recolouring.objects.get(pk=identity)).seconds_left == 0
    run_recolouring(identity)
    assert state(identity) == ("finished", 5, 5, 5)


def a_person_committed() -> int:
    with transaction.atomic():
        return a_person()


def test_a_worker_killed_in_the_middle_loses_nothing_and_writes_nothing_twice():
    people = contacts(150)
    in_force("zhejiang-2020-07", NOW - days(1), 2, SHORTER)
    identity = started()
    worker = runner(identity)
    while state(identity)[1] < 20 and worker.poll() is None:
        time.sleep(0.02)
    assert has_runner(RECOLOURING, identity)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    reached, done, _, changed = state(identity)
    assert reached == "running"
    assert 20 <= done == changed < 150
    while has_runner(RECOLOURING, identity):
        time.sleep(0.02)
    assert take_up_recolourings() == [identity]
    run_recolouring(identity, width=16)
    assert state(identity) == ("finished", 150, 150, 150)
    assert [changes_of(person) for person in people] == [[(None, 1), (1, 3), (3, 1)]] * 150
    assert gap_free()
    after = {person: row(person) for person in people}
    for person in people:
        with transaction.atomic():
            check_person(person, NOW)
    assert {person: row(person) for person in people} == after


def test_who_is_evaluated_while_a_recolouring_reads_is_not_overwritten():
    person, other = contacts(2)
    in_force("zhejiang-2020-07", NOW - days(1), 2, SHORTER)
    [batch] = surveyed(basis_at(NOW), Wanted(settle=True))
    with transaction.atomic():
        evidence(person, "contact", NOW - days(0.1), relation="close")
    assert colour_of(person).colour == 3
    with transaction.atomic():
        own_engine()
        kept = keep_states(batch.findings, NOW)
    assert kept == (1, [person])
    assert (colour_of(person).colour, colour_of(other).colour) == (3, 1)


def test_a_check_that_changed_nothing_is_noticed_too():
    [person] = contacts(1)
    in_force("zhejiang-2020-07", NOW - days(1), 2, SHORTER)
    [batch] = surveyed(basis_at(NOW), Wanted(settle=True))
    with transaction.atomic():
        check_person(person, NOW - days(2))  # by the old rules: what is stored already
    with transaction.atomic():
        own_engine()
        assert keep_states(batch.findings, NOW) == (0, [person])


def test_stopped_work_goes_on_where_it_was():
    contacts(6)
    in_force("zhejiang-2020-07", NOW - days(1), 2, SHORTER)
    identity = started()
    stop_recolouring(identity)
    run_recolouring(identity)
    assert state(identity) == ("stopped", 0, 0, 0)
    assert take_up_recolourings() == []
    resume_recolouring(identity)
    Recolouring.objects.filter(pk=identity).update(stop_wanted=True, state="running")
    run_recolouring(identity, width=1)
    assert state(identity) == ("stopped", 0, 0, 0)
    resume_recolouring(identity)
    run_recolouring(identity, width=1)
    assert state(identity) == ("finished", 6, 6, 6)


def test_work_that_is_stopped_while_it_runs_keeps_what_is_done():
    contacts(60)
    in_force("zhejiang-2020-07", NOW - days(1), 2, SHORTER)
    identity = started()
    worker = runner(identity)
    while state(identity)[1] < 3 and worker.poll() is None:
        time.sleep(0.02)
    stop_recolouring(identity)
    assert worker.wait(60) == 0
    reached, done, total, changed = state(identity)
    assert (reached, total) == ("stopped", 60)
    assert 3 <= done == changed < 60
    resume_recolouring(identity)
    run_recolouring(identity)
    assert state(identity) == ("finished", 60, 60, 60)
    assert gap_free()


def test_two_runners_cannot_work_on_the_same_one():
    contacts(1)
    identity = started()
    entered, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with sole_runner(RECOLOURING, identity) as mine:
            assert mine
            entered.set()
            leave.wait()
        connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    entered.wait()
    assert take_up_recolourings() == []
    run_recolouring(identity)
    assert state(identity)[0] == "waiting"
    leave.set()
    thread.join()
    run_recolouring(identity)
    assert state(identity)[0] == "finished"


def test_asked_for_again_it_is_the_open_one_from_the_first_person_on():
    contacts(2)
    identity = started()
    Recolouring.objects.filter(pk=identity).update(cursor=10**9, done=2, total=2)
    assert started() == identity
    assert state(identity) == ("waiting", 0, 0, 0)
    run_recolouring(identity)
    assert started() != identity


def test_a_new_rule_set_in_the_middle_counts_for_whoever_comes_after():
    contacts(3)
    in_force("zhejiang-2020-07", NOW - days(2), 2)
    identity = started()
    Recolouring.objects.filter(pk=identity).update(state="running")
    in_force("zhejiang-2020-07", NOW - days(1), 3, SHORTER)
    run_recolouring(identity)
    assert state(identity) == ("finished", 3, 3, 3)


def test_single_checks_and_a_recolouring_at_once_leave_no_gap_and_no_double():
    people = contacts(40)
    in_force("zhejiang-2020-07", NOW - days(1), 2, SHORTER)
    identity = started()
    worker = runner(identity)
    for person in reversed(people):
        with transaction.atomic():
            check_person(person, NOW)
    assert worker.wait(60) == 0
    assert state(identity)[0] == "finished"
    assert [changes_of(person) for person in people] == [[(None, 1), (1, 3), (3, 1)]] * 40
    assert gap_free()


def test_the_minutely_job_asks_for_a_runner_for_what_nobody_works_on():
    contacts(1)
    identity = started()
    before = ProcrastinateJob.objects.filter(task_name=RUN_RECOLOURING).count()
    jobs.recheck_due(0)
    asked = ProcrastinateJob.objects.filter(task_name=RUN_RECOLOURING).order_by("-id")
    assert asked.count() == before + 1
    assert asked[0].args == {"identity": identity}
    jobs.run_recolouring_job(identity)
    assert state(identity)[0] == "finished"
    jobs.recheck_due(0)
    assert ProcrastinateJob.objects.filter(task_name=RUN_RECOLOURING).count() == before + 1


def test_a_fault_of_the_program_is_kept_with_the_work():
    [person] = contacts(1)
    with connection.cursor() as cursor:  # a record of a kind that nobody knows: it cannot have come through the door
        cursor.execute(
            "INSERT INTO health_evidence VALUES (%s, gen_random_uuid(), 'isolation', %s, %s, '{\"feed\": \"x\"}', '{}')",
            [person, NOW, NOW],
        )
    identity = started()
    with pytest.raises(Exception, match="setting"):
        run_recolouring(identity)
    work = Recolouring.objects.get(pk=identity)
    assert "setting" in work.fault
    assert ColourRow.objects.get(person=person).colour == 3
