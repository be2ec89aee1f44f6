"""At a door: who is admitted, who is not and why; every answer is a stored visit."""

import time
from uuid import uuid4

import pytest

from ankang.core.colours import Colour
from ankang.core.epochs import epoch_of, epoch_start
from ankang.core.policies import BY_SLUG
from ankang.core.verdicts import Reason, Verdict, sentence
from tests.gate.ground import Answer, Device, Ground, InProcess, Person

SCHOOL = BY_SLUG["school"].id


class Door:
    """A door with its scanner, for short tests."""

    def __init__(self, ground: Ground, gate: InProcess, **checkpoint: object) -> None:
        self._ground, self._gate = ground, gate
        self.number = ground.a_checkpoint(**checkpoint)  # type: ignore[arg-type]
        self.device = ground.a_device(self.number)
        gate.catch_up()

    def shows(self, code: str, device: Device | None = None, **more: object) -> Answer:
        """Somebody shows a code here."""
        body = {"code": code, "checkpoint": self.number, "direction": "entry", "nonce": str(uuid4())} | more
        return self._gate.call("POST", "/g/v1/verify", (device or self.device).token, body)


@pytest.fixture
def door(ground: Ground, gate: InProcess) -> Door:
    return Door(ground, gate)


def told(answer: Answer) -> tuple[int, str, str, str]:
    """Status, verdict, reason, colour."""
    return (answer.status, answer.json["verdict"], answer.json["reason"], answer.json["colour"])


def stored(ground: Ground, answer: Answer) -> list[tuple[str, str, bool]]:
    """Verdict, reason and whether the person is known, of the visit as it lies in the table."""
    rows = ground.visits(answer.json["visit"])
    return [(Verdict(row[1]).slug, Reason(row[2]).slug, row[5]) for row in rows]


def green(ground: Ground, gate: InProcess, colour: Colour = Colour.GREEN) -> Person:
    person = ground.a_person(colour)
    gate.catch_up()
    return person


def test_a_green_code_is_admitted_and_stored(ground: Ground, gate: InProcess, door: Door) -> None:
    person = green(ground, gate)
    answer = door.shows(person.code(gate.now()), temperature=36.5)
    visit, at = answer.json.pop("visit"), answer.json.pop("at")
    assert abs(at - gate.now()) < 5
    assert answer.json == {"verdict": "admit", "reason": "ok", "colour": "green", "name": "王*明"}
    assert ground.visits(visit) == [(visit, 1, 1, 1, 1, True)]


@pytest.mark.parametrize(
    ("colour", "temperature", "verdict"),
    [
        (Colour.RED, 36.5, ("deny", "colour", "red")),
        (Colour.YELLOW, 36.5, ("deny", "colour", "yellow")),
        (Colour.GREEN, 37.9, ("refer", "temperature", "green")),
        (Colour.GREY, 36.5, ("refer", "colour", "grey")),
    ],
)
def test_a_school_admits_by_its_policy(
    ground: Ground, gate: InProcess, colour: Colour, temperature: float, verdict: tuple[str, str, str]
) -> None:
    door, person = Door(ground, gate, type=SCHOOL), green(ground, gate, colour)
    answer = door.shows(person.code(gate.now()), temperature=temperature)
    assert told(answer) == (200, *verdict)
    assert stored(ground, answer) == [(*verdict[:2], True)]


def test_a_change_of_colour_counts_at_once(ground: Ground, gate: InProcess, door: Door) -> None:
    person = green(ground, gate)
    code = person.code(gate.now())
    ground.colour(person.number, Colour.RED)
    gate.catch_up()
    assert told(door.shows(code))[2:] == ("colour", "red")


def test_whoever_leaves_is_admitted(ground: Ground, gate: InProcess, door: Door) -> None:
    person = green(ground, gate, Colour.RED)
    assert told(door.shows(person.code(gate.now()), direction="exit")) == (200, "admit", "ok", "red")


def test_the_same_nonce_gives_the_same_answer(ground: Ground, gate: InProcess, door: Door) -> None:
    person, nonce = green(ground, gate), str(uuid4())
    code = person.code(gate.now())
    first = door.shows(code, nonce=nonce)
    ground.colour(person.number, Colour.RED)
    gate.catch_up()
    gate.skew = 400
    assert door.shows(code, nonce=nonce).json == first.json
    assert stored(ground, first) == [("admit", "ok", True)]


