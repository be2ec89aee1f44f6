"""A withdrawn credential ends the passes that were fetched with it, and no others."""

import secrets
from typing import Any
from uuid import uuid4

from tests.gate.ground import Ground, InProcess, Person

_PERSON = """
    insert into people_person (id, document_kind, document_enc, document_blind, name_enc, phone_enc, phone_blind,
    phone_slot, town_id, created_at, applied_via)
    overriding system value values (%s, 'resident_id', '', %s, '', '', %s, 1, %s, now(), 'test')
"""


def _withdraw(ground: Ground, person: Person, at: float) -> None:
    """What people.services does when a credential is withdrawn."""
    region = ground.sql("select code from base_region limit 1")
    if not region:
        ground.sql("insert into base_region (code, name, name_en, level) values ('34', '安徽省', 'Anhui', 'province')")
    code = ground.sql("select code from base_region limit 1")[0][0]
    if not ground.sql("select 1 from people_person where id = %s", person.number):
        ground.sql(_PERSON, person.number, secrets.token_bytes(32), secrets.token_bytes(32), code)
    ground.sql("insert into people_voiding (person_id, at) values (%s, to_timestamp(%s))", person.number, at)
    ground.sql(
        "insert into base_revision (name, revision) values ('credentials', 1) "
        "on conflict (name) do update set revision = base_revision.revision + 1"
    )


def _shown(gate: InProcess, device: str, door: int, code: str) -> tuple[str, str]:
    body: dict[str, Any] = {"code": code, "checkpoint": door, "direction": "entry", "nonce": str(uuid4())}
    answer = gate.call("POST", "/g/v1/verify", device, body).json
    return (answer["verdict"], answer["reason"])


def test_a_pass_fetched_before_a_withdrawal_is_refused_and_one_fetched_after_it_is_admitted(
    ground: Ground, gate: InProcess
) -> None:
    door, person = ground.a_checkpoint(), ground.a_person()
    device = ground.a_device(door)
    gate.catch_up()
    now = gate.now()
    code = person.code(now, now - 30)
    assert _shown(gate, device.token, door, code) == ("admit", "ok")
    _withdraw(ground, person, now - 10)
    gate.catch_up()
    assert _shown(gate, device.token, door, code) == ("deny", "revoked")
    assert gate.call("GET", "/g/v1/me", person.token).json["void_before"] == int(now - 10)
    other = ground.a_checkpoint()
    scanner = ground.a_device(other)
    gate.catch_up()
    assert _shown(gate, scanner.token, other, person.code(now, now - 5)) == ("admit", "ok")


def test_tomorrow_s_pass_fetched_before_a_withdrawal_differs_from_one_fetched_after_it(
    ground: Ground, gate: InProcess
) -> None:
    person = ground.a_person()
    gate.catch_up()
    wish = {"anchor": "AAAAAAAAAAAAAAAAAAAAAA", "epoch": "next"}
    before = gate.call("POST", "/g/v1/pass", person.token, wish).json["issued_at"]
    _withdraw(ground, person, gate.now() - 1)
    gate.catch_up()
    after = gate.call("POST", "/g/v1/pass", person.token, wish).json["issued_at"]
    assert after == before + 1
    assert gate.gate.state.is_void(person.number, before, before + 60)
    assert not gate.gate.state.is_void(person.number, after, before + 60)
