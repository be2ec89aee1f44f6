"""Sheets, cards and fobs at a door: whose they are, and all that may be wrong with them (A5)."""

import time
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest

from ankang.config.keys import RootKey
from ankang.core.base45 import decode, encode
from ankang.core.cards import card_blind, card_name, in_groups, sheet_name, sheet_number
from ankang.core.codes import encode_paper, sign_paper
from ankang.core.colours import Colour
from ankang.core.epochs import epoch_of
from ankang.core.permutation import SIZE, SpacePermutation, permanent_key
from ankang.core.sm import HmacSm3, Sm2Signer, sm2_generate
from ankang.gate import carriers as carriers_module
from ankang.gate.carriers import Carriers
from tests.gate.ground import Answer, Ground, InProcess, Person
from tests.gate.test_verify import Door, stored, told

NOW = datetime.now(UTC)


class Desk:
    """Gives out sheets and binds cards as the people room does: row and revision in one transaction."""

    def __init__(self, ground: Ground, gate: InProcess) -> None:
        self._ground, self._gate = ground, gate
        root = RootKey.from_file(ground.settings.keys_folder / "root.key")

        def secret(purpose: str) -> bytes:
            sealed = ground.sql("select secret from trust_key where purpose = %s and kid = 1", purpose)[0][0]
            return root.unseal(bytes(sealed), f"{purpose}:1")

        self.key = HmacSm3(secret("card"))
        self.permanent = SpacePermutation(permanent_key(secret("epoch")), SIZE)

    def sheet(self, person: Person, generation: int = 1, lasts: int = 365) -> str:
        """Issue a sheet; the text of its code."""
        blind = card_blind(self.key, sheet_name(self.number(person, generation)))
        self._void("person_id = %s and kind = 'paper'", person.number)
        self._insert(person, "paper", blind, generation, NOW + timedelta(days=lasts))
        return self.code(person, generation, lasts)

    def code(self, person: Person, generation: int = 1, lasts: int = 365, signer: Sm2Signer | None = None) -> str:
        """A sheet's code, whether it was issued or not."""
        signing = self._ground.keys.signer(time.time())
        assert signing is not None
        expiry = epoch_of(time.time()) + lasts
        header = encode_paper(signing[0], self.permanent.index(person.number), generation, expiry, person.name)
        return sign_paper(header, signer or signing[1])

    def number(self, person: Person, generation: int = 1) -> str:
        return sheet_number(self.key, person.number, generation)

    def card(self, person: Person, number: str) -> str:
        self._insert(person, "bus", card_blind(self.key, card_name(number)), None, None)
        return number

    def lost(self, person: Person) -> None:
        self._void("person_id = %s", person.number)

    def _void(self, where: str, *values: object) -> None:
        self._change(
            f"update people_carrier set voided_at = now(), void_reason = 'lost', revision = {_REVISION} "
            f"where voided_at is null and {where}",
            *values,
        )

    def _insert(self, person: Person, kind: str, blind: bytes, generation: int | None, ends: datetime | None) -> None:
        self._ground.sql(
            "insert into people_person (id, document_kind, document_enc, document_blind, name_enc, phone_enc, phone_blind, "
            "phone_slot, town_id, created_at, applied_via) values (%s, 'resident_id', '', %s, '', '', %s, 1, '341881', "
            "now(), 'test') on conflict do nothing",
            person.number,
            uuid4().bytes,
            uuid4().bytes,
        )
        self._change(
            "insert into people_carrier (person_id, kind, number_blind, last_digits, generation, issued_at, expires_at, "
            f"void_reason, revision) values (%s, %s, %s, '', %s, now() - interval '1 hour', %s, '', {_REVISION})",
            person.number,
            kind,
            blind,
            generation,
            ends,
        )

    def _change(self, statement: str, *values: object) -> None:
        with psycopg.connect(self._ground.server.url) as connection:
            connection.execute(
                "insert into base_revision values ('carriers', 1) "
                "on conflict (name) do update set revision = base_revision.revision + 1"
            )
            connection.execute(statement, values)
        self._gate.catch_up()


