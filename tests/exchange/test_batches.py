"""The life of a batch: the second person, the alarm, the same file again, stop and go on, racing uploads, kill -9."""

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from ankang.base.approvals import MakerCannotDecide, decide, withdraw_approval
from ankang.base.errors import BadInput
from ankang.config.settings import load_settings
from ankang.exchange import jobs, services
from ankang.exchange.errors import BatchStateWrong
from ankang.exchange.models import Batch, Chunk
from ankang.health.models import Colour, DryRun, Evidence

from .builders import (
    NOW,
    a_test,
    arrived,
    at,
    counts,
    decided,
    ran,
    registered,
    residents,
    sent,
    staff,
    submitted,
    table,
)

pytestmark = pytest.mark.django_db(transaction=True)
GREEN, RED = 1, 3


def positives(many: int, first: int = 1) -> bytes:
    """A file of diagnoses."""
    rows = [{"证件号码": who.document, "诊断时间": at(-1), "病例分类": "确诊"} for who in residents(many, first)]
    return table(rows)


def colours(*people: int) -> list[int]:
    """Their colours, in their order."""
    found = dict(Colour.objects.filter(person__in=people).values_list("person", "colour"))
    return [found[person] for person in people]


def test_the_maker_cannot_approve_and_another_persons_yes_turns_the_colours(officer, approver, people):
    batch = submitted(positives(2), officer, "cases")
    maker = staff("health_commission")
    own = submitted(positives(1), maker, "cases", "other.csv")
    with pytest.raises(MakerCannotDecide), transaction.atomic():
        decide(own.approval, maker, True, bytes(own.digest), NOW)
    assert (batch.state, ran(batch).state, colours(*people)) == ("pending_approval", "pending_approval", [GREEN] * 5)
    batch = ran(decided(batch, approver))
    assert (batch.state, counts(batch), batch.turned) == ("finished", {"succeeded": 2}, 2)
    assert colours(*people) == [RED, RED, GREEN, GREEN, GREEN]
    assert not Chunk.objects.filter(batch=batch).exists()


def test_who_sent_the_file_does_not_decide_it_when_a_colleague_handed_it_in(people):
    sender, colleague = staff("health_commission"), staff("health_commission")
    batch = sent(positives(1), sender, "cases")
    with transaction.atomic():
        batch = services.submit_batch(batch.pk, colleague, NOW)
    with pytest.raises(MakerCannotDecide):
        decided(batch, sender)
    assert (Batch.objects.get(pk=batch.pk).state, colours(*people)) == ("pending_approval", [GREEN] * 5)


def test_a_file_is_not_run_in_the_year_9999(officer, people):
    batch = sent(table([a_test(residents(1)[0])]), officer)
    with pytest.raises(BadInput), transaction.atomic():
        services.submit_batch(batch.pk, officer, NOW, run_at=NOW + timedelta(days=400))


def test_a_file_of_a_million_parts_is_refused_before_anything_is_counted(officer, people):
    with transaction.atomic():
        batch = services.open_upload("nucleic-tests", "a.csv", officer, NOW)
        services.put_part(batch.pk, 1, b"x", officer, NOW)
    with pytest.raises(BadInput), transaction.atomic():
        services.complete_upload(batch.pk, officer, NOW, parts=5_000_000)


def test_a_rejected_batch_records_nothing_and_the_same_file_may_be_sent_again(officer, approver, people):
    batch = decided(submitted(positives(2), officer, "cases"), approver, yes=False)
    assert (batch.state, Evidence.objects.count(), Chunk.objects.count()) == ("rejected", 0, 0)
    assert submitted(positives(2), officer, "cases").state == "pending_approval"


def test_who_asked_may_take_the_batch_back_and_hand_it_in_again(officer, people):
    batch = submitted(positives(1), officer, "cases")
    with transaction.atomic():
        withdraw_approval(batch.approval, officer, NOW)
    assert Batch.objects.get(pk=batch.pk).state == "validated"
    with transaction.atomic():
        assert services.submit_batch(batch.pk, officer, NOW).state == "pending_approval"
        cancelled = services.cancel_batch(batch.pk, officer, NOW)
    assert (cancelled.state, cancelled.chunks.count()) == ("cancelled", 0)


def test_the_approver_sees_whom_it_would_turn_and_over_the_alarm_two_must_agree(officer, approver, ningguo):
    people = registered(residents(15))
    batch = submitted(positives(12), officer, "cases")
    run = DryRun.objects.get(subject="feed_batch", reference=batch.reference)
    assert (run.state, run.result["worse"], batch.alarm["people"], batch.alarm["limit_people"]) == ("finished", 12, 12, 10)
    once = decided(batch, approver)
    assert once.state == "pending_approval"
    done = ran(decided(once, staff("approver", "34")))
    assert (done.state, done.turned, colours(*people)) == ("finished", 12, [RED] * 12 + [GREEN] * 3)


def test_a_run_that_turns_more_people_than_foreseen_stops_for_a_second_confirmation(officer, approver, ningguo):
    batch = submitted(positives(14), officer, "cases")
    assert batch.alarm is None  # nobody of them is on file yet, so the dry run found nothing
    people = registered(residents(14))
    stopped = ran(decided(batch, approver), chunk=11)
    assert (stopped.state, stopped.cursor, stopped.turned) == ("limit_exceeded", 11, 11)
    first, second = staff("approver", "34"), staff("approver", "34")
    assert decided(stopped, first).state == "limit_exceeded"
    done = ran(decided(stopped, second), chunk=11)
    assert (done.state, counts(done), colours(*people)) == ("finished", {"succeeded": 14}, [RED] * 14)


