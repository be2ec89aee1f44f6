"""Scans made off line arrive later, once."""

from uuid import uuid4

from ankang.core.epochs import epoch_of, epoch_start
from tests.gate.ground import Ground, InProcess


def scan(code: str, checkpoint: int, at: float, **more: object) -> dict[str, object]:
    return {
        "code": code, "checkpoint": checkpoint, "direction": "entry", "temperature": 36.4, "nonce": str(uuid4()),
        "at": at, "verdict": "admit", "reason": "ok",
    } | more  # fmt: skip


def results(gate: InProcess, token: str, scans: list[dict[str, object]]) -> list[tuple[str, str]]:
    answer = gate.call("POST", "/g/v1/visits", token, {"scans": scans})
    assert [result["nonce"] for result in answer.json["results"]] == [one["nonce"] for one in scans]
    return [(result["status"], result["reason"]) for result in answer.json["results"]]


def test_an_upload_is_recorded_once(ground: Ground, gate: InProcess) -> None:
    door = ground.a_checkpoint()
    device, person = ground.a_device(door), ground.a_person()
    gate.catch_up()
    moments = [gate.now() - 3 * 86_400, gate.now() - 7200, gate.now() - 30]
    scans = [scan(person.code(at), door, at) for at in moments]
    assert results(gate, device.token, scans) == [("recorded", "ok")] * 3
    assert results(gate, device.token, scans) == [("duplicate", "ok")] * 3
    rows = ground.sql(
        "select extract(epoch from at)::float8, verdict, reason, kind, temperature, "
        "trace <> '00000000-0000-0000-0000-000000000000' from passage_visit where device = %s order by at",
        device.number,
    )
    assert [(round(row[0], 3), *row[1:]) for row in rows] == [(round(at, 3), 1, 1, 3, 364, True) for at in moments]


def test_a_code_is_checked_against_the_moment_of_the_scan(ground: Ground, gate: InProcess) -> None:
    door = ground.a_checkpoint()
    device, person = ground.a_device(door), ground.a_person()
    gate.catch_up()
    noon = epoch_start(epoch_of(gate.now()) - 1) + 8 * 3600
    code = person.code(noon, noon - 600)
    assert results(
        gate,
        device.token,
        [
            scan(code, door, noon),
            scan(code, door, noon + 300),
            scan("AK1:nonsense", door, noon),
            scan(code, 4_000_000_000, noon),
            scan(code, door, noon, verdict="refer", reason="temperature"),
        ],
    ) == [
        ("recorded", "ok"),
        ("rejected", "expired"),
        ("rejected", "invalid"),
        ("rejected", "wrong_place"),
        ("recorded", "ok"),
    ]
    rows = ground.sql(
        "select verdict, reason from passage_visit where device = %s order by verdict, reason", device.number
    )
    assert rows == [(1, 1), (2, 2), (2, 3), (2, 7), (3, 12)]


def test_too_old_and_future_scans_are_rejected(ground: Ground, gate: InProcess) -> None:
    device, person = ground.a_device(), ground.a_person()
    gate.catch_up()
    old, ahead = gate.now() - 8 * 86_400, gate.now() + 300
    door = ground.a_checkpoint()
    scans = [scan(person.code(gate.now()), door, at) for at in (old, ahead)]
    assert results(gate, device.token, scans) == [("rejected", "expired"), ("rejected", "not_yet_valid")]
    stored = ground.sql(
        "select verdict, reason, kind from passage_visit where device = %s order by reason", device.number
    )
    assert stored == [(2, 3, 3), (2, 4, 3)]


def test_the_same_scan_twice_in_one_upload_is_recorded_once(ground: Ground, gate: InProcess) -> None:
    door = ground.a_checkpoint()
    device, person = ground.a_device(door), ground.a_person()
    gate.catch_up()
    same = scan(person.code(gate.now()), door, gate.now())
    assert results(gate, device.token, [same, same]) == [("recorded", "ok"), ("duplicate", "ok")]


def test_two_scanners_with_one_device_number_lose_nothing(ground: Ground, gate: InProcess) -> None:
    """A copied profile: both queues go up under the same device; what each saw is a visit of its own, once."""
    door = ground.a_checkpoint()
    device, person = ground.a_device(door), ground.a_person()
    gate.catch_up()
    at = gate.now() - 600
    one, other = ([scan(person.code(at), door, at, direction=way)] for way in ("entry", "exit"))
    same_person_at_both = [scan(person.code(at), door, at)]
    for queue in (one, other, same_person_at_both, one, other):
        results(gate, device.token, queue)
    rows = ground.sql(
        "select direction, count(*), count(distinct visit) from passage_visit where device = %s group by 1 order by 1",
        device.number,
    )
    assert rows == [(1, 2, 2), (2, 1, 1)]


def test_a_rejected_scan_says_why_in_words(ground: Ground, gate: InProcess) -> None:
    door = ground.a_checkpoint()
    device = ground.a_device(door)
    gate.catch_up()
    body = {"scans": [scan("AK1:nonsense", door, gate.now())]}
    answer = gate.call("POST", "/g/v1/visits", device.token, body).json["results"][0]
    assert answer["message"] == "这不是有效的安康码，请打开本人手机上的码重新出示。"


def test_a_scan_that_reached_us_on_line_after_all_is_a_duplicate(ground: Ground, gate: InProcess) -> None:
    door = ground.a_checkpoint()
    device, person = ground.a_device(door), ground.a_person()
    gate.catch_up()
    code, nonce = person.code(gate.now()), str(uuid4())
    body = {"code": code, "checkpoint": door, "direction": "entry", "nonce": nonce}
    assert gate.call("POST", "/g/v1/verify", device.token, body).json["verdict"] == "admit"
    assert results(gate, device.token, [scan(code, door, gate.now() - 2, nonce=nonce)]) == [("duplicate", "ok")]
    assert ground.sql("select count(*) from passage_visit where device = %s", device.number) == [(1,)]


def test_uploads_have_limits(ground: Ground, gate: InProcess) -> None:
    device, revoked = ground.a_device(), ground.a_device(revoked=True)
    gate.catch_up()
    many = [scan("x", 1, 1.0) for _ in range(201)]
    answer = gate.call("POST", "/g/v1/visits", device.token, {"scans": many})
    assert (answer.status, answer.json["details"]["field"]) == (422, "scans")
    assert gate.call("POST", "/g/v1/visits", device.token, {"scans": []}).json == {"results": []}
    assert gate.call("POST", "/g/v1/visits", revoked.token, {"scans": []}).json["error"] == "device_revoked"
