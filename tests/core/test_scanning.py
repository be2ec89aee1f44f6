"""A door without a network: what it answers to a code, and when it says that it cannot tell."""

import pytest

from ankang.core import chain, codes, lists
from ankang.core.colours import Colour
from ankang.core.epochs import epoch_start, step_of
from ankang.core.policies import BY_SLUG
from ankang.core.scanning import Answer, Scanner
from ankang.core.sm import Sm2Signer, sm2_generate
from ankang.core.verdicts import Direction, Reason, Verdict

EPOCH = 18_464
FOUR = epoch_start(EPOCH)
NOON = FOUR + 8 * 3_600
SIGNER = Sm2Signer(*sm2_generate())
KEYS = {1: SIGNER.public}
SCHOOL, STREET = BY_SLUG["school"].policy, BY_SLUG["passage"].policy
LISTED = {5: Colour.YELLOW, 6: Colour.RED, 7: Colour.GREY}
SEED = bytes(range(16))


def held(
    listed: dict[int, Colour] = LISTED,
    sequence: int = 1,
    epoch: int = EPOCH,
    start: int = NOON,
    kind: lists.Indices = lists.Indices.DAY,
) -> lists.Held:
    header = lists.Header(1, kind, 340_000, epoch, sequence, start, start + 3_600, 1_000)
    data = lists.seal_list(header, lists.entries(listed.items(), 1_000), SIGNER)
    return lists.take_list(data, lists.Terms(340_000, epoch, KEYS, kind))


def paper(index: int, expiry: int = EPOCH, kid: int = 1, signer: Sm2Signer = SIGNER) -> str:
    return codes.sign_paper(codes.encode_paper(kid, index, 1, expiry, "王*明"), signer)


def shown(index: int, now: int = NOON, kid: int = 1, signer: Sm2Signer = SIGNER, colour: Colour = Colour.GREEN) -> str:
    anchor = chain.anchor(SEED)
    header = codes.encode_header(kid, index, max(FOUR, now - 3_600), colour, 0, anchor, "王*明")
    step = step_of(now)
    return codes.show(codes.sign_pass(header, signer), bytes(16), step, chain.link(SEED, 1_440 - step))


def said(answer: Answer) -> tuple[str, str, str, str]:
    return answer.verdict.slug, answer.reason.slug, answer.colour.slug, answer.detail


def test_the_list_tells_the_colour_and_the_place_what_follows_from_it() -> None:
    door, school = Scanner(KEYS, [held()], STREET), Scanner(KEYS, [held()], SCHOOL)
    assert door.check(shown(4), NOON) == Answer(Verdict.ADMIT, Reason.OK, Colour.GREEN, "王*明", 4)
    assert [said(door.check(shown(index), NOON)) for index in (5, 6, 7)] == [
        ("refer", "colour", "yellow", ""),
        ("deny", "colour", "red", ""),
        ("refer", "colour", "grey", ""),
    ]
    assert said(school.check(shown(5), NOON)) == ("deny", "colour", "yellow", "")
    assert said(school.check(shown(4), NOON, 380)) == ("refer", "temperature", "green", "")


def test_the_colour_inside_the_code_does_not_count() -> None:
    door = Scanner(KEYS, [held()], STREET)
    assert door.check(shown(6, colour=Colour.GREEN), NOON).colour == Colour.RED
    assert door.check(shown(4, colour=Colour.RED), NOON).colour == Colour.GREEN


def test_one_showing_admits_once_in_a_direction_and_the_next_minute_again() -> None:
    door, code = Scanner(KEYS, [held()], STREET), shown(4)
    assert said(door.check(code, NOON)) == ("admit", "ok", "green", "")
    assert said(door.check(code, NOON + 30)) == ("deny", "already_used", "grey", "")
    assert said(door.check(code, NOON + 119)) == ("deny", "already_used", "grey", "")
    assert said(door.check(code, NOON + 119, direction=Direction.EXIT)) == ("admit", "ok", "green", "")
    assert said(door.check(shown(4, NOON + 60), NOON + 119)) == ("admit", "ok", "green", "")
    assert said(door.check(code, NOON + 120)) == ("deny", "expired", "grey", "expired_step")


def test_who_was_not_admitted_is_told_the_same_again() -> None:
    door, code = Scanner(KEYS, [held()], STREET), shown(6)
    assert [said(door.check(code, NOON))] * 2 == [said(door.check(code, NOON)) for _ in range(2)]


