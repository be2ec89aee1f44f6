"""A door without a network: what it answers to a code, and when it says that it cannot tell."""

from collections.abc import Mapping

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
    listed: Mapping[int, int] = LISTED,
    sequence: int = 1,
    epoch: int = EPOCH,
    start: int = NOON,
    kind: lists.Indices = lists.Indices.DAY,
    lasts: int = 3_600,
) -> lists.Held:
    header = lists.Header(1, kind, 340_000, epoch, sequence, start, start + lasts, 1_000)
    rest = lists.NOT_WITHDRAWN if kind.is_withdrawals else Colour.GREEN
    data = lists.seal_list(header, lists.entries(listed.items(), 1_000, rest), SIGNER)
    return lists.take_list(data, lists.Terms(340_000, epoch, KEYS, kind))


def paper(index: int, expiry: int = EPOCH, kid: int = 1, signer: Sm2Signer = SIGNER, generation: int = 1) -> str:
    return codes.sign_paper(codes.encode_paper(kid, index, generation, expiry, "王*明"), signer)


def shown(
    index: int,
    now: int = NOON,
    kid: int = 1,
    signer: Sm2Signer = SIGNER,
    colour: Colour = Colour.GREEN,
    issued: int | None = None,
) -> str:
    anchor = chain.anchor(SEED)
    moment = max(FOUR, now - 3_600) if issued is None else issued
    header = codes.encode_header(kid, index, moment, colour, 0, anchor, "王*明")
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


GREEN, GREY, YELLOW, RED = Colour.GREEN, Colour.GREY, Colour.YELLOW, Colour.RED


@pytest.mark.parametrize(
    ("listed", "inside", "after", "answer"),
    [
        (RED, GREEN, -1, "red"),  # turned red after the pass was issued
        (GREEN, RED, -1, "green"),  # and came back since
        (GREEN, GREEN, 3_600, "green"),  # applied after the list: what the house signed later is green
        (GREEN, GREY, 3_600, "grey"),
        (GREEN, RED, 3_600, "red"),
        (YELLOW, RED, 60, "red"),
        (GREEN, RED, 59, "newer"),  # in the list's own minute nobody can tell which is later
        (RED, GREEN, 59, "red"),
        (RED, GREEN, 60, "newer"),
        (YELLOW, GREY, 60, "newer"),
    ],
)
def test_a_pass_that_is_later_than_the_list_never_makes_things_better(
    listed: Colour, inside: Colour, after: int, answer: str
) -> None:
    entries = {} if listed is GREEN else {4: listed}
    door = Scanner(KEYS, [held(entries, lasts=7_200)], STREET)
    found = door.check(shown(4, NOON + 4_000, colour=inside, issued=NOON + after), NOON + 4_000)
    assert answer in (found.colour.slug, found.detail)


def test_a_pass_that_was_fetched_the_evening_before_is_not_taken_for_news() -> None:
    """Its "issued at" is the epoch's first second, whenever it was fetched; the list was made in between."""
    red = held({4: RED}, start=FOUR - 7 * 3_600, lasts=86_400)
    door = Scanner(KEYS, [red], STREET)
    assert said(door.check(shown(4, issued=FOUR + 2), NOON)) == ("deny", "colour", "red", "")
    green = Scanner(KEYS, [held({}, start=FOUR - 7 * 3_600, lasts=86_400)], STREET)
    assert said(green.check(shown(4, issued=FOUR, colour=RED), NOON)) == ("refer", "stale", "grey", "newer")


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
        ([], NOON, "no_list"),
        ([held(epoch=EPOCH - 1)], NOON, "no_list"),
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
    assert said(Scanner(KEYS, [held()], STREET).check(paper(4), NOON)) == ("refer", "stale", "grey", "no_list")


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


PASSES, SHEETS = lists.Indices.WITHDRAWN_PASSES, lists.Indices.WITHDRAWN_SHEETS


def test_a_pass_from_before_a_withdrawal_is_void_and_the_next_one_counts() -> None:
    lost = held({4: 7_200}, kind=PASSES)
    door = Scanner(KEYS, [held(), lost], STREET)
    assert said(door.check(shown(4, issued=FOUR + 7_199), NOON)) == ("deny", "revoked", "grey", "withdrawn")
    assert said(door.check(shown(4, issued=FOUR + 7_200), NOON)) == ("admit", "ok", "green", "")
    leaving = door.check(shown(4, issued=FOUR + 7_199), NOON, direction=Direction.EXIT)
    assert said(leaving) == ("deny", "revoked", "grey", "withdrawn")


