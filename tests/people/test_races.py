"""Two at once: the database settles it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction

from ankang.people import services
from ankang.people.errors import CodeTooSoon, PhoneFull
from ankang.people.models import OneTimeCode, Person

from .conftest import NOW, a_document, a_proof, an_application

pytestmark = pytest.mark.django_db(transaction=True)


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


@pytest.mark.parametrize("attempt", range(3))
def test_two_applications_of_one_document_make_one_person(ningguo: None, attempt: int) -> None:
    proof = a_proof("+8613800000001")
    application = an_application(proof=proof)
    answers = at_once(*[lambda: services.apply(application, NOW)] * 4)
    assert sorted(answer.is_new for answer in answers) == [False, False, False, True]
    assert len({answer.person.pk for answer in answers}) == Person.objects.count() == 1


def test_ten_relatives_at_once_leave_six_on_the_phone(ningguo: None) -> None:
    proof = a_proof("+8613800000001")
    family = [an_application(document=a_document(number), proof=proof) for number in range(10)]
    answers = at_once(*[lambda one=one: services.apply(one, NOW) for one in family])
    refused = [answer for answer in answers if isinstance(answer, Exception)]
    assert [type(answer) for answer in refused] == [PhoneFull] * 4
    assert sorted(Person.objects.values_list("phone_slot", flat=True)) == [1, 2, 3, 4, 5, 6]


def test_ten_requests_at_once_send_one_code(ningguo: None) -> None:
    answers = at_once(*[lambda: services.send_one_time_code("+8613800000001", "apply", NOW)] * 10)
    assert sum(isinstance(answer, CodeTooSoon) for answer in answers) == 9
    assert OneTimeCode.objects.count() == 1


def test_guesses_at_once_do_not_get_more_than_five_tries(ningguo: None) -> None:
    services.send_one_time_code("+8613800000001", "apply", NOW)
    from .conftest import newest_code

    wrong = "000000" if newest_code("+8613800000001") != "000000" else "000001"

    def guess() -> str:
        try:
            services.confirm_phone("+8613800000001", "apply", wrong, NOW)
        except Exception as error:
            return type(error).__name__
        return "in"

    answers = at_once(*[guess] * 10)
    assert sorted(answers) == ["CodeExpired"] * 5 + ["CodeWrong"] * 5
    assert OneTimeCode.objects.get().attempts == 5
