"""Two at once in the rulebook: publications, workers and editors in connections of their own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction

from ankang.base.models import Approval
from ankang.health.errors import BaseOutdated
from ankang.health.models import Recolouring, RuleRelease
from ankang.health.services import releases

from .builders import NOW, days
from .test_releases import a_draft, approve, approver, author, province, submitted

__all__ = ["province"]


def at_once(*tasks: Callable[[], Any]) -> list[Any]:
    """Run the tasks together, each in its own connection and transaction; an exception is a result."""

    def run(task: Callable[[], Any]) -> Any:
        try:
            with transaction.atomic():
                return task()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(run, tasks))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(3))
def test_of_two_publications_at_once_one_wins_and_the_other_loses_nothing(attempt: int) -> None:
    proposals = [submitted(a_draft()), submitted(a_draft({"r2.within_days": "21"}))]
    people = [approver("one", 2), approver("two", 3)]
    answers = at_once(*[lambda r=r, p=p: approve(r, p) for r, p in zip(proposals, people, strict=True)])
    assert sorted(type(answer).__name__ for answer in answers) == ["BaseOutdated", "RuleRelease"]
    assert sorted(one.state for one in RuleRelease.objects.all()) == ["published", "submitted", "superseded"]
    assert sorted(Approval.objects.values_list("state", flat=True)) == ["approved", "pending"]
    assert Recolouring.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_publication_waits_for_one_that_is_under_way() -> None:
    proposals = [submitted(a_draft(), NOW + days(1)), submitted(a_draft({"r2.within_days": "21"}), NOW + days(2))]
    people = [approver("one", 2), approver("two", 3)]
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            approve(proposals[0], people[0])
            answer = pool.submit(lambda: at_once(lambda: approve(proposals[1], people[1])))
            with pytest.raises(TimeoutError):
                answer.result(1)
        (refused,) = answer.result(30)
    assert isinstance(refused, BaseOutdated)
    assert sorted(one.state for one in RuleRelease.objects.all()) == ["approved", "published", "submitted"]


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_the_moment_of_effect_publish_once() -> None:
    release = approve(submitted(a_draft(), NOW + days(1)))
    answers = at_once(*[lambda: releases.publish_due(NOW + days(1))] * 3)
    assert sorted(map(len, answers)) == [0, 0, 1]
    release.refresh_from_db()
    assert (release.state, Recolouring.objects.count()) == ("published", 1)


@pytest.mark.django_db(transaction=True)
def test_two_who_save_at_once_keep_one_text() -> None:
    draft, by = releases.draft_release(author(), "everyday", NOW), author()
    texts = [f"{draft.text}# {number}\n" for number in range(2)]
    answers = at_once(*[lambda text=text: releases.save_draft(draft.pk, text, "", 1, by, NOW) for text in texts])
    assert sorted(type(answer).__name__ for answer in answers) == ["ReleaseChanged", "RuleRelease"]
