"""Edges of approvals and of actions on many rows that pages take for granted."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ankang.base.approvals import approval_context, confirm_alarm, decide, may_decide, withdraw_approval
from ankang.base.bulk_actions import ACTIONS, NothingToUndo, ids_of, may_undo, run, undo
from ankang.base.errors import BadInput, NotFound
from ankang.base.exports import export_in_sight
from ankang.core.policies import BY_SLUG
from tests.places.builders import a_checkpoint, staff

from .test_approvals import DIGEST, NOW, a_member, an_approval, closed  # noqa: F401

pytestmark = pytest.mark.django_db


def test_who_may_decide_sees_the_buttons_until_they_decided_or_it_is_closed(closed: list) -> None:  # noqa: F811
    maker, one, two = a_member("maker", "rule_author"), a_member("one"), a_member("two")
    elsewhere = a_member("elsewhere", region="3401")
    asked = an_approval(maker, alarm={"people": 2_000})
    assert [may_decide(asked, user) for user in (maker, elsewhere, one, two)] == [False, False, True, True]
    confirm_alarm(asked.pk, "2,000")
    decide(asked.pk, one, True, DIGEST, NOW)
    asked.refresh_from_db()
    assert (asked.state, may_decide(asked, one), may_decide(asked, two)) == ("pending", False, True)
    decide(asked.pk, two, True, DIGEST, NOW)
    asked.refresh_from_db()
    assert may_decide(asked, a_member("three")) is False


def test_the_maker_alone_may_take_back_and_only_while_it_waits(closed: list) -> None:  # noqa: F811
    maker, checker = a_member("maker", "rule_author"), a_member("checker")
    asked = an_approval(maker)
    told = {user.username: approval_context(asked, user)["asked_may_withdraw"] for user in (maker, checker)}
    assert told == {"maker": True, "checker": False}
    taken = withdraw_approval(asked.pk, maker, NOW)
    assert (taken.pk, taken.state) == (asked.pk, "withdrawn")
    assert approval_context(taken, maker)["asked_may_withdraw"] is False
    assert approval_context(None, maker) == {}


def test_numbers_of_rows_are_read_once_each_and_no_longer_than_the_database_has() -> None:
    assert ids_of("3,3,x,٣,-1,2," + "9" * 18 + "," + "9" * 19) == [3, 2, 10**18 - 1]


def test_an_action_on_rows_out_of_sight_is_refused() -> None:
    with pytest.raises(BadInput) as refused:
        run(ACTIONS["checkpoints-closed"], staff("checkpoint_manager"), [10**8], {}, NOW, "en")
    assert refused.value.details == {"fields": {"ids": "required"}}


def test_an_input_must_be_given_and_be_one_of_the_choices() -> None:
    by, door, action = staff("checkpoint_manager"), a_checkpoint(), ACTIONS["checkpoints-type"]
    for given in ({}, {"type": " "}, {"type": "999"}):
        with pytest.raises(BadInput) as refused:
            run(action, by, [door.pk], given, NOW, "en")
        assert refused.value.details == {"fields": {"type": "required"}}
    by.first_name = "王明"
    done = run(action, by, [door.pk], {"type": f" {BY_SLUG['school'].id} "}, NOW, "en")
    assert (done.inputs, [row["outcome"] for row in done.rows]) == ({"type": str(BY_SLUG["school"].id)}, ["done"])
    by.first_name = ""
    assert (done.by_name, run(action, by, [door.pk], {"type": str(BY_SLUG["passage"].id)}, NOW, "en").by_name) == ("王明", by.username)


def test_an_action_without_a_way_back_is_not_undone() -> None:
    by, door = staff("checkpoint_manager"), a_checkpoint()
    made = run(ACTIONS["checkpoints-closed"], by, [door.pk], {}, NOW, "en")
    action = ACTIONS["checkpoints-closed"]
    assert may_undo(action, made, NOW + timedelta(minutes=1)) is True
    one_way = replace(action, undo=None)
    assert may_undo(one_way, made, NOW) is False
    with pytest.raises(NothingToUndo):
        undo(one_way, made, by, NOW, "en")


def test_a_file_that_nobody_made_is_not_in_sight() -> None:
    for role in ("checkpoint_manager", "auditor"):
        with pytest.raises(NotFound):
            export_in_sight(staff(role), 10**8)
