"""``ankang scan`` as a gate's maker uses it: a real process, real files, one code a line."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ankang.core import chain, codes
from ankang.core.colours import Colour
from ankang.core.epochs import epoch_start, step_of
from ankang.core.sm import Sm2Signer
from tests.core.vectors import vectors

VECTORS, CODES = vectors("list"), vectors("code-d")
FOUR = epoch_start(VECTORS["terms"]["epoch"])
AT = FOUR + 1_800
SIGNER = Sm2Signer(bytes.fromhex(VECTORS["private"]), bytes.fromhex(VECTORS["keys"]["1"]))
SEED = bytes(16)


def shown(index: int, now: int = AT) -> str:
    header = codes.encode_header(1, index, FOUR, Colour.GREEN, 0, chain.anchor(SEED), "王*明")
    step = step_of(now)
    return codes.show(codes.sign_pass(header, SIGNER), bytes(16), step, chain.link(SEED, 1_440 - step))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    public = [{"kid": int(kid), "public": key} for kid, key in VECTORS["keys"].items()]
    (tmp_path / "keys.json").write_text(json.dumps({"keys": public}))
    for name in ("list_1", "list_2", "delta"):
        (tmp_path / name).write_bytes(bytes.fromhex(VECTORS[name]["data"]))
    return tmp_path


def scan(folder: Path, given: bytes, *options: object, at: int = AT) -> tuple[int, list[dict], str]:
    keys = ("--keys", folder / "keys.json", "--at", at)
    command = [sys.executable, "-m", "ankang.cli", "scan", *map(str, (*keys, *options))]
    done = subprocess.run(command, input=given, capture_output=True, check=False)
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr.decode().strip()


def short(rows: list[dict]) -> list[tuple[object, ...]]:
    return [(row["line"], row["verdict"], row["reason"], row["colour"], row["index"]) for row in rows]


def test_codes_are_answered_by_a_list_and_its_delta(folder: Path) -> None:
    given = "\n".join(shown(index) for index in (2, 77, 19152, 70000, 2)).encode()
    files = ("--list", folder / "list_1", "--list", folder / "delta")
    code, rows, said = scan(folder, given, *files)
    assert (code, said) == (0, "")
    assert short(rows) == [
        (1, "admit", "ok", "green", 2),
        (2, "deny", "colour", "red", 77),
        (3, "deny", "colour", "red", 19152),
        (4, "refer", "colour", "yellow", 70000),
        (5, "deny", "already_used", "grey", 2),
    ]
    assert rows[0] == {
        "line": 1, "at": AT, "verdict": "admit", "reason": "ok", "detail": "", "colour": "green", "name": "王*明",
        "index": 2, "say": {"zh": "请通行。", "en": "Please pass."},
    }  # fmt: skip


def test_a_place_and_a_direction_may_be_chosen(folder: Path) -> None:
    given, file = shown(0).encode(), ("--list", folder / "list_1")
    assert short(scan(folder, given, *file)[1]) == [(1, "refer", "colour", "yellow", 0)]
    assert short(scan(folder, given, *file, "--place", "school")[1]) == [(1, "deny", "colour", "yellow", 0)]
    assert short(scan(folder, given, *file, "--direction", "exit")[1]) == [(1, "admit", "ok", "yellow", 0)]


def test_bad_lines_are_named_and_the_good_ones_are_answered(folder: Path) -> None:
    lines = [b"\xef\xbb\xbf" + shown(2).encode(), b"\xff\xfe", b"", b"A" * 9_000, b"hello", shown(4).encode() + b"\r"]
    code, rows, said = scan(folder, b"\n".join(lines), "--list", folder / "list_1")
    assert (code, short(rows)) == (
        1,
        [(1, "admit", "ok", "green", 2), (5, "deny", "invalid", "grey", None), (6, "admit", "ok", "green", 4)],
    )
    named = "is not a line of text of at most 1,000 characters"
    assert said.splitlines() == [f"line 2: {named}", f"line 4: {named}"]


def test_with_no_list_or_one_that_is_too_old_everybody_is_referred(folder: Path) -> None:
    assert short(scan(folder, shown(2).encode())[1]) == [(1, "refer", "stale", "grey", 2)]
    late = FOUR + 3_600
    code, rows, _ = scan(folder, shown(2, late).encode(), "--list", folder / "list_1", at=late)
    assert (code, short(rows), rows[0]["detail"]) == (0, [(1, "refer", "stale", "grey", 2)], "too_old")


def test_a_list_that_is_refused_is_named_and_nobody_is_answered(folder: Path) -> None:
    (folder / "cut").write_bytes((folder / "list_1").read_bytes()[:150])
    code, rows, said = scan(folder, shown(2).encode(), "--list", folder / "cut")
    assert (code, rows) == (1, [])
    assert "cut: bad_signature" in said
    assert "other_issuer" in scan(folder, b"", "--list", folder / "list_1", "--issuer", 330000)[2]
    assert "rollback" in scan(folder, b"", "--list", folder / "list_2", "--list", folder / "list_1")[2]
    assert "wrong_base" in scan(folder, b"", "--list", folder / "delta")[2]


def test_a_running_gate_gets_each_answer_at_once(folder: Path) -> None:
    command = [sys.executable, "-m", "ankang.cli", "scan", "--keys", str(folder / "keys.json")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as door:
        assert door.stdin
        assert door.stdout
        for text in ("one", "two"):
            door.stdin.write(f"{text}\n")
            door.stdin.flush()
            assert json.loads(door.stdout.readline())["detail"] == "not_ankang"
        door.stdin.close()
        assert door.wait() == 0


def test_lists_of_withdrawals_are_lists_like_the_others_and_a_strict_door_wants_them(folder: Path) -> None:
    lost = VECTORS["withdrawals"][0]["list_1"]
    (folder / "lost").write_bytes(bytes.fromhex(lost["data"]))
    index, first = lost["entries"][0]
    assert first == 1  # a pass of the epoch's first second is void
    files = ("--list", folder / "list_1", "--list", folder / "lost")
    assert short(scan(folder, shown(index).encode(), *files)[1]) == [(1, "deny", "revoked", "grey", index)]
    assert short(scan(folder, shown(2).encode(), *files, "--strict")[1]) == [(1, "admit", "ok", "green", 2)]
    assert short(scan(folder, shown(2).encode(), *files[:2], "--strict")[1]) == [(1, "refer", "stale", "grey", 2)]
    assert short(scan(folder, shown(2).encode(), *files, "--limit", 1_800)[1]) == [(1, "refer", "stale", "grey", 2)]