@pytest.mark.parametrize(
    ("holding", "now", "detail"),
    [
        ([], NOON, "other_epoch"),
        ([held(epoch=EPOCH - 1)], NOON, "other_epoch"),
        ([held()], NOON + 3_600, "too_old"),
        ([held()], NOON - 60, "not_yet_valid"),
    ],
)
def test_what_the_list_cannot_say_is_for_the_staff_and_whoever_leaves_may_leave(
    holding: list[lists.Held], now: int, detail: str
) -> None:
    door = Scanner(KEYS, holding, STREET)
    assert said(door.check(shown(4, now), now)) == ("refer", "stale", "grey", detail)
    assert said(door.check(shown(4, now), now, direction=Direction.EXIT)) == ("admit", "ok", "grey", detail)


def test_an_index_of_another_space_and_an_unknown_key_are_for_the_staff_a_forged_code_is_refused() -> None:
    door, forger = Scanner(KEYS, [held()], STREET), Sm2Signer(*sm2_generate())
    assert said(door.check(shown(1_000), NOON)) == ("refer", "stale", "grey", "outside")
    assert said(door.check(shown(4, kid=2), NOON)) == ("refer", "stale", "grey", "unknown_key")
    assert said(door.check(shown(4, signer=forger), NOON)) == ("deny", "invalid", "grey", "bad_signature")
    assert said(door.check("https://example.org/", NOON)) == ("deny", "invalid", "grey", "not_ankang")


PAPER_LIST = held({6: Colour.RED}, kind=lists.Indices.PAPER)


def test_a_sheet_is_asked_of_the_list_of_permanent_indices() -> None:
    door = Scanner(KEYS, [held({4: Colour.RED}), PAPER_LIST], STREET)
    assert door.check(paper(4), NOON) == Answer(Verdict.ADMIT, Reason.OK, Colour.GREEN, "王*明", 4)
    assert said(door.check(paper(6), NOON)) == ("deny", "colour", "red", "")
    assert said(door.check(paper(4, EPOCH - 1), NOON)) == ("deny", "expired", "grey", "expired_sheet")
    assert said(door.check(paper(4, kid=9), NOON)) == ("refer", "stale", "grey", "unknown_key")
    forger = Sm2Signer(*sm2_generate())
    assert said(door.check(paper(4, signer=forger), NOON)) == ("deny", "invalid", "grey", "bad_signature")
    assert said(Scanner(KEYS, [held()], STREET).check(paper(4), NOON)) == ("refer", "stale", "grey", "other_epoch")


def test_a_sheet_admits_once_a_minute_in_a_direction() -> None:
    door, code = Scanner(KEYS, [PAPER_LIST], STREET), paper(4)
    moments = (0, 59, 60, 61)
    assert [door.check(code, NOON + s).reason.slug for s in moments] == ["ok", "already_used", "ok", "already_used"]
    assert said(door.check(code, NOON + 61, direction=Direction.EXIT)) == ("admit", "ok", "green", "")


def test_around_four_in_the_morning_a_sheet_is_asked_of_the_list_that_is_good() -> None:
    yesterday = held({6: Colour.RED}, start=FOUR + 86_400 - 1_800, kind=lists.Indices.PAPER)
    today = held({}, epoch=EPOCH + 1, start=FOUR + 86_430, kind=lists.Indices.PAPER)
    door, code = Scanner(KEYS, [yesterday, today], STREET), paper(6, EPOCH + 1)
    reasons = [door.check(code, FOUR + 86_400 + s).colour.slug for s in (-1, 0, 29, 30)]
    assert reasons == ["red", "red", "red", "green"]


def test_a_clock_that_was_set_back_verifies_nobody_also_after_a_restart() -> None:
    door = Scanner(KEYS, [held()], STREET)
    door.check(shown(4), NOON + 1_000)
    assert said(door.check(shown(4, NOON + 940), NOON + 940)) == ("admit", "ok", "green", "")
    assert said(door.check(shown(4), NOON)) == ("refer", "stale", "grey", "clock_set_back")
    again = Scanner(KEYS, [held()], STREET, door.latest)
    assert said(again.check(shown(4), NOON)) == ("refer", "stale", "grey", "clock_set_back")


def test_a_newer_list_takes_the_place_of_an_older_one_and_never_the_other_way() -> None:
    door = Scanner(KEYS, [held()], STREET)
    door.hold(held({4: Colour.RED}, 2))
    assert said(door.check(shown(4), NOON)) == ("deny", "colour", "red", "")
    with pytest.raises(lists.ListFault, match="rollback"):
        door.hold(held())
