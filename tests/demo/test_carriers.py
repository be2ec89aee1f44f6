"""The demonstration's elders without a phone."""

from collections.abc import Callable
from typing import Any

from ankang.demo.carriers import ensure_carriers
from ankang.people.models import Carrier, Person
from tests.people.conftest import NOW, a_document, applied, ningguo

__all__ = ["applied", "ningguo"]


def test_the_two_oldest_get_a_sheet_once_and_the_oldest_a_bus_card(applied: Callable[..., Any]) -> None:
    born = ("19900307", "19320422", "20010101", "19381111")
    people = [
        applied(document=a_document(number, born=day), phone=f"+861380000000{number}").person.pk
        for number, day in enumerate(born, 1)
    ]
    Person.objects.update(applied_via="demo")
    assert ensure_carriers(NOW) == ensure_carriers(NOW) == [people[1], people[3]]
    given = Carrier.objects.order_by("pk").values_list("person_id", "kind", "last_digits")
    assert [(person, kind) for person, kind, _ in given] == [
        (people[1], "paper"),
        (people[1], "bus"),
        (people[3], "paper"),
    ]
    assert [digits for _, kind, digits in given if kind == "bus"] == ["0721"]