def test_a_sheet_that_was_lost_or_replaced_is_void_and_its_successor_counts() -> None:
    door = Scanner(KEYS, [PAPER_LIST, held({4: 2}, kind=SHEETS)], STREET)
    answers = [said(door.check(paper(4, generation=generation), NOON)) for generation in (1, 2, 3)]
    assert answers == [("deny", "revoked", "grey", "withdrawn")] * 2 + [("admit", "ok", "green", "")]


@pytest.mark.parametrize("strict", [False, True])
def test_without_a_list_of_withdrawals_a_strict_door_verifies_nobody(strict: bool) -> None:
    door = Scanner(KEYS, [held(), PAPER_LIST], STREET, strict=strict)
    answers = {said(door.check(code, NOON)) for code in (shown(4), paper(4))}
    assert answers == {("refer", "stale", "grey", "no_list") if strict else ("admit", "ok", "green", "")}


def test_a_list_of_withdrawals_that_is_too_old_verifies_nobody() -> None:
    door = Scanner(KEYS, [held(), held({}, kind=PASSES, lasts=60)], STREET)
    assert said(door.check(shown(4, NOON + 60), NOON + 60)) == ("refer", "stale", "grey", "too_old")


def test_a_place_may_trust_a_list_for_less_time_than_its_issuer_does() -> None:
    door = Scanner(KEYS, [held()], STREET, limit=600)
    codes_shown = [(shown(4, NOON + s), NOON + s) for s in (540, 600)]
    assert [said(door.check(*one))[::3] for one in codes_shown] == [("admit", ""), ("refer", "too_old")]


@pytest.mark.parametrize("text", ["nfc:04a21b3c", "card:6217 0000 1234", "2796 4181 9565"])
def test_a_card_or_the_number_of_a_sheet_needs_the_register(text: str) -> None:
    assert said(Scanner(KEYS, [held()], STREET).check(text, NOON)) == ("refer", "stale", "grey", "needs_network")


def test_a_photograph_of_yesterdays_code_is_expired_and_a_recording_admits_once() -> None:
    """Whoever films a code: within its minute it was used here; later, and tomorrow, it has expired."""
    door = Scanner(KEYS, [held(lasts=200_000)], STREET)
    film = [shown(4, NOON), shown(4, NOON + 60)]
    assert [said(door.check(code, NOON + 61))[1] for code in film] == ["ok", "ok"]  # the filmed person, two minutes
    assert [said(door.check(code, NOON + 65))[1] for code in film] == ["already_used"] * 2
    assert [said(door.check(code, NOON + 600))[1] for code in film] == ["expired"] * 2
    assert said(door.check(film[0], NOON + 86_400)) == ("deny", "expired", "grey", "other_epoch")


def test_a_door_without_a_cable_since_the_evening_works_through_four_o_clock_until_its_lists_are_a_day_old() -> None:
    evening, kinds = FOUR + 16 * 3_600, (lists.Indices.DAY, lists.Indices.PAPER)
    days = [
        held({6: RED}, epoch=epoch, start=evening, kind=kind, lasts=86_400)
        for epoch in (EPOCH, EPOCH + 1)
        for kind in kinds
    ]
    lost = [
        held({}, epoch=epoch, start=evening, kind=kind.withdrawals, lasts=86_400)
        for epoch in (EPOCH, EPOCH + 1)
        for kind in kinds
    ]
    next_day = FOUR + 86_400
    asked = (evening, next_day - 1, next_day, next_day + 8 * 3_600, evening + 86_399, evening + 86_400)

    def answers(codes_shown: list[str]) -> list[str]:
        door = Scanner(KEYS, days + lost, STREET, strict=True)
        return [door.check(code, now).verdict.slug for code, now in zip(codes_shown, asked, strict=True)]

    def phones(index: int) -> list[str]:
        return [shown(index, now, issued=max(evening - 3_600, FOUR if now < next_day else next_day)) for now in asked]

    assert answers(phones(4)) == ["admit"] * 5 + ["refer"]
    assert answers(phones(6)) == ["deny"] * 5 + ["refer"]
    assert answers([paper(6, EPOCH + 9)] * 6) == ["deny"] * 5 + ["refer"]
