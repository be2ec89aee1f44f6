"""One scan of the holder's code answers for all who walk along; each is judged, and recorded, for themself (A6)."""

from uuid import UUID, uuid4

import pytest

from ankang.core.colours import Colour
from ankang.core.verdicts import VisitKind
from tests.gate.ground import Answer, Ground, InProcess, Person
from tests.gate.test_sheets_and_cards import Desk
from tests.gate.test_verify import Door, told
from tests.gate.walking import Together


@pytest.fixture
def together(ground: Ground, gate: InProcess) -> Together:
    return Together(ground, gate)


@pytest.fixture
def door(ground: Ground, gate: InProcess) -> Door:
    return Door(ground, gate)


@pytest.fixture
def family(ground: Ground, gate: InProcess) -> tuple[Person, Person, Person]:
    people = (ground.a_person(), ground.a_person(name="王*宝"), ground.a_person(Colour.RED, name="王*山"))
    gate.catch_up()
    return people


def others(answer: Answer) -> list[tuple[str, str, str, str]]:
    return [(one["name"], one["verdict"], one["reason"], one["colour"]) for one in answer.json["companions"]]


def kinds(ground: Ground, answer: Answer) -> list[int]:
    ids = [answer.json["visit"], *(one["visit"] for one in answer.json["companions"])]
    return sorted(row[4] for row in ground.visits(*ids) if row[5])


def test_each_is_judged_on_the_own_colour_and_recorded(
    ground: Ground, gate: InProcess, door: Door, together: Together, family: tuple[Person, ...]
) -> None:
    holder, child, red = family
    together.walk(holder, child, red)
    answer = door.shows(holder.code(gate.now()), temperature=36.5)
    assert told(answer) == (200, "admit", "ok", "green")
    assert others(answer) == [("王*宝", "admit", "ok", "green"), ("王*山", "deny", "colour", "red")]
    assert answer.json["all"] == "deny"
    assert answer.json["companions"][1]["message"]
    assert kinds(ground, answer) == [VisitKind.VERIFY, VisitKind.COMPANION, VisitKind.COMPANION]
    heat = "select temperature from passage_visit where visit = any(%s::uuid[]) order by kind, visit"
    ids = [answer.json["visit"], *(one["visit"] for one in answer.json["companions"])]
    assert [row[0] for row in ground.sql(heat, ids)] == [365, None, None]


def test_a_retry_is_the_same_for_everybody(
    ground: Ground, gate: InProcess, door: Door, together: Together, family: tuple[Person, ...]
) -> None:
    holder, child, red = family
    together.walk(holder, child, red)
    code, nonce = holder.code(gate.now()), str(uuid4())
    first = door.shows(code, nonce=nonce)
    ground.colour(child.number, Colour.RED)
    gate.catch_up()
    assert door.shows(code, nonce=nonce).json == first.json
    ids = [first.json["visit"], *(one["visit"] for one in first.json["companions"])]
    assert len(set(map(UUID, ids))) == len(ground.visits(*ids)) == 3


def test_the_window_covers_each(
    ground: Ground, gate: InProcess, door: Door, together: Together, family: tuple[Person, ...]
) -> None:
    holder, child, red = family
    together.walk(holder, child)
    code = holder.code(gate.now())
    assert door.shows(code).json["all"] == "admit"
    together.walk(holder, child, red)  # somebody else joins, and shows a picture of the code
    copied = door.shows(code)
    assert told(copied)[1:3] == ("deny", "already_used")
    assert [one[1:3] for one in others(copied)] == [("deny", "already_used")] * 2
    hot = door.shows(code, temperature=39.5)  # a fever of the holder's makes the copy no better
    assert told(hot)[1:3] == ("refer", "temperature")
    assert [one[1:3] for one in others(hot)] == [("deny", "already_used")] * 2
    assert told(door.shows(child.code(gate.now())))[1:3] == ("deny", "already_used")
    gate.skew = 60
    assert door.shows(holder.code(gate.now())).json["companions"][0]["verdict"] == "admit"


def test_nobody_comes_along_on_a_code_that_does_not_hold(
    gate: InProcess, door: Door, together: Together, family: tuple[Person, ...]
) -> None:
    holder, child, _ = family
    together.walk(holder, child)
    assert "companions" not in door.shows(holder.code(gate.now() - 600)).json
    assert "companions" not in door.shows(child.code(gate.now())).json


