"""``ankang list``: the signed list of everybody who is not green, for scanners without a network. No database, but
for ``publish`` and ``keys``.
"""

import json
import os
import random
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import numpy as np

from ankang.cli.given import AT, FILE, KEYS, moment_of, public_keys, said
from ankang.cli.standing import prepared
from ankang.cli.words import in_plain_words, piece
from ankang.core import lists as core
from ankang.core.codes import CodeFault, check_as_stranger, parse
from ankang.core.colours import Colour
from ankang.core.epochs import epoch_of, epoch_start
from ankang.core.sm import Sm2Signer

NEW_FILE = click.Path(dir_okay=False, path_type=Path)
COLOURS = {colour.slug: colour for colour in core.LISTED}
DELTAS = click.option("--delta", "deltas", type=FILE, multiple=True, help="A delta to apply; in order, any number.")


@click.group("list")
def lists() -> None:
    """Signed lists of those who are not green, for scanners without a network; their format is in docs/list-format.md.

    ankang list build codes.txt --key sign.json --issuer 340000 --sequence 1 --out day.akl
    """


list = lists  # the command's name, by which it is found


@lists.command()
@click.argument("source", type=FILE)
@click.option("--key", "key_file", type=FILE, required=True, help="JSON: kid, private and public in hex.")
@click.option("--out", type=NEW_FILE, required=True, help="Where the full list goes.")
@click.option("--issuer", type=click.IntRange(100_000, 999_999), required=True, help="GB/T 2260 code, six digits.")
@click.option("--sequence", type=click.IntRange(1), required=True, help="Counts up within an epoch.")
@click.option("--space", type=click.IntRange(1, core.SIZE_MOST), default=core.SIZE_MOST, help="Indices are below it.")
@click.option("--paper", is_flag=True, help="The permanent indices of sheets.")
@click.option("--withdrawn", is_flag=True, help="Withdrawn passes or sheets instead of colours: lines of INDEX NUMBER.")
@AT
@click.option("--minutes", type=click.IntRange(1), default=60, show_default=True, help="Too old after so long.")
@click.option("--base", type=FILE, help="The list before this one; then a delta is made too.")
@click.option("--delta", type=NEW_FILE, help="Where the delta from --base goes.")
@click.option("--free", type=FILE, help="Indices that are never issued, one a line: decoys are taken from them.")
@click.option("--grain", type=click.IntRange(1), default=64, show_default=True, help="Numbers are blurred by this.")
@in_plain_words()
def build(
    source: Path, key_file: Path, out: Path, issuer: int, sequence: int, space: int, paper: bool, withdrawn: bool,
    at: str | None, minutes: int, base: Path | None, delta: Path | None, free: Path | None, grain: int,
) -> None:  # fmt: skip
    """Build and sign a list from lines of "INDEX COLOUR" (grey, yellow, red); green ones are left out.

    With --withdrawn the number is the second of the epoch from which passes count again or, with --paper too, the highest
    generation of sheets that is void. A list is valid from --at on, in the epoch of --at.
    """
    if (base is None) != (delta is None):
        raise click.UsageError("--base and --delta go together.")
    if withdrawn and free:
        raise click.UsageError("Lists of withdrawals have no decoys: leave --free out.")
    moment = moment_of(at)
    kid, signer = _signer(key_file)
    kind = core.Indices.PAPER if paper else core.Indices.DAY
    kind = kind.withdrawals if withdrawn else kind
    header = core.Header(kid, kind, issuer, epoch_of(moment), sequence, moment, moment + 60 * minutes, space)
    with said(source):
        rest = core.NOT_WITHDRAWN if withdrawn else Colour.GREEN
        real = core.entries(_numbers(source, kind) if withdrawn else _pairs(source), space, rest)
    before = _unsealed(base, {kid: signer.public}) if base else None
    published = _padded(real, before, free, grain)
    with said(out):
        written = [(out, core.seal_list(header, published, signer))]
        if before and delta:
            written.append((delta, core.seal_delta(before, header, published, signer)))
    for path, data in written:
        _write(path, data)
        click.echo(f"{path}: {len(data):,} bytes")


@lists.command()
@click.argument("source", type=FILE)
@in_plain_words()
def inspect(source: Path) -> None:
    """Print the header of a list or delta. The signature is NOT checked; `verify` does that."""
    with said(source):
        header = core.unpack(source.read_bytes())
    for name, value in _facts(header).items():
        click.echo(f"{name:12} {value}")


@lists.command()
@click.argument("source", type=FILE)
@KEYS
@DELTAS
@click.option("--issuer", type=int, help="Refuse what another province issued.")
@AT
@in_plain_words()
def verify(source: Path, key_file: Path, deltas: tuple[Path, ...], issuer: int | None, at: str | None) -> None:
    """Take a list and its deltas as a scanner would; exit code 1 and the fault when it would refuse."""
    moment = moment_of(at)
    held = _held(source, deltas, public_keys(key_file), issuer, moment)
    with said(source):
        held.require_fresh(moment)
    header = held.header
    click.echo(f"good: sequence {header.sequence}, {header.count:,} entries, until {_when(header.next_update)}")


@lists.command()
@click.argument("source", type=FILE)
@click.argument("codes", nargs=-1)
@KEYS
@DELTAS
@AT
@in_plain_words()
def lookup(source: Path, codes: tuple[str, ...], key_file: Path, deltas: tuple[Path, ...], at: str | None) -> None:
    """Colours of codes ("AK1:…") or plain indices; from standard input, one a line, when none are given. Of a list of
    withdrawals the numbers, 0 for what is not in it.

    One line each: the index, and its colour or the fault. A code's signature, chain and minute are checked too.
    """
    moment, keys = moment_of(at), public_keys(key_file)
    held = _held(source, deltas, keys, None, moment)
    failed = False
    for text in codes or (line.rstrip("\r\n") for line in sys.stdin):
        try:
            index = _index(text, keys, held.header.epoch, moment)
            held.require_fresh(moment)
            value = held.content.value_of(index)
            click.echo(f"{index} {value if held.header.indices.is_withdrawals else Colour(value).slug}")
        except (core.ListFault, CodeFault) as fault:
            failed = True
            click.echo(f"{text} refused: {fault.detail}")
    sys.exit(1 if failed else 0)


