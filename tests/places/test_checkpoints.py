"""How checkpoints move, what voids their posters, and who may do it."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from ankang.base.errors import BadInput, NotFound
from ankang.core.policies import BY_SLUG
from ankang.places.errors import CheckpointMoveRefused, NameTaken, PosterEditionsUsedUp
from ankang.places.models import Checkpoint
from ankang.places.services import (
    add_checkpoint,
    add_organisation,
    checkpoints_of,
    edit_checkpoint,
    move_checkpoint,
    void_posters,
)

from .builders import a_checkpoint, a_region, an_organisation, revision, staff

pytestmark = pytest.mark.django_db

STATES = ("planned", "built", "in_use", "closed")
POSSIBLE = {
    ("planned", "built"),
    ("built", "in_use"),
    ("built", "closed"),
    ("in_use", "closed"),
    ("closed", "in_use"),
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("wanted", STATES)
def test_a_checkpoint_moves_only_along_its_states(state: str, wanted: str) -> None:
    door = a_checkpoint(state)
    if (state, wanted) in POSSIBLE:
        assert move_checkpoint(door.pk, wanted, None).state == wanted
        return
    with pytest.raises(CheckpointMoveRefused) as refusal:
        move_checkpoint(door.pk, wanted, None)
    assert (refusal.value.code, refusal.value.details["state"]) == ("checkpoint_move_refused", state)
    assert Checkpoint.objects.get(pk=door.pk).state == state


@pytest.mark.django_db(transaction=True)
def test_of_two_who_open_at_the_same_moment_one_is_told_that_it_was_done() -> None:
    door = a_checkpoint("closed")
    before = revision()

    def open_door(_: int) -> str:
        try:
            return move_checkpoint(door.pk, "in_use", None).state
        except CheckpointMoveRefused as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(open_door, range(2)))
    assert answers == ["checkpoint_move_refused", "in_use"]
    assert revision() == before + 1


def test_every_change_tells_the_gates() -> None:
    door = a_checkpoint("planned")
    counted = [revision()]
    for change in (
        lambda: move_checkpoint(door.pk, "built", None),
        lambda: void_posters(door.pk, None),
        lambda: edit_checkpoint(door.pk, None, name="新名", type=door.type),
    ):
        change()
        counted.append(revision())
    assert counted == sorted(set(counted))


def test_a_refused_move_tells_the_gates_nothing() -> None:
    door = a_checkpoint("planned")
    before = revision()
    with pytest.raises(CheckpointMoveRefused):
        move_checkpoint(door.pk, "in_use", None)
    assert revision() == before


def test_voiding_posters_raises_the_edition_until_the_byte_is_full() -> None:
    door = a_checkpoint()
    assert [void_posters(door.pk, None), void_posters(door.pk, None)] == [2, 3]
    Checkpoint.objects.filter(pk=door.pk).update(generation=255)
    with pytest.raises(PosterEditionsUsedUp):
        void_posters(door.pk, None)


def test_a_new_type_voids_the_posters_and_a_new_name_does_not() -> None:
    door = a_checkpoint(type="passage")
    renamed = edit_checkpoint(door.pk, None, name="东门", type=door.type)
    retyped = edit_checkpoint(door.pk, None, name="东门", type=BY_SLUG["school"].id)
    assert (renamed.generation, retyped.generation) == (1, 2)


def test_bad_input_names_each_field() -> None:
    with pytest.raises(BadInput) as refusal:
        add_checkpoint(an_organisation(), "  ", 254)
    assert refusal.value.details == {"fields": {"name": "required", "type": "unknown"}}


def test_a_name_is_used_once_in_an_organisation() -> None:
    door = a_checkpoint()
    with pytest.raises(NameTaken):
        add_checkpoint(door.organisation, door.name, door.type)
    with pytest.raises(NameTaken):
        add_organisation(door.organisation.name, "unit", "341881")


def test_the_table_itself_refuses_a_state_that_is_none() -> None:
    door = a_checkpoint()
    with pytest.raises(IntegrityError), transaction.atomic():
        Checkpoint.objects.filter(pk=door.pk).update(state="green")


@pytest.fixture
def two_towns() -> dict[str, Any]:
    """A door in each of two towns of one county."""
    for town in ("341881-01", "341881-02"):
        a_region("341881")
        a_region(town, "341881")
    return {town: a_checkpoint(organisation=an_organisation(town)) for town in ("341881-01", "341881-02")}


def test_staff_reach_the_doors_of_their_region_and_no_other(two_towns: dict[str, Any]) -> None:
    town = staff("checkpoint_manager", region="341881-01")
    county = staff("checkpoint_manager", region="341881")
    here, there = two_towns["341881-01"], two_towns["341881-02"]
    assert set(checkpoints_of(town, "checkpoints.edit")) == {here}
    assert set(checkpoints_of(county, "checkpoints.edit")) == {here, there}
    with pytest.raises(NotFound):
        move_checkpoint(there.pk, "closed", town)
    assert Checkpoint.objects.get(pk=there.pk).state == "in_use"


def test_a_duty_that_names_an_organisation_reaches_only_below_it() -> None:
    top = an_organisation()
    below, beside = an_organisation(parent=top), an_organisation()
    inside, outside = a_checkpoint(organisation=below), a_checkpoint(organisation=beside)
    keeper = staff("checkpoint_manager", organisation=top.pk)
    assert set(checkpoints_of(keeper, "checkpoints.view")) == {inside}
    assert outside.organisation.path == f"/{beside.pk}/"
    assert below.path == f"/{top.pk}/{below.pk}/"


def test_a_role_without_the_permission_reaches_nothing() -> None:
    a_checkpoint()
    assert set(checkpoints_of(staff("door_staff"), "checkpoints.edit")) == set()
    assert set(checkpoints_of(staff(), "checkpoints.view")) == set()