def test_a_red_holder_keeps_nobody_out_but_himself(
    gate: InProcess, door: Door, together: Together, family: tuple[Person, ...]
) -> None:
    _, child, red = family
    together.walk(red, child)
    answer = door.shows(red.code(gate.now()))
    assert (told(answer)[1], answer.json["companions"][0]["verdict"], answer.json["all"]) == ("deny", "admit", "deny")


def test_time_ends_it_and_a_change_is_seen_at_once(
    gate: InProcess, door: Door, together: Together, family: tuple[Person, ...]
) -> None:
    holder, child, red = family
    together.walk(holder, child, red)
    together.walk(holder, red, until="now() + interval '50 minutes'")
    assert [one[0] for one in others(door.shows(holder.code(gate.now())))] == ["王*山"]
    gate.skew = 3600
    assert "companions" not in door.shows(holder.code(gate.now())).json


def test_there_is_no_chain_at_the_door(
    ground: Ground, gate: InProcess, door: Door, together: Together, family: tuple[Person, ...]
) -> None:
    holder, child, red = family
    together.walk(child, red)
    together.walk(holder, child)
    assert [one[0] for one in others(door.shows(holder.code(gate.now())))] == ["王*宝"]


def test_temperatures_of_companions_are_theirs(
    gate: InProcess, door: Door, together: Together, family: tuple[Person, ...]
) -> None:
    holder, child, red = family
    together.walk(holder, child, red)
    code = holder.code(gate.now())
    wrong = door.shows(code, temperatures=[36.5])
    assert (wrong.status, wrong.json["details"]) == (422, {"field": "temperatures", "expected": 2})
    answer = door.shows(code, temperature=36.5, temperatures=[38.2, None])
    assert [one[1:3] for one in others(answer)] == [("refer", "temperature"), ("deny", "colour")]
    assert (told(answer)[1], answer.json["all"]) == ("admit", "deny")


def test_a_sheet_brings_them_too_and_stale_colours_admit_nobody(
    ground: Ground, gate: InProcess, door: Door, together: Together, family: tuple[Person, ...]
) -> None:
    holder, child, _ = family
    sheet = Desk(ground, gate).sheet(holder)
    together.walk(holder, child)
    assert [one[1] for one in others(door.shows(sheet))] == ["admit"]
    gate.skew = gate.gate.state.stale_after + 120
    answer = door.shows(sheet)
    assert [one[1:] for one in others(answer)] == [("refer", "stale", "grey")]
    assert answer.json["verdict"] == "refer"


def test_a_gate_that_starts_reads_who_walks_now(
    ground: Ground, gate: InProcess, door: Door, together: Together, family: tuple[Person, ...]
) -> None:
    from ankang.gate.companions import Companions

    holder, child, red = family
    together.walk(holder, child, red)
    fresh = Companions()

    async def read() -> None:
        import asyncpg

        connection = await asyncpg.connect(ground.server.url)
        await fresh.look(connection, gate.gate.state.companions.revision)
        await connection.close()

    gate._run(read())
    held = gate.gate.state.companions
    assert fresh.of(holder.number, gate.now()) == held.of(holder.number, gate.now())
    assert fresh.revision == held.revision


def test_a_gate_that_knows_more_than_its_database_reads_all_anew(
    ground: Ground, gate: InProcess, together: Together, family: tuple[Person, ...]
) -> None:
    from ankang.gate.companions import Companions

    holder, child, red = family
    together.walk(holder, child, red)
    together.walk(red, child)
    gone, held = Companions(), Companions()
    number = gate.gate.state.companions.revision

    async def read() -> None:
        import asyncpg

        connection = await asyncpg.connect(ground.server.url)
        for one in (gone, held):
            await one.look(connection, number)
        await connection.execute("update people_companion set along_until = now() - interval '1 second' where holder_id = $1", red.number)
        await gone.look(connection, number - 1)
        await held.look(connection, number)
        await connection.close()

    gate._run(read())

    def walking(held: Companions, whose: Person) -> list[int]:
        return [one.person for one in held.of(whose.number, gate.now())]

    assert (walking(gone, holder), walking(gone, red), gone.revision) == ([child.number, red.number], [], number)
    assert walking(held, red) == [child.number], "who is up to date asks nothing"