@lists.command()
@click.option("--due", is_flag=True, help="Only what is due, as the worker does each minute.")
@in_plain_words()
def publish(due: bool) -> None:
    """Publish the lists of this house now, from the colours on file, into its folder of lists.

    The worker does this every minute. Nothing is published while another worker is at it.
    """
    with prepared() as settings:
        found = piece("ankang.passage.lists", "publish_lists")(datetime.now(UTC), everything=not due)
    for one in found:
        sizes = f"list {one.full:,} bytes, delta {one.delta:,} bytes"
        click.echo(f"{settings.lists_folder / one.chain.folder}: {one.sequence}, {one.entries:,} entries, {sizes}")
    if not found:
        click.echo("Nothing was published: no region yet, another worker at it, or (--due) nothing is due.")


@lists.command("keys")
@in_plain_words()
def list_keys() -> None:
    """Print the public keys of this house as `--keys` wants them; the same as GET /g/v1/keys."""
    with prepared():
        found = piece("ankang.trust.keyring", "keyring")().code_keys()
    rows = [{"kid": kid, "alg": "SM2", "public": public.hex()} for kid, public in found.items()]
    click.echo(json.dumps({"keys": rows}, indent=1))


def _index(text: str, keys: dict[int, bytes], epoch: int, moment: int) -> int:
    if text.isascii() and text.isdigit() and len(text) <= 10:
        return int(text)
    code = parse(text)
    check_as_stranger(code, keys, moment)
    if code.epoch != epoch:
        raise core.ListFault("other_epoch")
    return code.index


def _pairs(source: Path) -> Iterator[tuple[int, Colour]]:
    for number, line in enumerate(source.read_text(encoding="utf-8-sig").splitlines(), 1):
        words = line.split()
        if not words or words == ["index", "colour"]:
            continue
        if len(words) != 2 or not words[0].isdigit() or words[1] not in {*COLOURS, "green"}:
            raise ValueError(f'line {number} is not "INDEX COLOUR": {line[:40]!r}')
        if words[1] != "green":
            yield int(words[0]), COLOURS[words[1]]


def _numbers(source: Path, kind: core.Indices) -> Iterator[tuple[int, int]]:
    for number, line in enumerate(source.read_text(encoding="utf-8-sig").splitlines(), 1):
        words = line.split()
        if not words or words == ["index", "number"]:
            continue
        if len(words) != 2 or not all(word.isdigit() for word in words) or not 1 <= int(words[1]) <= kind.value_most:
            raise ValueError(f'line {number} is not "INDEX NUMBER" with 1 to {kind.value_most:,}: {line[:40]!r}')
        yield int(words[0]), int(words[1])


def _padded(real: core.Entries, before: core.Sealed | None, free: Path | None, grain: int) -> core.Entries:
    if free is None:
        return real
    with said(free):
        unused = np.array([int(line) for line in free.read_text().split()], np.uint32)
        chance = random.SystemRandom()
        if before is None:
            return core.pad(real, unused, grain, chance).published
        return core.pad_next(core.resume(before.content, unused, grain), real, chance).published


def _held(source: Path, deltas: tuple[Path, ...], keys: dict[int, bytes], issuer: int | None, moment: int) -> core.Held:
    """The list of the moment's epoch with its deltas; whether it is fresh is asked when it answers."""
    with said(source):
        data = source.read_bytes()
        header = core.unpack(data)
        wanted = header.issuer if issuer is None else issuer
        terms = core.Terms(wanted, epoch_of(moment), keys, header.indices)
        held = core.take_list(data, terms)
    for path in deltas:
        with said(path):
            held = core.take_delta(held, path.read_bytes(), terms)
    return held


def _unsealed(path: Path, keys: dict[int, bytes]) -> core.Sealed:
    with said(path):
        sealed = core.unseal_file(path.read_bytes(), keys)
        if sealed.header.is_delta:
            raise core.ListFault("wrong_base")
        return sealed


def _facts(header: core.Header) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "kind": "delta" if header.is_delta else "list",
        "indices": header.indices.name.lower(),
        "issuer": header.issuer,
        "epoch": f"{header.epoch} (from {_when(epoch_start(header.epoch))})",
        "sequence": header.sequence,
        "not before": _when(header.not_before),
        "next update": _when(header.next_update),
        "space": f"{header.size:,}",
        "entries": f"{header.count:,}",
        "key id": header.kid,
        "digest": header.digest.hex(),
    }
    if header.is_delta:
        facts |= {"base": header.base_sequence, "base digest": header.base_digest.hex()}
    return facts


def _when(moment: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S+08:00", time.gmtime(moment + 28_800))


def _signer(path: Path) -> tuple[int, Sm2Signer]:
    try:
        row = json.loads(path.read_text())
        return row["kid"], Sm2Signer(bytes.fromhex(row["private"]), bytes.fromhex(row["public"]))
    except (KeyError, TypeError, ValueError):
        raise click.ClickException(f"{path} holds no signing key: kid, private, public in hex.") from None


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all: whoever serves the folder never serves half a list."""
    new = path.with_name(f".{path.name}.new")
    new.write_bytes(data)
    os.replace(new, path)