def test_a_copied_code_is_refused_where_it_was_used(ground: Ground, gate: InProcess, door: Door) -> None:
    person, elsewhere = green(ground, gate), Door(ground, gate)
    code = person.code(gate.now())
    assert told(door.shows(code))[1] == "admit"
    again = door.shows(code)
    assert told(again) == (200, "deny", "already_used", "grey")
    assert stored(ground, again) == [("deny", "already_used", True)]
    assert told(door.shows(code, direction="exit"))[1] == "admit"
    assert told(elsewhere.shows(code))[1] == "admit"


def test_who_was_not_admitted_is_checked_again_at_once(ground: Ground, gate: InProcess, door: Door) -> None:
    hot, red, nonce = green(ground, gate), green(ground, gate, Colour.RED), str(uuid4())
    code, again = hot.code(gate.now()), red.code(gate.now())
    first = door.shows(code, temperature=39.5, nonce=nonce)
    assert told(first)[1:] == ("refer", "temperature", "green")
    assert told(door.shows(code, temperature=36.5))[1:] == ("admit", "ok", "green")
    assert told(door.shows(code, temperature=36.5))[1:3] == ("deny", "already_used")
    assert told(door.shows(code, temperature=39.5))[1:3] == ("refer", "temperature")
    assert door.shows(code, temperature=36.5, nonce=nonce).json == first.json
    assert [told(door.shows(again))[1:] for _ in range(2)] == [("deny", "colour", "red")] * 2


def _forged(code: str) -> str:
    body = list(code)
    body[-4] = "A" if body[-4] != "A" else "B"
    return "".join(body)


def test_bad_codes_are_stored_refusals_of_nobody(ground: Ground, gate: InProcess, door: Door) -> None:
    person, now = green(ground, gate), gate.now()
    code = person.code(now)
    yesterday = epoch_start(epoch_of(now)) - 7200
    bad = {
        "forged": (_forged(code), "invalid"),
        "truncated": (code[:-9], "invalid"),
        "oversized": (code + "0" * 3000, "invalid"),
        "not base45": ("AK1:" + "!" * 180, "invalid"),
        "another text": ("https://example.org/", "invalid"),
        "empty": ("", "invalid"),
        "rare characters": ("AK1:𠮷·", "invalid"),
        "of another epoch": (person.code(yesterday), "expired"),
    }
    answers = {name: door.shows(text) for name, (text, _) in bad.items()}
    assert {name: told(answer) for name, answer in answers.items()} == {
        name: (200, "deny", reason, "grey") for name, (_, reason) in bad.items()
    }
    assert {name: stored(ground, answer) for name, answer in answers.items()} == {
        name: [("deny", reason, False)] for name, (_, reason) in bad.items()
    }


def test_old_and_early_codes_name_their_person(ground: Ground, gate: InProcess, door: Door) -> None:
    person, now = green(ground, gate), gate.now()
    start = epoch_start(epoch_of(now))
    gate.skew = start + 7200 - now  # two hours into the epoch, whatever the time of day
    now = gate.now()
    old, early = door.shows(person.code(now - 180, start)), door.shows(person.code(now + 180, start))
    assert (told(old), stored(ground, old)) == ((200, "deny", "expired", "grey"), [("deny", "expired", True)])
    assert (told(early), stored(ground, early)) == (
        (200, "deny", "not_yet_valid", "grey"),
        [("deny", "not_yet_valid", True)],
    )
    assert old.json["message"] == "码已过期，请刷新后再出示；截图不能使用。"


def test_a_photograph_of_yesterdays_code_is_expired_and_a_film_plays_once(
    ground: Ground, gate: InProcess, door: Door
) -> None:
    """Each picture of a film is used up at the door that admitted it, and expired two minutes later at every door."""
    person, elsewhere = green(ground, gate), Door(ground, gate)
    start = epoch_start(epoch_of(gate.now()))
    gate.skew += start + 7200 - gate.now()  # two hours into the epoch, whatever the time of day
    now = gate.now()
    yesterday = person.code(now - 86_400, start - 86_400)
    assert told(door.shows(yesterday)) == (200, "deny", "expired", "grey")
    film = [person.code(now - 60, start), person.code(now, start)]
    assert [told(door.shows(code))[2] for code in film] == ["ok", "ok"]
    assert [told(door.shows(code))[2] for code in film] == ["already_used"] * 2
    gate.skew += 240
    assert [told(place.shows(code))[2] for place in (door, elsewhere) for code in film] == ["expired"] * 4