_REVISION = "(select revision from base_revision where name = 'carriers')"


@pytest.fixture
def desk(ground: Ground, gate: InProcess) -> Desk:
    return Desk(ground, gate)


@pytest.fixture
def door(ground: Ground, gate: InProcess) -> Door:
    return Door(ground, gate)


@pytest.fixture
def person(ground: Ground, gate: InProcess) -> Person:
    person = ground.a_person()
    gate.catch_up()
    return person


def reads(door: Door, card: str | None, **more: object) -> Answer:
    """A reader at the door reads a card."""
    body = {"card": card, "checkpoint": door.number, "direction": "entry", "nonce": str(uuid4())} | more
    return door._gate.call("POST", "/g/v1/verify", door.device.token, body)


def test_a_sheet_is_admitted_with_the_colour_of_now(
    ground: Ground, gate: InProcess, desk: Desk, door: Door, person: Person
) -> None:
    text = desk.sheet(person)
    answer = door.shows(text, temperature=36.4)
    assert (told(answer), answer.json["name"]) == ((200, "admit", "ok", "green"), "王*明")
    assert stored(ground, answer) == [("admit", "ok", True)]
    ground.colour(person.number, Colour.RED)
    gate.catch_up()
    gate.skew = 60
    assert told(door.shows(text)) == (200, "deny", "colour", "red")


def test_a_phone_a_sheet_and_a_card_leave_the_same_trace(
    ground: Ground, gate: InProcess, desk: Desk, door: Door, person: Person
) -> None:
    answers = [door.shows(person.code(gate.now())), door.shows(desk.sheet(person))]
    gate.skew = 60
    answers.append(reads(door, desk.card(person, "6217 0000 1111")))
    ids = [answer.json["visit"] for answer in answers]
    rows = ground.sql("select count(distinct trace), count(*) from passage_visit where visit = any(%s::uuid[])", ids)
    assert rows == [(1, 3)]


def test_a_person_passes_once_a_minute_whatever_he_carries(
    desk: Desk, door: Door, gate: InProcess, person: Person
) -> None:
    text, card = desk.sheet(person), desk.card(person, f"nfc:{uuid4().hex[:8]}")
    gate.skew = 60 - time.time() % 60 + 5  # not at the turn of a minute
    assert told(door.shows(text))[1:3] == ("admit", "ok")
    again = [door.shows(text), door.shows(desk.number(person)), reads(door, card)]
    assert [told(answer)[1:3] for answer in again] == [("deny", "already_used")] * 3
    assert told(door.shows(text, direction="exit"))[1] == "admit"
    gate.skew += 60
    assert told(door.shows(text))[1:3] == ("admit", "ok")


def test_the_typed_number_of_a_torn_sheet_is_the_sheet(desk: Desk, door: Door, gate: InProcess, person: Person) -> None:
    desk.sheet(person)
    number = desk.number(person)
    assert told(door.shows(in_groups(number)))[1:3] == ("admit", "ok")
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    unknown = sheet_number(desk.key, 10**8, 9)
    assert [told(door.shows(text))[1:3] for text in (wrong, number[:-1], unknown)] == [("deny", "invalid")] * 3


def test_a_card_is_read_in_every_spelling(
    desk: Desk, door: Door, gate: InProcess, person: Person, ground: Ground
) -> None:
    uid = uuid4().hex[:8]
    desk.card(person, f"nfc:{uid}")
    decimal = f"{int.from_bytes(bytes.fromhex(uid), 'little'):010}"
    for skew, text in enumerate((f"nfc:{uid.upper()}", f"NFC:{uid[:2]} {uid[2:]}", f"nfc:{decimal}")):
        gate.skew = skew * 60
        answer = reads(door, text) if skew else door.shows(text)
        assert (told(answer)[1:3], answer.json["name"], stored(ground, answer)) == (
            ("admit", "ok"),
            "",
            [("admit", "ok", True)],
        )
    turned = bytes.fromhex(uid)[::-1].hex()
    assert told(reads(door, f"nfc:{turned}"))[1:3] == ("deny", "invalid")
    assert told(reads(door, "x"))[1:3] == ("deny", "invalid")


