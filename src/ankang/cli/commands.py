"""The list of commands, and how one is found without reading the others."""

import os
from importlib import import_module
from pathlib import Path

import click

COMMANDS = {
    "up": ("ankang.cli.up", "Start the whole product on one port; Ctrl-C stops it."),
    "gate": ("ankang.cli.gate", "Run the gate alone: pass, verify, scan."),
    "worker": ("ankang.cli.worker", "Run the background jobs alone."),
    "migrate": ("ankang.cli.migrate", "Bring the database's tables, keys and partitions up to date."),
    "colour": ("ankang.cli.colour", "Colours from anybody's evidence: JSON lines in and out, no database."),
    "list": ("ankang.cli.list", "Signed lists of those who are not green, for scanners without a network."),
    "scan": ("ankang.cli.scan", "Codes in, answers out, as a door without a network gives them."),
    "ride": ("ankang.cli.ride", "Ride codes off line: verify them as a transit gate does, read their fields."),
    "rules": ("ankang.cli.rules", "List, read, check, compare and verify the colour rules of this house."),
    "reason": ("ankang.cli.reason", "Signed reasons: check one, print the public keys."),
    "colours": ("ankang.cli.colours", "The colours on file: are they what the evidence says?"),
    "feed": ("ankang.cli.feed", "Send files of the feeds, and see what became of them."),
    "places": ("ankang.cli.places", "Hand in a list of organisations and checkpoints."),
    "policies": ("ankang.cli.places", "Who is admitted where: what holds, every version, its seal."),
    "staff": ("ankang.cli.staff", "Invite staff, list them, end their access."),
    "reference": ("ankang.cli.reference", "The reference of the API as files: pages, OpenAPI, errors."),
    "doctor": ("ankang.cli.doctor", "Say what is wrong, and what to do about it."),
    "demo": ("ankang.cli.demo", "The demonstration: residents, accounts, credentials for scripts."),
    "simulate": ("ankang.cli.simulate", "Drive a day in Ningguo through the real HTTP interface."),
    "retention": ("ankang.cli.retention", "Destroy what was kept long enough."),
    "keys": ("ankang.cli.keys", "List and rotate the keys."),
    "version": ("ankang.cli.version", "Print the versions of the product and of what it stands on."),
}
HIDDEN = {"groundwork": "ankang.cli.groundwork"}


class Commands(click.Group):
    """Reads a command's file when it is called; the overview needs none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The public commands, in the order one needs them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        module = COMMANDS[cmd_name][0] if cmd_name in COMMANDS else HIDDEN.get(cmd_name)
        if module is None:
            return None
        command = getattr(import_module(module), cmd_name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The overview."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the database, the keys and the gate's state.  [env: ANKANG_DATA; default: ./data]",
)
@click.option("--debug", is_flag=True, help="Show tracebacks.  [env: ANKANG_DEBUG]")
def ankang(data: Path | None, debug: bool) -> None:
    """安康码 · Ankang code: the open platform behind a province's citizen code.

    `ankang up --demo` starts everything with the Ningguo demonstration. Every setting is an environment
    variable that begins with ANKANG_; `ankang doctor --settings` lists them with their values.
    """
    override(data=str(data.expanduser().resolve()) if data else None, debug="1" if debug else None)


def override(**values: str | None) -> None:
    """Let an option of the command line win over the environment, for us and for every child."""
    given = {name: value for name, value in values.items() if value is not None}
    if not given:
        return
    from ankang.config.settings import load_settings

    for name, value in given.items():
        os.environ[f"ANKANG_{name.upper()}"] = value
    load_settings.cache_clear()


def main() -> None:
    """Run the command that was typed."""
    ankang(prog_name="ankang")