def test_a_clock_one_minute_off_is_tolerated(ground: Ground, gate: InProcess, door: Door) -> None:
    person, now = green(ground, gate), gate.now()
    start = epoch_start(epoch_of(now))
    gate.skew = start + 7200 - now
    now = gate.now()
    for at in (now - 60, now + 60):
        assert told(door.shows(person.code(at, start)))[1] == "admit"


def test_the_last_code_of_an_epoch_holds_just_after_four(ground: Ground, gate: InProcess, door: Door) -> None:
    person, four = green(ground, gate), epoch_start(epoch_of(time.time()))
    gate.skew = four + 20 - time.time()
    answer = door.shows(person.code(four - 30, four - 600))
    assert (told(answer)[1], stored(ground, answer)) == ("admit", [("admit", "ok", True)])


def test_unknown_foreign_and_closed_doors_refuse(ground: Ground, gate: InProcess, door: Door) -> None:
    person, other = green(ground, gate), Door(ground, gate)
    built, closed = Door(ground, gate, state="built"), Door(ground, gate, state="closed")
    code = person.code(gate.now())
    refusals = {
        "unknown": (door.shows(code, checkpoint=4_000_000_000), "wrong_place"),
        "another's": (door.shows(code, device=other.device), "wrong_place"),
        "not in use yet": (built.shows(code), "closed"),
        "closed": (closed.shows(code), "closed"),
    }
    assert {name: told(answer)[1:3] for name, (answer, _) in refusals.items()} == {
        name: ("deny", reason) for name, (_, reason) in refusals.items()
    }
    assert all(stored(ground, answer) == [("deny", reason, True)] for answer, reason in refusals.values())


def test_a_device_without_a_door_serves_its_organisation(ground: Ground, gate: InProcess) -> None:
    town = ground.an_organisation()
    unit, elsewhere = ground.an_organisation(town), ground.an_organisation()
    device, person = ground.a_device(organisation_id=town), ground.a_person()
    inside, outside = Door(ground, gate, organisation_id=unit), Door(ground, gate, organisation_id=elsewhere)
    code = person.code(gate.now())
    assert told(inside.shows(code, device))[1:3] == ("admit", "ok")
    assert told(outside.shows(code, device))[1:3] == ("deny", "wrong_place")


def test_a_revoked_device_is_turned_away_and_its_attempt_stored(ground: Ground, gate: InProcess, door: Door) -> None:
    person, revoked = green(ground, gate), ground.a_device(door.number, revoked=True)
    replaced = ground.a_device(door.number, generation=2)  # its token says 1
    gate.catch_up()
    for device in (revoked, replaced):
        answer = door.shows(person.code(gate.now()), device)
        assert (answer.status, answer.json["error"]) == (401, "device_revoked")
        rows = ground.sql("select verdict, reason from passage_visit where device = %s", device.number)
        assert rows == [(Verdict.DENY, Reason.REVOKED)]


def test_stale_colours_are_never_green(ground: Ground, gate: InProcess, door: Door) -> None:
    person = green(ground, gate)
    gate.skew = 20 * 60
    answer = door.shows(person.code(gate.now()))
    assert (told(answer), stored(ground, answer)) == ((200, "refer", "stale", "grey"), [("refer", "stale", True)])
    assert answer.json["message"] == "无法核验：数据未及时更新，请人工核实。"
    assert gate.call("GET", "/g/v1/me", person.token).json["colour"] == "grey"
    assert gate.call("GET", "/g/v1/health").status == 503
    assert told(door.shows(person.code(gate.now()), direction="exit"))[1:] == ("admit", "ok", "grey")


def test_reasons_are_said_in_english_too(ground: Ground, gate: InProcess, door: Door) -> None:
    body = {"code": "x", "checkpoint": door.number, "direction": "entry", "nonce": str(uuid4())}
    answer = gate.call("POST", "/g/v1/verify", door.device.token, body, accept_language="en-GB,en")
    assert answer.json["message"] == sentence(Reason.INVALID, "en")
