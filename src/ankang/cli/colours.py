"""``ankang colours``."""

from datetime import UTC, datetime
from typing import Any

import click

from ankang.cli.standing import prepared
from ankang.cli.words import in_plain_words, piece

CHUNK = 20_000


@click.group()
def colours() -> None:
    """The colours on file: are they what the evidence says?"""


@colours.command()
@click.option("--mend", is_flag=True, help="Evaluate those found wrong anew; each correction is a row of the feed.")
@in_plain_words()
def audit(mend: bool) -> None:
    """Compare every stored colour with the evidence, the rules in force and the areas.

    A colour that nothing explains was written past the engine. Exit code 1 when there is one and it was not mended.
    """
    now = datetime.now(UTC)
    with prepared():
        found = _compare(now)
        click.echo(f"{found.checked} colours were compared; {len(found.wrong)} are not what the evidence says.")
        for person in found.wrong[:20]:
            click.echo(f"  person {person}")
        if len(found.wrong) > 20:
            click.echo(f"  … and {len(found.wrong) - 20} more")
        if found.wrong and mend:
            _put_right(found.wrong, now)
        elif found.wrong:
            raise SystemExit(1)


def _compare(now: datetime) -> Any:
    with click.progressbar(length=1, label="comparing", show_pos=False) as bar:

        def advance(seen: int, total: int) -> None:
            bar.length = total
            bar.update(seen - bar.pos)

        return piece("ankang.health.services", "audit_colours")(now, advance)


def _put_right(wrong: list[int], now: datetime) -> None:
    from django.db import transaction

    changed = 0
    for at in range(0, len(wrong), CHUNK):
        with transaction.atomic():
            changed += piece("ankang.health.services", "check_people_in_bulk")(wrong[at : at + CHUNK], now)
    click.echo(f"{changed} people have another colour now.")
