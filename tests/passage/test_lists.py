"""Publishing the offline lists: what goes out, in which order, and that no number ever comes twice."""

import random
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from ankang.base.models import Region
from ankang.config.settings import load_settings
from ankang.core import lists
from ankang.core.colours import Colour
from ankang.core.epochs import epoch_of, epoch_start
from ankang.core.permutation import DECOYS, SIZE, SpacePermutation, epoch_permutation, permanent_key
from ankang.passage.lists import Published, publish_lists, publishing
from ankang.passage.models import ListHead
from ankang.people.carriers import issue_sheet, report_lost
from ankang.people.models import Person, Voiding
from ankang.trust.index_space import epoch_master, index_space
from ankang.trust.keyring import keyring
from ankang.trust.models import IndexSpace
from tests.passage.scanner import Scanner

pytestmark = pytest.mark.django_db
TODAY = epoch_of(datetime.now(UTC).timestamp())
NOON = datetime.fromtimestamp(epoch_start(TODAY) + 8 * 3600, UTC)
"""Noon of the running epoch; the next one's lists begin four hours later."""
GRAIN = 64


@pytest.fixture(autouse=True)
def _house() -> Iterator[None]:
    Region.objects.create(code="34", name="安徽省", name_en="Anhui", level="province")
    shutil.rmtree(load_settings().lists_folder, ignore_errors=True)
    publishing._held.clear()
    yield
    shutil.rmtree(load_settings().lists_folder, ignore_errors=True)


