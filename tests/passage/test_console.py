"""The list of visits shows doors and answers, never a person, and only where the reader may look."""

from typing import Any

import pytest

from ankang.core.verdicts import Reason, Verdict
from tests.places.builders import a_checkpoint, a_region, an_organisation, staff

from .builders import TODAY, a_visit, days, noon

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client: Any) -> Any:
    """A browser signed in as the county's health commission."""
    client.force_login(staff("health_commission"))
    return client


def _rows(client: Any, query: str = "") -> set[str]:
    answer = client.get(f"/console/passage/visit/{query}")
    assert answer.status_code == 200
    return {visit.visit for visit in answer.context["cl"].result_list}


def test_the_list_shows_the_day_chosen_and_today_by_itself(reader: Any) -> None:
    door = a_checkpoint()
    today, before = a_visit(checkpoint=door.pk), a_visit(at=noon(TODAY - days(1)), checkpoint=door.pk)
    assert _rows(reader) == {today.visit}
    assert _rows(reader, f"?on={TODAY - days(1)}") == {before.visit}
    assert _rows(reader, "?on=nonsense") == {today.visit}


def test_the_list_filters_by_checkpoint_verdict_and_colour(reader: Any) -> None:
    door, other = a_checkpoint(), a_checkpoint()
    admitted = a_visit(checkpoint=door.pk)
    denied = a_visit(checkpoint=other.pk, verdict=Verdict.DENY, colour=3)
    assert _rows(reader, f"?checkpoint={door.pk}") == {admitted.visit}
    assert _rows(reader, f"?verdict={Verdict.DENY.value}") == {denied.visit}
    assert _rows(reader, "?colour=3") == {denied.visit}
    assert _rows(reader, "?colour=x") == {admitted.visit, denied.visit}


def test_a_reader_sees_the_visits_of_their_region_only(reader: Any) -> None:
    a_region("341525")
    a_visit(checkpoint=a_checkpoint(organisation=an_organisation("341525")).pk)
    here = a_visit(checkpoint=a_checkpoint().pk)
    assert _rows(reader) == {here.visit}


def test_a_visit_shows_only_the_beginning_of_its_pseudonym(reader: Any) -> None:
    visit = a_visit(checkpoint=a_checkpoint().pk)
    for address in ("", f"{visit.visit}/change/"):
        page = reader.get(f"/console/passage/visit/{address}").content.decode()
        assert (visit.trace.hex[:8] in page, visit.trace.hex in page, str(visit.trace) in page) == (
            True,
            False,
            False,
        )


def test_colours_are_shown_with_word_and_shape(reader: Any) -> None:
    a_visit(checkpoint=a_checkpoint().pk, colour=2)
    page = reader.get("/console/passage/visit/").content.decode()
    assert 'code-mark--yellow"><svg' in page
    assert "shapes.svg#yellow" in page
    assert "黄码" in page or "yellow code" in page


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason is not Reason.OK])
def test_a_refusal_before_the_colour_was_looked_at_shows_no_colour(reader: Any, reason: Reason) -> None:
    a_visit(checkpoint=a_checkpoint().pk, verdict=Verdict.DENY, colour=0, reason=reason)
    looked_at = {
        Reason.NOT_ENTITLED,
        Reason.COLOUR,
        Reason.STALE,
        Reason.TEMPERATURE,
        Reason.PRESENCE,
    }
    assert ("code-mark--grey" in reader.get("/console/passage/visit/").content.decode()) is (reason in looked_at)


def test_visits_need_the_permission(client: Any) -> None:
    client.force_login(staff("door_staff"))
    assert client.get("/console/passage/visit/").status_code == 403