def test_the_same_file_twice_changes_nothing_and_says_so(officer, people):
    content = table([a_test(who, f"N{n}") for n, who in enumerate(residents(5))])
    first = ran(submitted(content, officer))
    again = arrived(content, officer, filename="renamed.csv")
    assert (again.already, again.batch.pk, Evidence.objects.count()) == (True, first.pk, 5)
    assert not Chunk.objects.exists()


def test_a_mended_file_takes_only_what_was_not_taken_before(officer, people):
    rows = [a_test(who, f"N{n}") for n, who in enumerate(residents(5))]
    strangers = [a_test(who, f"S{n}") for n, who in enumerate(residents(2, 50))]
    broken = [*rows[:3], rows[3] | {"检测结果": "?"}, rows[4], *strangers]
    assert counts(ran(submitted(table(broken), officer))) == {"succeeded": 4, "failed": 1, "waiting": 2}
    assert counts(ran(submitted(table([*rows, *strangers]), officer))) == {"succeeded": 1, "duplicates": 6}
    assert Evidence.objects.count() == 5


def test_a_number_of_the_laboratory_stands_for_one_result(officer, people):
    one, two = residents(2)
    ran(submitted(table([a_test(one, "N1")]), officer))
    batch = ran(submitted(table([a_test(two, "N1"), a_test(one, "N1")]), officer))
    assert counts(batch) == {"failed": 1, "duplicates": 1}
    assert [(row.row, row.code) for row in services.rejects_of(batch)] == [(2, "number_taken")]


def test_of_two_uploads_at_once_one_is_the_batch(officer, people):
    content = table([a_test(who, f"N{n}") for n, who in enumerate(residents(5))])
    found = []

    def send() -> None:
        try:
            found.append(arrived(content, officer))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one.already for one in found) == [False, True, True, True]
    assert len({one.batch.pk for one in found}) == 1
    assert Batch.objects.exclude(state="cancelled").count() == 1


def test_a_batch_stops_between_two_chunks_and_goes_on_behind_the_last_row(officer, people):
    batch = submitted(table([a_test(residents(5)[n % 5], f"N{n}", 采样时间=at(-2 - n)) for n in range(40)]), officer)
    Batch.objects.filter(pk=batch.pk).update(state="running")
    with transaction.atomic():
        services.stop_batch(batch.pk, officer, NOW)
    paused = ran(batch, chunk=10)
    assert (paused.state, paused.cursor) == ("paused", 0)
    with pytest.raises(BatchStateWrong), transaction.atomic():
        services.stop_batch(batch.pk, officer, NOW)
    with transaction.atomic():
        services.resume_batch(batch.pk, officer, NOW)
    done = ran(batch, chunk=10)
    assert (done.state, counts(done), Evidence.objects.count()) == ("finished", {"succeeded": 40}, 40)


def test_a_batch_for_later_runs_at_its_moment(officer, people):
    batch = sent(table([a_test(residents(1)[0], "N1")]), officer)
    with transaction.atomic():
        later = services.submit_batch(batch.pk, officer, NOW, run_at=NOW + timedelta(hours=1))
    assert (later.state, ran(later).state) == ("scheduled", "scheduled")
    Batch.objects.update(run_at=NOW)
    assert ran(later).state == "finished"


KILLED = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "ankang.site.settings"
import django; django.setup()
from ankang.exchange.services.running import run_batch
run_batch(int(sys.argv[1]), 200)
"""


def test_killed_in_the_middle_and_taken_up_again_each_row_counts_once(officer):
    known = residents(1_000)
    registered(known)
    rows = [a_test(known[n % 1_000], f"N{n}") for n in range(20_000)]
    strangers = [a_test(who, f"S{n}") for n, who in enumerate(residents(500, 5_000))]
    batch = submitted(table([*rows[:10_000], *strangers, *rows[10_000:], rows[0] | {"检测结果": "?"}]), officer)
    settings = connection.settings_dict
    options = {name: str(settings[name]) for name in ("USER", "HOST", "PORT") if settings[name]}
    address = f"postgresql://{options['USER']}:{settings['PASSWORD']}@/{settings['NAME']}?host={options['HOST']}"
    if "PORT" in options:
        address += f"&port={options['PORT']}"
    environment = os.environ | {"ANKANG_DATA": str(load_settings().data), "ANKANG_DATABASE_URL": address}
    kills = 0
    while kills < 3:
        before = Batch.objects.get(pk=batch.pk).cursor
        worker = subprocess.Popen([sys.executable, "-c", KILLED, str(batch.pk)], env=environment)
        while worker.poll() is None and Batch.objects.get(pk=batch.pk).cursor <= before + 400:
            time.sleep(0.01)
        assert worker.poll() is None, "it finished before it could be killed"
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        kills += 1
    middle = Batch.objects.get(pk=batch.pk)
    assert middle.state == "running"
    assert 0 < middle.cursor < middle.rows
    done = ran(batch)
    assert (done.state, counts(done)) == ("finished", {"succeeded": 20_000, "waiting": 500, "failed": 1})
    assert (Evidence.objects.count(), done.pool.count(), services.rejects_of(done).count()) == (20_000, 500, 1)
    numbers = Evidence.objects.values_list("source__row", flat=True)
    assert len(set(numbers)) == 20_000


def test_work_that_was_lost_is_taken_up_by_the_minutely_job(officer, people):
    batch = arrived(table([a_test(residents(1)[0], "N1")]), officer, submit=True).batch
    ProcrastinateJob.objects.all().delete()
    Batch.objects.update(sent_at=NOW - timedelta(minutes=5))
    jobs.take_up(0)
    assert list(ProcrastinateJob.objects.values_list("task_name", "args")) == [
        ("exchange.check_batch", {"batch": batch.pk})
    ]
