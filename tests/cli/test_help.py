"""The command line explains itself, and its faults are sentences."""

import json
from pathlib import Path

import pytest

from ankang.cli.commands import COMMANDS

from .conftest import Run

SUBCOMMANDS = {
    "demo": ["seed", "accounts", "credentials"],
    "keys": ["list", "rotate"],
    "list": ["build", "inspect", "verify", "lookup", "publish", "keys"],
    "reason": ["verify", "keys"],
    "retention": ["run"],
    "staff": ["invite", "list", "deactivate", "roles", "permissions"],
    "ride": ["verify", "inspect", "keys"],
    "rules": ["list", "show", "check", "diff", "verify"],
}


def test_help_lists_every_command(ankang: Run) -> None:
    shown = ankang("--help").stdout
    lines = shown.split("Commands:\n")[1].splitlines()
    listed = {line.split()[0]: line.split(maxsplit=1)[1] for line in lines if line.strip()}
    assert listed == {name: text for name, (_, text) in COMMANDS.items()}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(ankang: Run, command: str) -> None:
    done = ankang(command, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"Usage: ankang {command}")
    for subcommand in SUBCOMMANDS.get(command, []):
        assert f"  {subcommand} " in done.stdout


def test_a_setting_that_cannot_be_used_is_one_sentence(ankang: Run) -> None:
    done = ankang("doctor", ANKANG_PORT="eighty")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "Error: A setting cannot be used. ANKANG_PORT: input should be a valid integer, "
        "unable to parse string as an integer (not 'eighty').\n"
    )


def test_settings_are_printed_without_the_password(ankang: Run) -> None:
    done = ankang("doctor", "--settings", ANKANG_DATABASE_URL="postgresql://city:secret@db.example/ankang")
    assert "ANKANG_DATABASE_URL=postgresql://city@db.example/ankang\n" in done.stdout
    assert "secret" not in done.stdout


def test_demo_accounts_without_a_demonstration_say_what_to_do(ankang: Run) -> None:
    done = ankang("demo", "accounts")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == ("Error: There is no demonstration yet; run `ankang demo seed`, or `ankang up --demo`.\n")


def test_the_reference_of_the_api_is_written_from_the_code_alone(ankang: Run, tmp_path: Path) -> None:
    done = ankang("reference", str(tmp_path), ANKANG_DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads((tmp_path / "openapi.json").read_text())["openapi"].startswith("3.1")
    assert "/api/v1/me" in (tmp_path / "index.html").read_text()
    assert (tmp_path / "errors.md").read_text() == Path("docs/errors.md").read_text()