def test_an_older_sheet_and_its_number_are_revoked(desk: Desk, door: Door, ground: Ground, person: Person) -> None:
    old, number = desk.sheet(person), desk.number(person)
    new = desk.sheet(person, generation=2)
    refused = [door.shows(old), door.shows(number)]
    assert [(told(one)[1:3], stored(ground, one)) for one in refused] == [
        (("deny", "revoked"), [("deny", "revoked", True)])
    ] * 2
    assert told(door.shows(new))[1:3] == ("admit", "ok")
    assert told(door.shows(desk.code(person, generation=3)))[1:3] == ("deny", "revoked")


def test_a_lost_card_is_refused_and_may_be_bound_to_another(
    desk: Desk, door: Door, ground: Ground, gate: InProcess, person: Person
) -> None:
    card, finder = desk.card(person, "BUS-0042-7"), ground.a_person()
    text = desk.sheet(person)
    desk.lost(person)
    assert [told(one)[1:3] for one in (reads(door, card), door.shows(text))] == [("deny", "revoked")] * 2
    desk.card(finder, card)
    assert told(reads(door, card))[1:3] == ("admit", "ok")


def test_a_withdrawn_phone_does_not_void_the_sheet(
    desk: Desk, door: Door, ground: Ground, gate: InProcess, person: Person
) -> None:
    text = desk.sheet(person)
    ground.sql("insert into people_voiding (person_id, at) values (%s, now())", person.number)
    ground.bump("credentials")
    gate.catch_up()
    assert told(door.shows(text))[1:3] == ("admit", "ok")


def test_forged_torn_and_expired_sheets_are_refused(desk: Desk, door: Door, ground: Ground, person: Person) -> None:
    text = desk.sheet(person)
    raw = bytearray(decode(text[4:]))
    raw[5] ^= 1
    other = Sm2Signer(*sm2_generate())
    bad = {
        "another index": ("AK1:" + encode(bytes(raw)), "invalid", False),
        "another issuer": (desk.code(person, signer=other), "invalid", False),
        "torn": (text[:-6], "invalid", False),
        "generation 0": ("AK1:" + encode(bytes(raw[:6]) + b"\0" + bytes(raw[7:])), "invalid", False),
        "expired": (desk.code(person, lasts=-1), "expired", True),
    }
    answers = {about: door.shows(text) for about, (text, _, _) in bad.items()}
    assert {about: (told(one)[1:], stored(ground, one)) for about, one in answers.items()} == {
        about: (("deny", reason, "grey"), [("deny", reason, known)]) for about, (_, reason, known) in bad.items()
    }


def test_a_sheet_of_somebody_this_gate_does_not_know_is_invalid(
    desk: Desk, door: Door, ground: Ground, gate: InProcess
) -> None:
    stranger = Person(7_000_000, "王*明", ground)
    assert told(door.shows(desk.code(stranger)))[1:3] == ("deny", "invalid")
    registered = Person(7_000_001, "王*明", ground)  # carries a sheet, but has no colour here
    assert told(door.shows(desk.sheet(registered)))[1:3] == ("deny", "invalid")


