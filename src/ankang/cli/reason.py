"""``ankang reason``: check a signed reason without a database or a network, and print the keys to check it by."""

import sys
from datetime import datetime
from pathlib import Path

import click

from ankang.cli.standing import prepared
from ankang.cli.words import in_plain_words
from ankang.core.rules.lines import SHANGHAI
from ankang.core.statement_keys import KeyListFault, read_keys, write_keys
from ankang.core.statements import LIMIT, Statement, StatementFault, verify_statement

FAULTS = {
    "too_large": f"longer than {LIMIT:,} bytes; nothing was read",
    "bad_json": "this is neither a file nor a compact form (AKR1:…) of a signed reason, or it was cut",
    "bad_format": "fields are missing, added, or written in another way",
    "unknown_key": "signed with a key that is not in the list; fetch the issuer's list anew",
    "foreign_key": "forged: it claims a key of the issuer and brings another one along",
    "bad_signature": "changed after it was signed, or signed by somebody else",
}


@click.group()
def reason() -> None:
    """Signed reasons of yellow and red codes: check one, print the public keys. See docs/reasons.md."""


@reason.command()
@click.argument("file", type=click.File("rb"))
@click.option(
    "--keys",
    "keys_file",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The issuer's /.well-known/ankang-keys.json.",
)
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True, help="Of the reasons.")
def verify(file: click.utils.LazyFile, keys_file: Path, lang: str) -> None:
    """Say whether FILE (- for standard input) is genuine, and what it says. Exit code 1: it is not.

    FILE is the downloaded file, or the text of the QR code. Needs no database and no network.
    """
    with in_plain_words():
        try:
            keys = read_keys(keys_file.read_text(encoding="utf-8-sig"))
            verified = verify_statement(file.read(LIMIT + 1).decode(), keys)
        except (KeyListFault, UnicodeDecodeError) as fault:
            raise click.ClickException(f"cannot be read: {fault}") from None
        except StatementFault as fault:
            click.echo(f"NOT GENUINE ({fault.code}): {FAULTS[fault.code]}.")
            sys.exit(1)
        click.echo(_words(verified.statement, lang))


@reason.command()
@in_plain_words()
def keys() -> None:
    """Print the public keys as they are published under /.well-known/ankang-keys.json."""
    with prepared() as settings:
        from ankang.health.services.statements import published_keys

        click.echo(write_keys(settings.address, published_keys()), nl=False)


def _words(said: Statement, lang: str) -> str:
    lines = [
        f"GENUINE. Issued {_when(said.issued_at)} by {said.issuer.url} with key {said.kid}. It says what was so then.",
        f"{said.colour}  since {_when(said.since)}  until {_when(said.until)}",
        f"holder   {said.holder.name}  {said.holder.document_kind} {said.holder.document}",
        f"rules    {said.rule_set.name}/{said.rule_set.version}  SM3 {said.rule_set.digest}",
    ]
    for one in said.reasons:
        lines += [
            f"{one.rule}  {one.text.word(lang)}",
            f"         since {_when(one.since)}, until {_when(one.until)}; ends: {one.ends_when.word(lang)}",
            f"         {one.source}",
            f"         evidence {', '.join(one.evidence)}",
        ]
    return "\n".join([*lines, said.appeal.word(lang)])


def _when(seconds: int | None) -> str:
    return "–" if seconds is None else datetime.fromtimestamp(seconds, SHANGHAI).isoformat(timespec="minutes")
