"""``ankang reason verify`` tells genuine from changed without a database."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ankang.core.statement_keys import PublicKey, write_keys
from tests.core.vectors import vectors

ANKANG = Path(sys.executable).parent / "ankang"
VECTORS = vectors("statement")


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """The issuer's list as a file."""
    path = tmp_path / "keys.json"
    listed = [PublicKey(int(kid), "SM2", key, 1_590_000_000) for kid, key in VECTORS["public_keys"].items()]
    path.write_text(write_keys("https://ankang.example", listed), encoding="utf-8")
    return path


def verify(keys: Path, presented: str, *options: str) -> tuple[int, str]:
    """The command's exit code and what it prints, with ``presented`` on standard input."""
    order = [str(ANKANG), "reason", "verify", "-", "--keys", str(keys), *options]
    done = subprocess.run(order, input=presented.encode(), capture_output=True, timeout=60, check=False)
    return done.returncode, done.stdout.decode() + done.stderr.decode()


def test_a_genuine_one_is_told_in_words(keys: Path) -> None:
    for presented in (VECTORS["genuine"]["file"], VECTORS["genuine"]["compact"]):
        code, words = verify(keys, presented, "--lang", "en")
        assert (code, words.splitlines()[0].startswith("GENUINE. Issued 2020-06-03T")) == (0, True)
        assert "Stayed in a medium-risk area" in words


def test_what_is_not_genuine_is_told_why_and_the_exit_code_says_so(keys: Path) -> None:
    for case in VECTORS["cases"]:
        code, words = verify(keys, case["presented"])
        expected = f"NOT GENUINE ({case['fault']})" if case["fault"] else "GENUINE."
        assert (case["about"], code, words.startswith(expected)) == (case["about"], int(bool(case["fault"])), True)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"format":"ankang-keys/2","issuer":"","keys":[]}', "{"])
def test_a_list_that_is_none_is_said_in_one_line(keys: Path, text: str) -> None:
    keys.write_text(text, encoding="utf-8")
    code, words = verify(keys, VECTORS["genuine"]["file"])
    assert (code, words.startswith("Error: cannot be read"), "Traceback" in words) == (1, True, False)


def test_a_list_that_gives_one_number_to_two_keys_is_refused(keys: Path) -> None:
    listed = json.loads(keys.read_text())
    keys.write_text(json.dumps(listed | {"keys": listed["keys"] * 2}))
    assert verify(keys, VECTORS["genuine"]["file"]) == (1, "Error: cannot be read: one number stands for two keys\n")