def test_an_upload_is_judged_by_what_counted_then(
    desk: Desk, door: Door, gate: InProcess, ground: Ground, person: Person
) -> None:
    old, number = desk.sheet(person), desk.number(person)
    desk.sheet(person, generation=2)
    ground.sql("update people_carrier set issued_at = now() - interval '9 hours' where person_id = %s", person.number)
    turn = "update people_carrier set {} = now() - interval '4 hours' where person_id = %s and generation = {}"
    ground.sql(turn.format("voided_at", 1), person.number)
    desk._change(turn.format(f"revision = {_REVISION}, issued_at", 2), person.number)
    desk._change(
        f"update people_carrier set revision = {_REVISION} where person_id = %s and generation = 1", person.number
    )
    now = gate.now()
    scans = [(code, now - hours * 3600) for hours in (5, 3) for code in (old, number)] + [(number, now - 10 * 3600)]
    body = {"checkpoint": door.number, "direction": "entry", "verdict": "admit"}
    uploaded = [body | {"code": code, "at": at, "nonce": str(uuid4())} for code, at in scans]
    answer = gate.call("POST", "/g/v1/visits", door.device.token, {"scans": uploaded})
    results = [(one["status"], one["reason"]) for one in answer.json["results"]]
    assert results == [("recorded", "ok")] * 2 + [("rejected", "revoked")] * 3


def test_an_uploaded_sheet_has_the_colour_by_which_the_door_judged(
    desk: Desk, door: Door, gate: InProcess, ground: Ground, person: Person
) -> None:
    red = ground.a_person(Colour.RED)
    gate.catch_up()
    told_by_door = [
        (desk.sheet(person), "admit", "ok"),
        (desk.sheet(red), "deny", "colour"),
        (desk.number(person), "refer", "stale"),
        (desk.number(red), "admit", "ok"),  # was green in the list that the door held
    ]
    body = {"checkpoint": door.number, "direction": "entry", "at": gate.now()}
    scans = [
        body | {"code": code, "verdict": verdict, "reason": reason, "nonce": str(uuid4())}
        for code, verdict, reason in told_by_door
    ]
    answer = gate.call("POST", "/g/v1/visits", door.device.token, {"scans": scans})
    ids = [one["visit"] for one in answer.json["results"]]
    colours = dict(ground.sql("select visit::text, colour from passage_visit where visit = any(%s::uuid[])", ids))
    assert [Colour(colours[one]).slug for one in ids] == ["green", "red", "grey", "grey"]


def test_numbers_typed_in_full_width_are_the_same(desk: Desk, door: Door, person: Person) -> None:
    desk.sheet(person)
    wide = str.maketrans("0123456789:", "０１２３４５６７８９：")
    assert told(door.shows(in_groups(desk.number(person)).replace(" ", "\u3000").translate(wide)))[1:3] == ("admit", "ok")
    assert card_name("１２３４") == card_name("1234")
    assert card_name("nfc：０４Ａ２１Ｂ３Ｃ") == card_name("nfc:04a21b3c")


def test_a_request_without_code_or_card_is_a_bad_field(door: Door) -> None:
    answers = [reads(door, None), reads(door, ""), reads(door, "1" * 65)]
    faults = [(one.status, one.json["details"]["field"]) for one in answers]
    assert faults == [(422, "code"), (422, "card"), (422, "card")]


def test_gates_share_a_file_and_follow_the_changes(
    desk: Desk, ground: Ground, gate: InProcess, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.card(person, "A-1000")
    blind = card_blind(desk.key, card_name("A-1000"))
    state = gate.gate.state.carriers
    path = ground.settings.gate_folder / "carriers.bin"
    fresh = Carriers(path)
    fresh.begin()
    assert fresh.revision <= state.revision
    path.unlink()
    monkeypatch.setattr(carriers_module, "MANY_CHANGES", 0)
    desk.card(person, "A-1001")  # so many changes that the file is written anew
    fresh = Carriers(path)
    fresh.begin()
    carried = fresh.by_number(blind)
    assert carried is not None
    assert (fresh.revision, carried.person, carried.voided) == (state.revision, person.number, 0)
    assert fresh.by_number(bytes(32)) is None
    path.write_bytes(path.read_bytes()[:-1])
    broken = Carriers(path)
    broken.begin()
    assert (broken.revision, broken.by_number(blind)) == (-1, None)
    path.unlink()
