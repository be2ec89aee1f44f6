"""``ankang list`` as an issuer and a scanner's maker use it: real processes, real files."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.core.vectors import vectors

VECTORS, CODES = vectors("list"), vectors("code-d")
FOUR = CODES["epoch_start"]
NOON = FOUR + 8 * 3_600


def run(*options: object, given: str = "") -> tuple[int, list[str], str]:
    command = [sys.executable, "-m", "ankang.cli", "list", *map(str, options)]
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout.splitlines(), done.stderr.strip()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Keys, and what is published, as the vectors have them."""
    public = [{"kid": int(kid), "public": key} for kid, key in VECTORS["keys"].items()]
    (tmp_path / "keys.json").write_text(json.dumps({"keys": public}))
    sign = {"kid": 1, "private": VECTORS["private"], "public": VECTORS["keys"]["1"]}
    (tmp_path / "sign.json").write_text(json.dumps(sign))
    for name in ("list_1", "list_2", "delta"):
        (tmp_path / name).write_bytes(bytes.fromhex(VECTORS[name]["data"]))
    return tmp_path


def build(folder: Path, text: str, *more: object) -> tuple[int, list[str], str]:
    (folder / "colours.txt").write_text(text)
    where = ("--key", folder / "sign.json", "--issuer", 340000, "--space", 131072)
    return run("build", folder / "colours.txt", *where, *more)


def test_what_is_built_is_verified_and_looked_up(folder: Path) -> None:
    out, keys = folder / "new.akl", ("--keys", folder / "keys.json", "--at", FOUR)
    built = build(folder, "index colour\n5 red\n6 green\n\n7 grey\n", "--sequence", 1, "--at", FOUR, "--out", out)
    assert built == (0, [f"{out}: {out.stat().st_size:,} bytes"], "")
    assert run("verify", out, *keys) == (0, ["good: sequence 1, 2 entries, until 2020-07-21T05:00:00+08:00"], "")
    assert run("lookup", out, *keys, 5, 6, 7) == (0, ["5 red", "6 green", "7 grey"], "")
    assert run("lookup", out, *keys, given="5\n131072\n") == (1, ["5 red", "131072 refused: outside"], "")


def test_a_second_list_comes_with_its_delta_and_both_say_the_same(folder: Path) -> None:
    first, second, delta = (folder / name for name in ("1.akl", "2.akl", "1-2.akd"))
    free = folder / "free.txt"
    free.write_text("\n".join(map(str, range(100_000, 106_000))))
    padded = ("--free", free, "--grain", 16)
    build(folder, "5 red\n6 yellow\n", "--sequence", 1, "--at", FOUR, "--out", first, *padded)
    more = ("--base", first, "--delta", delta, *padded)
    code, _, said = build(folder, "5 grey\n8 red\n", "--sequence", 2, "--at", FOUR + 1_800, "--out", second, *more)
    assert (code, said) == (0, "")
    keys = ("--keys", folder / "keys.json", "--at", FOUR + 3_700)
    asked = [5, 6, 8, *range(100_000, 106_000, 50)]
    led_on = run("lookup", first, "--delta", delta, *keys, *asked)
    assert led_on == run("lookup", second, *keys, *asked)
    assert led_on[1][:3] == ["5 grey", "6 green", "8 red"]
    assert {line.split()[1] for line in led_on[1][3:]} > {"green"}


def test_a_header_is_shown(folder: Path) -> None:
    said = VECTORS["delta"]["header"]
    assert run("inspect", folder / "delta") == (
        0,
        [
            "kind         delta",
            "indices      day",
            "issuer       340000",
            "epoch        18464 (from 2020-07-21T04:00:00+08:00)",
            "sequence     2",
            "not before   2020-07-21T04:30:00+08:00",
            "next update  2020-07-21T05:30:00+08:00",
            "space        131,072",
            "entries      7",
            "key id       1",
            f"digest       {said['digest']}",
            "base         1",
            f"base digest  {said['base_digest']}",
        ],
        "",
    )


