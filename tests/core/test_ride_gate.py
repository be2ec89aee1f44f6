"""A transit gate without a network: what it answers to a ride code, and ``ankang ride`` around it."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ankang.cli.ride import ride as command
from ankang.core import lists, ride
from ankang.core.colours import Colour
from ankang.core.sm import Sm2Signer, sm2_generate
from ankang.core.verdicts import Direction
from tests.core.ride_ground import ACCOUNT, AUTHORITIES, CERTIFICATE, EPOCH, FOUR, KEYS, NOON, a_certificate, a_code
from tests.core.vectors import vectors

SIGNER = Sm2Signer(*sm2_generate())
LISTED = {5: Colour.YELLOW, 6: Colour.RED, 7: Colour.GREY}
GREEN = 8


def list_file(epoch: int = EPOCH, start: int = NOON - 600, lasts: int = 3_600) -> bytes:
    header = lists.Header(1, lists.Indices.DAY, 340_000, epoch, 1, start, start + lasts, 1_000)
    return lists.seal_list(header, lists.entries(LISTED.items(), 1_000), SIGNER)


def held(epoch: int = EPOCH, **given: int) -> lists.Held:
    return lists.take_list(list_file(epoch, **given), lists.Terms(340_000, epoch, {1: SIGNER.public}))


def a_gate(**given: Any) -> ride.RideGate:
    return ride.RideGate(AUTHORITIES, [held()], **given)


def code_of(index: int = GREEN, generated: int = NOON, **given: Any) -> bytes:
    return a_code(generated, custom=ride.write_rider(ride.Rider(EPOCH, index)), **given)


def said(answer: ride.RideAnswer) -> tuple[str, str, str, str]:
    return answer.verdict.slug, answer.reason.slug, answer.colour.slug, answer.detail


@pytest.mark.parametrize(
    ("index", "entry"),
    [
        (GREEN, ("admit", "ok", "green", "")),
        (5, ("refer", "colour", "yellow", "")),
        (6, ("deny", "colour", "red", "")),
        (7, ("refer", "colour", "grey", "")),
    ],
)
def test_the_colour_of_the_list_decides_as_at_a_station_and_everybody_may_leave(
    index: int, entry: tuple[str, str, str, str]
) -> None:
    gate = a_gate()
    assert said(gate.check(code_of(index), NOON)) == entry
    left = gate.check(code_of(index), NOON, Direction.EXIT)
    assert (left.verdict.slug, left.reason.slug) == ("admit", "ok")


@pytest.mark.parametrize(
    "case", [case for case in vectors("ride")["shown"] if "level" in case["about"]], ids=lambda c: c["about"]
)
def test_a_wrong_chain_is_refused_at_each_level(case: dict[str, Any]) -> None:
    fault = case["moments"][0]["fault"]
    verdict = "refer" if fault["detail"] == "unknown_authority" else "deny"
    assert said(a_gate().check(bytes.fromhex(case["code"]), NOON)) == (
        verdict,
        fault["reason"],
        "grey",
        fault["detail"],
    )


def test_a_code_is_admitted_once_and_a_new_one_after_its_life() -> None:
    gate = a_gate()
    raw = code_of()
    answers = [
        said(gate.check(raw, NOON)),
        said(gate.check(raw, NOON + 5)),
        said(gate.check(code_of(generated=NOON + 20), NOON + 20)),
        said(gate.check(code_of(generated=NOON + 20, account=bytes(16)), NOON + 21)),
        said(gate.check(raw, NOON + 6, Direction.EXIT)),
        said(gate.check(code_of(generated=NOON + 121), NOON + 121)),
    ]
    used, fine = ("deny", "already_used", "grey", "already_used"), ("admit", "ok", "green", "")
    assert answers == [fine, used, used, fine, fine, fine]


def test_a_revoked_authorisation_is_refused_and_an_old_list_of_them_admits_nobody() -> None:
    revoked = ride.Revoked(NOON - 60, NOON + 60, (ACCOUNT[:8],))
    assert said(a_gate(revoked=revoked).check(code_of(), NOON)) == ("deny", "revoked", "grey", "revoked_authorisation")
    other = ride.Revoked(NOON - 60, NOON + 60, (b"\x01" * 8,))
    assert said(a_gate(revoked=other).check(code_of(), NOON)) == ("admit", "ok", "green", "")
    late = code_of(generated=NOON + 60)
    assert said(a_gate(revoked=other).check(late, NOON + 60)) == ("refer", "stale", "grey", "revocations_too_old")


def test_what_cannot_be_known_is_never_green() -> None:
    without = ride.RideGate(AUTHORITIES)
    old = ride.RideGate(AUTHORITIES, [held(lasts=600)])
    yesterday = ride.RideGate(AUTHORITIES, [held(EPOCH - 1, start=FOUR - 3_600)])
    assert [said(gate.check(code_of(), NOON)) for gate in (without, old, yesterday)] == [
        ("refer", "stale", "grey", "no_list"),
        ("refer", "stale", "grey", "too_old"),
        ("refer", "stale", "grey", "no_list"),
    ]
    assert said(a_gate().check(a_code(custom=b"other"), NOON)) == ("refer", "stale", "grey", "no_index")


def test_a_clock_that_was_set_back_ends_verification() -> None:
    gate = a_gate()
    gate.check(code_of(), NOON)
    assert said(gate.check(code_of(generated=NOON - 61), NOON - 61)) == ("refer", "stale", "grey", "clock_set_back")
    assert said(a_gate(latest=NOON + 61).check(code_of(), NOON)) == ("refer", "stale", "grey", "clock_set_back")


def test_a_certificate_that_ends_while_the_gate_runs_is_refused() -> None:
    ended = ride.read_certificate(a_certificate(month=(2020, 7))).ends
    gate = ride.RideGate(AUTHORITIES)
    codes = [
        a_code(at, certificate=a_certificate(month=(2020, 7)), custom=b"", expires=ended + 900)
        for at in (ended - 1, ended + 59)
    ]
    details = [gate.check(raw, at).detail for raw, at in zip(codes, (ended - 1, ended + 59), strict=True)]
    assert details == ["no_index", "expired_certificate"]


@pytest.fixture
def files(tmp_path: Path) -> Path:
    rows = [
        [{"kid": kid, "public": public.hex()} for kid, public in keys.items()]
        for keys in (AUTHORITIES, {1: SIGNER.public})
    ]
    (tmp_path / "keys.json").write_text(json.dumps({"authorities": rows[0], "keys": rows[1]}))
    (tmp_path / "day.akl").write_bytes(list_file())
    (tmp_path / "revoked.akr").write_bytes(
        ride.seal_revoked([bytes(16)], NOON - 60, NOON + 60, CERTIFICATE, KEYS["issuer"])
    )
    return tmp_path


def run(files: Path, *arguments: str, text: str = "") -> Result:
    options = [word.replace("@", f"{files}/") for word in arguments]
    return CliRunner().invoke(command, options, input=text)


def test_the_command_verifies_lines_of_hex_off_line(files: Path) -> None:
    lines = [
        code_of().hex(),
        code_of().hex(),
        "",
        "no hex",
        "ab" * 600,
        code_of(6, account=b"r" * 16).hex(),
        code_of(account=bytes(16)).hex(),
    ]
    options = ("--keys", "@keys.json", "--list", "@day.akl", "--revoked", "@revoked.akr", "--at", str(NOON))
    done = run(files, "verify", *options, text="\n".join(lines))
    rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert [(row["line"], row["verdict"], row["detail"], row["colour"]) for row in rows] == [
        (1, "admit", "", "green"),
        (2, "deny", "already_used", "grey"),
        (6, "deny", "", "red"),
        (7, "deny", "revoked_authorisation", "grey"),
    ]
    assert rows[0]["index"] == GREEN
    assert rows[0]["say"]["zh"]
    assert done.exit_code == 1
    assert [line.split(":")[0] for line in done.stderr.splitlines()] == ["line 4", "line 5"]


def test_the_command_says_which_file_it_cannot_use(files: Path) -> None:
    (files / "cut.akr").write_bytes(b"AKR\x01")
    (files / "wrong.json").write_text('{"keys": []}')
    told = [
        run(files, "verify", "--keys", "@wrong.json").stderr,
        run(files, "verify", "--keys", "@keys.json", "--revoked", "@cut.akr", "--at", str(NOON)).stderr,
        run(files, "inspect", "8000").stderr,
        run(files, "inspect", "xyz").stderr,
    ]
    assert ["holds no authority's keys" in told[0], "cut.akr: bad_revocations" in told[1]] == [True, True]
    assert told[2:] == ["Error: This is no ride code: truncated.\n", "Error: This is not hex.\n"]


def test_the_command_shows_every_field_unverified(files: Path) -> None:
    shown = run(files, "inspect", text=code_of().hex()).stdout
    assert f"rider                  epoch {EPOCH}, index {GREEN}\n" in shown
    assert "generated              2020-07-21T12:00:00+08:00\n" in shown
    assert len(shown.splitlines()) == 16
