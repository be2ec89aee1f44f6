"""What commands without a database are given: files of lists, public keys, a moment."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from ankang.core.lists import ListFault
from ankang.core.rules.lines import LineFault, seconds

FILE = click.Path(dir_okay=False, exists=True, path_type=Path)
KEYS = click.option("--keys", "key_file", type=FILE, required=True, help="Public keys, as GET /g/v1/keys gives them.")
AT = click.option("--at", metavar="TIME", help="ISO 8601 (without zone: Shanghai) or unix seconds.  [default: now]")


@contextmanager
def said(path: Path) -> Iterator[None]:
    """A fault in the block is said with the file's name."""
    try:
        yield
    except (ListFault, ValueError) as fault:
        raise click.ClickException(f"{path}: {fault}") from None


def moment_of(text: str | None) -> int:
    """Unix seconds of what was typed after ``--at``; the present when nothing was."""
    if text is None:
        return int(time.time())
    try:
        return seconds(int(text) if text.isdigit() else text, "--at")
    except LineFault as fault:
        raise click.BadParameter(fault.message, param_hint="--at") from None


def public_keys(path: Path) -> dict[int, bytes]:
    """Key id → SM2 point, from a file as ``GET /g/v1/keys`` answers."""
    try:
        rows = json.loads(path.read_text())["keys"]
        found = {row["kid"]: bytes.fromhex(row["public"]) for row in rows}
        if len(found) != len(rows):
            raise ValueError
        return found
    except (KeyError, TypeError, ValueError):
        raise click.ClickException(f"{path} holds no public keys (see `--keys` in the help).") from None