def test_a_whole_code_is_checked_and_looked_up(folder: Path) -> None:
    listed = folder / "noon.akl"
    where = ("--key", folder / "sign.json", "--issuer", 340000, "--sequence", 1, "--at", NOON, "--out", listed)
    (folder / "colours.txt").write_text(f"{CODES['pass']['index']} yellow\n")
    run("build", folder / "colours.txt", *where)
    text, keys = CODES["step_480"]["text"], ("--keys", folder / "keys.json")
    assert run("lookup", listed, *keys, "--at", NOON, text) == (0, [f"{CODES['pass']['index']} yellow"], "")
    late = run("lookup", listed, *keys, "--at", NOON + 300, text)
    assert late == (1, [f"{text} refused: expired_step"], "")


@pytest.mark.parametrize(
    ("what", "fault"),
    [
        (("list_1", "--at", FOUR + 3_600), "list_1: too_old: should have been replaced by now"),
        (("list_1", "--at", FOUR - 86_400), "list_1: other_epoch: belongs to another epoch"),
        (("list_1", "--issuer", 330000, "--at", FOUR), "list_1: other_issuer: belongs to another province"),
        (("delta", "--at", FOUR), "delta: wrong_base: applies to another list than the one that is held"),
        (("keys.json", "--at", FOUR), "keys.json: not_a_list: does not begin like a list"),
    ],
)
def test_a_refusal_names_the_file_and_the_fault(folder: Path, what: tuple[object, ...], fault: str) -> None:
    file, *more = what
    refused = run("verify", folder / str(file), "--keys", folder / "keys.json", *more)
    assert refused == (1, [], f"Error: {folder}/{fault}")


def test_an_old_list_with_its_delta_is_fresh(folder: Path) -> None:
    keys = ("--keys", folder / "keys.json", "--at", FOUR + 3_700)
    assert run("verify", folder / "list_1", *keys, "--delta", folder / "delta") == run(
        "verify", folder / "list_2", *keys
    )


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("5 red\n5 grey\n", "an index comes twice"),
        ("131072 red\n", "an index lies outside the index space"),
        ("5 blue\n", "line 1 is not \"INDEX COLOUR\": '5 blue'"),
        ("5 red\n-1 red\n", "line 2 is not \"INDEX COLOUR\": '-1 red'"),
    ],
)
def test_a_source_that_cannot_be_used_builds_nothing(folder: Path, text: str, fault: str) -> None:
    out = folder / "new.akl"
    done = build(folder, text, "--sequence", 1, "--at", FOUR, "--out", out)
    assert done == (1, [], f"Error: {folder}/colours.txt: {fault}")
    assert not out.exists()


def test_withdrawals_are_built_led_on_and_looked_up(folder: Path) -> None:
    first, second, delta = (folder / name for name in ("1.akl", "2.akl", "1-2.akd"))
    build(folder, "index number\n5 1\n6 2\n", "--withdrawn", "--paper", "--sequence", 1, "--at", FOUR, "--out", first)
    more = ("--base", first, "--delta", delta, "--out", second)
    code, _, said = build(folder, "6 3\n", "--withdrawn", "--paper", "--sequence", 2, "--at", FOUR + 60, *more)
    assert (code, said) == (0, "")
    asked = ("--keys", folder / "keys.json", "--at", FOUR + 60, 5, 6, 7)
    assert run("lookup", first, *asked) == (0, ["5 1", "6 2", "7 0"], "")
    led_on = run("lookup", first, "--delta", delta, *asked)
    assert led_on == run("lookup", second, *asked) == (0, ["5 0", "6 3", "7 0"], "")
    bad = build(folder, "5 256\n", "--withdrawn", "--paper", "--sequence", 1, "--at", FOUR, "--out", first)
    assert (bad[0], "line 1 is not" in bad[2]) == (1, True)