def colour(person: int, value: Colour) -> None:
    """As the health room writes it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into health_colour (person, colour, since, reasons, rule_set, evaluated_at) "
            "values (%s, %s, now(), '[{\"rule\": \"test\"}]', 'test', now()) "
            "on conflict (person) do update set colour = excluded.colour",
            [person, int(value)],
        )
        cursor.execute(
            "insert into health_feedhead values (1, 1) on conflict (id) do update set seq = health_feedhead.seq + 1"
        )


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def scanner(kind: lists.Indices = lists.Indices.DAY, epoch: int = TODAY) -> Scanner:
    folder = load_settings().lists_folder / f"340000/{epoch}/{int(kind)}"
    terms = lists.Terms(340_000, epoch, keyring().code_keys(), kind)
    return Scanner(terms, lambda name: (folder / name).read_bytes())


def index_of(person: int, kind: lists.Indices = lists.Indices.DAY, epoch: int = TODAY) -> int:
    """As the gate computes it."""
    if kind.withdrawals is lists.Indices.WITHDRAWN_SHEETS:
        return SpacePermutation(permanent_key(keyring().all("epoch")[-1].secret), SIZE).index(person)
    return epoch_permutation(epoch_master(epoch), epoch, index_space(epoch)).index(person)


def test_who_turns_red_is_red_in_the_next_delta_by_both_kinds_of_indices() -> None:
    for person in (1, 2, 3):
        colour(person, Colour.GREEN)
    publish_lists(NOON)
    held = {kind: scanner(kind).update() for kind in (lists.Indices.DAY, lists.Indices.PAPER)}
    colour(2, Colour.RED)
    done = publish_lists(NOON + minutes(1))
    assert [(one.chain.indices, one.full, one.delta > 0) for one in done] == [(kind, 0, True) for kind in lists.Indices]
    now = NOON.timestamp() + 61
    for kind, one in held.items():
        one.update()
        assert [one.colour(index_of(person, kind), now) for person in (1, 2, 3)] == [
            Colour.GREEN,
            Colour.RED,
            Colour.GREEN,
        ]


def test_lists_and_deltas_are_the_fresh_list_whatever_happened() -> None:
    dice, people = random.Random(7), range(1, 400)
    follower, truth, at = scanner(), {}, NOON
    permutation = epoch_permutation(epoch_master(TODAY), TODAY, index_space(TODAY))
    indices = {person: permutation.index(person) for person in people}
    for _ in range(25):
        for person in dice.sample(people, dice.randrange(0, 90)):
            truth[person] = dice.choice(list(Colour))
            colour(person, truth[person])
        if dice.random() < 0.2:
            publishing._held.clear()  # another process goes on from the files
        at += minutes(dice.choice((1, 20)))
        publish_lists(at)
        follower.update()
        wanted = {person: truth.get(person, Colour.GREEN) for person in people}
        assert {person: follower.colour(index, at.timestamp()) for person, index in indices.items()} == wanted
    publish_lists(NOON + minutes(600))
    fresh = scanner().update()
    assert fresh.held is not None
    assert follower.update().held.content == fresh.held.content


def test_a_list_moves_by_whole_grains_also_when_nobody_changed() -> None:
    colour(1, Colour.YELLOW)
    publish_lists(NOON)
    one = scanner().update()
    before = one.held.content
    publish_lists(NOON + minutes(1))
    changes = before.changes_to(one.update().held.content)
    assert [len(before.of(listed)) % GRAIN for listed in lists.LISTED] == [0, 0, 0]
    assert all(len(changes.of(touched)) % GRAIN == 0 and len(changes.of(touched)) > 0 for touched in lists.TOUCHED)


def test_a_full_list_comes_each_hour_and_a_delta_between() -> None:
    sizes = [
        [(one.full > 0, one.delta > 0) for one in publish_lists(NOON + minutes(after))] for after in (0, 1, 59, 60, 61)
    ]
    assert sizes == [
        [(True, False)] * 8,  # today's and tomorrow's, of four kinds
        [(False, True)] * 4,
        [(False, True)] * 4,
        [(True, True)] * 8,
        [(False, True)] * 4,
    ]


def test_a_list_is_of_its_moment_and_good_for_as_long_as_the_operator_says() -> None:
    load_settings().list_good_for = 7_200
    try:
        publish_lists(NOON)
        header = scanner().update().held.header
        assert (header.not_before, header.next_update) == (int(NOON.timestamp()), int(NOON.timestamp()) + 7_200)
    finally:
        load_settings().list_good_for = 86_400


def test_a_lost_folder_does_not_take_a_number_back() -> None:
    colour(5, Colour.RED)
    publish_lists(NOON)
    publish_lists(NOON + minutes(1))
    one = scanner().update()
    before = one.sequence
    shutil.rmtree(load_settings().lists_folder)
    done = [item for item in publish_lists(NOON + minutes(1)) if item.chain.epoch == TODAY]
    assert [(item.sequence > before, item.full > 0, item.delta) for item in done] == [(True, True, 0)] * 4
    assert one.update().colour(index_of(5), NOON.timestamp() + 61) is Colour.RED


def test_nor_does_a_database_that_was_put_back_together_with_the_folder() -> None:
    for after in range(5):
        publish_lists(NOON + minutes(after))
    one = scanner().update()
    before = one.sequence
    ListHead.objects.all().delete()
    publishing._held.clear()
    shutil.rmtree(load_settings().lists_folder)
    publish_lists(NOON + minutes(5))
    assert one.update().sequence > before


def test_a_number_that_was_taken_and_never_published_is_skipped_with_a_full_list() -> None:
    publish_lists(NOON)
    one = scanner().update()
    for head in ListHead.objects.all():  # a worker was killed between reserving and noting
        head.reserved += 1
        head.save()
    done = publish_lists(NOON + minutes(1))
    assert [(item.sequence, item.full > 0, item.delta > 0) for item in done] == [(one.sequence + 2, True, True)] * 4
    assert one.update().sequence == one.sequence


def test_tomorrows_list_is_there_a_day_ahead_each_hour_and_says_of_which_moment_it_is() -> None:
    begins = epoch_start(TODAY + 1)
    colour(9, Colour.YELLOW)
    first = datetime.fromtimestamp(begins - 86_400, UTC)
    assert {one.chain.epoch for one in publish_lists(first)} == {TODAY, TODAY + 1}
    assert {one.chain.epoch for one in publish_lists(first + minutes(59))} == {TODAY}
    assert {one.chain.epoch for one in publish_lists(first + minutes(1_380))} == {TODAY, TODAY + 1}
    tomorrow = scanner(epoch=TODAY + 1).update()
    assert tomorrow.held.header.not_before == begins - 3_600
    assert tomorrow.colour(index_of(9, epoch=TODAY + 1), begins + 8 * 3_600) is Colour.YELLOW


def test_at_four_the_running_chain_changes_and_its_first_list_is_full() -> None:
    begins = datetime.fromtimestamp(epoch_start(TODAY + 1), UTC)
    publish_lists(begins - minutes(40))
    last = publish_lists(begins - timedelta(seconds=1))
    assert {(one.chain.epoch, one.full > 0) for one in last} == {(TODAY, False)}  # tomorrow's is less than an hour old
    first = publish_lists(begins)
    assert {(one.chain.epoch, one.full > 0) for one in first} == {(TODAY + 1, True), (TODAY + 2, True)}
    assert scanner(epoch=TODAY + 1).update().held.header.not_before == begins.timestamp()


@pytest.fixture
def person() -> Person:
    return Person.objects.create(
        document_kind="resident_id", document="341881194910010013", document_blind=b"blind", name="王小明",
        town=Region.objects.get(code="34"), created_at=NOON, applied_via="test",
    )  # fmt: skip


def withdrawn(kind: lists.Indices, who: Person, now: datetime, epoch: int = TODAY) -> int:
    return int(scanner(kind, epoch).update().held.content.value_of(index_of(who.pk, kind, epoch)))


def test_a_lost_phone_is_in_the_next_list_of_withdrawn_passes_also_in_tomorrows(person: Person) -> None:
    kind, noon = lists.Indices.WITHDRAWN_PASSES, 8 * 3_600
    publish_lists(NOON)
    assert withdrawn(kind, person, NOON) == 0
    for second in (-90_000, 5, 7):
        Voiding.objects.create(person=person, at=NOON + timedelta(seconds=second))
    publish_lists(NOON + minutes(1), everything=True)
    assert withdrawn(kind, person, NOON) == noon + 8  # a pass of the second after the last withdrawal counts
    assert withdrawn(kind, person, NOON, TODAY + 1) == 2  # as core.voidings says of passes fetched ahead


def test_a_sheet_that_was_replaced_or_lost_is_in_the_next_list_of_withdrawn_sheets(person: Person) -> None:
    kind = lists.Indices.WITHDRAWN_SHEETS
    issue_sheet(person.pk, None, NOON)
    publish_lists(NOON)
    assert withdrawn(kind, person, NOON) == 0
    second = issue_sheet(person.pk, None, NOON)
    publish_lists(NOON + minutes(1))
    assert withdrawn(kind, person, NOON) == 1
    report_lost(second.pk, person.pk, None, NOON)
    publishing._held.clear()  # another process goes on from the files
    publish_lists(NOON + minutes(2))
    assert withdrawn(kind, person, NOON) == 2
    publish_lists(NOON + timedelta(days=400))
    assert withdrawn(kind, person, NOON, TODAY + 400) == 0  # past its last day it needs no list


def test_old_epochs_go_a_day_after_their_end() -> None:
    publish_lists(NOON)
    root = load_settings().lists_folder / "340000"
    publish_lists(datetime.fromtimestamp(epoch_start(TODAY + 2) - 60, UTC))
    assert sorted(path.name for path in root.iterdir()) == [str(TODAY), str(TODAY + 1), str(TODAY + 2)]
    publish_lists(datetime.fromtimestamp(epoch_start(TODAY + 2), UTC))
    assert sorted(path.name for path in root.iterdir()) == [str(TODAY + 1), str(TODAY + 2), str(TODAY + 3)]


def test_a_newcomer_above_the_reserve_is_outside_the_list_and_nobody_else_is_touched() -> None:
    size = index_space(TODAY)
    last, above = size - DECOYS - 1, size - DECOYS
    colour(last, Colour.RED)
    colour(above, Colour.RED)
    publish_lists(NOON)
    one = scanner().update()
    assert one.colour(index_of(last), NOON.timestamp()) is Colour.RED
    with pytest.raises(lists.ListFault, match="outside"):
        one.colour(index_of(above), NOON.timestamp())


def test_files_of_a_killed_writer_go_and_are_never_named() -> None:
    publish_lists(NOON)
    folder = load_settings().lists_folder / f"340000/{TODAY}/1"
    (folder / ".99.akl.new").write_bytes(b"half")
    publish_lists(NOON + minutes(1))
    assert [path.name for path in folder.iterdir() if path.name.startswith(".")] == []


def test_a_house_without_regions_publishes_nothing() -> None:
    Region.objects.all().delete()
    assert publish_lists(NOON) == []


def test_an_epoch_without_an_index_space_has_the_permanent_lists_only() -> None:
    IndexSpace.objects.all().delete()
    permanent = {lists.Indices.PAPER, lists.Indices.WITHDRAWN_SHEETS}
    assert {one.chain.indices for one in publish_lists(NOON)} == permanent


def test_what_went_out_is_told() -> None:
    done = publish_lists(NOON)[0]
    file = load_settings().lists_folder / done.chain.folder / f"{done.sequence}.akl"
    assert done == Published(done.chain, done.sequence, len(scanner().update().held.content), file.stat().st_size, 0)
