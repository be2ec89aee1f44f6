"""Moving away, death, closing one's account, and coming back (A1, G5): who, why, what ends, what is kept."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from ankang.base.approvals import MakerCannotDecide, decide
from ankang.base.models import Approval
from ankang.core.colours import Colour
from ankang.health.services import check_person, colour_of, record_evidence
from ankang.health.services.colours import due_people
from ankang.health.services.survey import audit_colours
from ankang.people import carriers, services
from ankang.people.credentials import resident_behind
from ankang.people.errors import CodeEnded, LeavingOpen, NotInThisState
from ankang.people.models import Carrier, Person, Standing
from ankang.people.services import erasing, leaving

from .conftest import NOW, a_document, newest_code
from .test_family import MOTHER, clerk

pytestmark = pytest.mark.django_db
Apply = Callable[..., Any]
LATER = NOW + timedelta(minutes=2)


@pytest.fixture
def me(applied: Apply) -> Any:
    done = applied()
    check_person(done.person.pk, NOW)
    return done


def decided(row: Any, yes: bool = True) -> None:
    asked = Approval.objects.get(subject=leaving.SUBJECT, reference=str(row.pk))
    decide(asked.pk, clerk("approver", "34"), yes, bytes(asked.digest), NOW, "" if yes else "查无此记录")


def closed(person: int, erase: bool = False) -> Any:
    leaving.ask_closing_code(person, LATER)
    leaving.ask_to_close(person, newest_code(MOTHER), erase, LATER)
    due = LATER + timedelta(days=7)
    assert (leaving.close_due(due - timedelta(seconds=1)), leaving.close_due(due)) == (0, 1)
    return due


def state() -> str:
    return Person.objects.get().state


def test_a_death_needs_a_second_person_and_ends_everything(me: Any) -> None:
    carriers.issue_sheet(me.person.pk, None, NOW)
    asker = clerk()
    row = leaving.record_death(asker, me.person.pk, "民政 2026-001", NOW)
    asked = Approval.objects.get()
    with pytest.raises(MakerCannotDecide):
        decide(asked.pk, asker, True, bytes(asked.digest), NOW)
    assert (state(), resident_behind(me.credential.token, NOW) is None) == ("active", False)
    decided(row)
    assert (state(), resident_behind(me.credential.token, NOW)) == ("deceased", None)
    assert (colour_of(me.person.pk).colour, Carrier.objects.get().void_reason) == (Colour.GREY, "left")
    assert (Standing.objects.get().evidence, Standing.objects.get().by_name) == ("民政 2026-001", asker.username)
    with connection.cursor() as cursor:
        cursor.execute("SELECT evidence_enc FROM people_standing")
        assert b"2026-001" not in bytes(cursor.fetchone()[0])


def test_nobody_applies_with_the_document_of_the_dead_and_a_wrong_death_is_reversed(me: Any, applied: Apply) -> None:
    decided(leaving.record_death(clerk(), me.person.pk, "民政 2026-001", NOW))
    with pytest.raises(CodeEnded):
        applied(now=LATER)
    decided(leaving.reverse_death(clerk(), me.person.pk, "民政更正 2026-002", NOW))
    assert (state(), colour_of(me.person.pk).colour) == ("active", Colour.GREEN)
    assert applied(now=LATER).is_new is False


def test_a_refused_death_changes_nothing_and_may_be_asked_again(me: Any) -> None:
    row = leaving.record_death(clerk(), me.person.pk, "民政 2026-001", NOW)
    with pytest.raises(LeavingOpen):
        leaving.record_death(clerk(), me.person.pk, "民政 2026-001", NOW)
    decided(row, yes=False)
    assert state() == "active"
    leaving.record_death(clerk(), me.person.pk, "民政 2026-003", NOW)


def test_who_moved_away_comes_back_by_applying(me: Any, applied: Apply) -> None:
    leaving.record_moved(clerk(), me.person.pk, "户籍迁往浙江", NOW)
    assert (state(), colour_of(me.person.pk).colour, services.applications_by_town()) == ("moved", Colour.GREY, {})
    with pytest.raises(NotInThisState):
        leaving.record_moved(clerk(), me.person.pk, "户籍迁往浙江", NOW)
    assert applied(now=LATER).is_new is False
    assert (state(), colour_of(me.person.pk).colour) == ("active", Colour.GREEN)


def test_evidence_about_who_left_is_kept_and_turns_nobody(me: Any) -> None:
    leaving.record_moved(clerk(), me.person.pk, "户籍迁往浙江", NOW)
    record_evidence(me.person.pk, "diagnosis", NOW, {"status": "confirmed"}, {"organisation": "医院"}, NOW)
    assert colour_of(me.person.pk).colour is Colour.GREY
    assert me.person.pk not in due_people(NOW + timedelta(days=30))
    assert audit_colours(NOW).wrong == []


def test_an_account_closes_after_a_week_and_can_be_kept_until_then(me: Any) -> None:
    leaving.ask_closing_code(me.person.pk, LATER)
    leaving.ask_to_close(me.person.pk, newest_code(MOTHER), False, LATER)
    assert (state(), leaving.closing_of(me.person.pk) is None) == ("active", False)
    assert leaving.keep_account(me.person.pk, LATER)
    assert leaving.close_due(LATER + timedelta(days=8)) == 0
    assert state() == "active"


def test_a_closed_account_leaves_the_phone_and_comes_back_as_the_same_person(me: Any, applied: Apply) -> None:
    due = closed(me.person.pk)
    person = Person.objects.get()
    assert (person.state, person.phone, person.name) == ("closed", None, "王小明")
    assert services.send_sign_in_code("resident_id", a_document(), "王小明", due) is None
    again = applied(now=due + timedelta(days=1))
    assert (again.person.pk, again.is_new, state()) == (me.person.pk, False, "active")


def test_name_and_document_are_erased_after_thirty_days_if_the_holder_wished_so(me: Any, applied: Apply) -> None:
    due = closed(me.person.pk, erase=True)
    assert erasing.erase_due(due + timedelta(days=29)) == 0
    assert erasing.erase_due(due + timedelta(days=31)) == 1
    assert erasing.erase_due(due + timedelta(days=32)) == 0
    person = Person.objects.get()
    assert (person.name, person.document, person.phone, person.state) == ("", "", None, "closed")
    assert services.find_person("resident_id", a_document()) is None
    assert applied(now=due + timedelta(days=33)).is_new
