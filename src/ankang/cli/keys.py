"""``ankang keys``."""

from datetime import UTC, datetime

import click

from ankang.cli.standing import prepared
from ankang.cli.words import in_plain_words


@click.group()
def keys() -> None:
    """List and rotate the keys. A key's secret is never shown."""


@keys.command("list")
@in_plain_words()
def list_keys() -> None:
    """Print every key: purpose, number, algorithm, since when, until when."""
    with prepared():
        from ankang.trust.models import DayKey, Key

        for key in Key.objects.order_by("purpose", "kid"):
            until = f"until {key.not_after:%Y-%m-%d}" if key.not_after else "in use"
            click.echo(
                f"{key.purpose:<14} {key.kid:>3}  {key.alg:<9} since {key.not_before:%Y-%m-%d}  {until}"
            )
        living = DayKey.objects.filter(secret__isnull=False).order_by("day")
        first, last = living.first(), living.last()
        destroyed = DayKey.objects.filter(secret__isnull=True).count()
        if first and last:
            click.echo(f"days           {first.day} to {last.day}; {destroyed} destroyed")


@keys.command()
@click.argument("purpose")
@in_plain_words()
def rotate(purpose: str) -> None:
    """Make the next key of PURPOSE; older ones still read.

    PURPOSE is code_sign, data:base or data:people. The others are derived from for ever and stay.
    """
    with prepared():
        from ankang.trust.services import ROTATABLE, NotRotatable, rotate_key

        try:
            kid = rotate_key(purpose, datetime.now(UTC))
        except NotRotatable as error:
            choices = ", ".join(sorted(ROTATABLE))
            raise click.ClickException(f"{purpose} cannot be rotated; what can: {choices}.") from error
    click.echo(f"{purpose} has the new key {kid}; gates take it up within seconds.")
