"""``ankang ride``: ride codes off line, as a transit gate checks them. No database, no network, no settings; but for ``keys``."""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import click

from ankang.cli.given import AT, FILE, moment_of, public_keys, said
from ankang.cli.standing import prepared
from ankang.cli.words import in_plain_words, piece
from ankang.core import lists
from ankang.core.codes import CodeFault
from ankang.core.policies import BY_SLUG
from ankang.core.ride import Authority, RideAnswer, RideGate, parse_ride, read_certificate, read_revoked, read_rider
from ankang.core.verdicts import Direction, sentence

LINE_MOST = 1_000
"""Characters; a code has 728 hex digits at most."""
FOREIGN = "foreign_issuer"
SAY = {
    FOREIGN: {
        "zh": "外省乘车码，签发真实；颜色不在本省名单里，请人工核对",
        "en": "A ride code of another house, authentic; its colour is in no list of ours: please check in person",
    }
}
"""What has words of its own; everything else says its reason."""
DIRECTIONS = {direction.slug: direction for direction in Direction}


@click.group()
def ride() -> None:
    """Ride codes of the transport ministry's layout, off line; the format is in docs/ride-format.md.

    ankang ride verify --keys ankang-ride-keys.json --list day.akl < codes.txt
    """


@ride.command()
@click.option("--keys", "key_file", type=FILE, required=True, help="From /.well-known/ankang-ride-keys.json.")
@click.option("--list", "sources", type=FILE, multiple=True, help="A day list or a delta; lists first, any number.")
@click.option("--revoked", "revoked_file", type=FILE, help="From /.well-known/ankang-ride-revoked.akr.")
@AT
@click.option("--place", type=click.Choice(list(BY_SLUG)), default="station", show_default=True, help="Whose policy.")
@click.option("--direction", type=click.Choice(list(DIRECTIONS)), default="entry", show_default=True)
@in_plain_words()
def verify(
    key_file: Path, sources: tuple[Path, ...], revoked_file: Path | None, at: str | None, place: str, direction: str
) -> None:
    """Read codes in hex from standard input, one a line; write one JSON line for each: verdict, reason, detail, colour.

    Each is checked by three chained SM2 signatures, its times, the revocations, the list and the place's policy, and a
    code is admitted once. Without --at each is checked at the moment it comes. Without a list nobody's colour is known: all
    are referred to the staff. The exit code is 1 when a line was no text of hex.
    """
    fixed = None if at is None else moment_of(at)
    began = time.time() if fixed is None else fixed
    known = authorities(key_file)
    gate = RideGate(known, _held(sources, key_file), policy=BY_SLUG[place].policy, issuer=issuer_of(key_file))
    if revoked_file:
        with _named(revoked_file):
            gate.revoked = read_revoked(revoked_file.read_bytes(), gate.authorities, began)
    failed = 0
    for number, raw in _lines(sys.stdin.buffer):
        if raw is None:
            failed += 1
            print(f"line {number}: is not hex of at most {LINE_MOST:,} characters", file=sys.stderr)
            continue
        moment = time.time() if fixed is None else fixed
        answer = gate.check(raw, moment, DIRECTIONS[direction])
        print(json.dumps(_row(number, answer, moment), ensure_ascii=False), flush=fixed is None)
    sys.exit(1 if failed else 0)


@ride.command()
@click.argument("code", required=False)
@in_plain_words()
def inspect(code: str | None) -> None:
    """Print every field of CODE (hex; from standard input when it is not given). NOTHING is verified; `verify` does that."""
    try:
        raw = bytes.fromhex(code if code is not None else sys.stdin.readline(LINE_MOST + 1))
    except ValueError:
        raise click.ClickException("This is not hex.") from None
    try:
        facts = _facts(raw)
    except CodeFault as fault:
        raise click.ClickException(f"This is no ride code: {fault.detail}.") from None
    for name, value in facts.items():
        click.echo(f"{name:22} {value}")


@ride.command()
@in_plain_words()
def keys() -> None:
    """Print what `--keys` wants: the same as GET /.well-known/ankang-ride-keys.json."""
    with prepared():
        found = piece("ankang.scenes.rides.services", "public_keys")(datetime.now(UTC))
    click.echo(json.dumps(found, indent=1))


def authorities(path: Path) -> dict[int, Authority]:
    """Number → authority, of the file that gates are set up with."""
    try:
        rows = json.loads(path.read_text())["authorities"]
        numbers = [row["kid"] for row in rows]
        found = {row["kid"]: _authority(row) for row in rows}
        if not found or any(not isinstance(number, int) for number in numbers):
            raise ValueError
    except (AttributeError, KeyError, TypeError, ValueError):
        raise click.ClickException(f"{path} holds no authority's keys (see `--keys` in the help).") from None
    twice = sorted({number for number in numbers if numbers.count(number) > 1})
    if twice:
        raise click.ClickException(f"{path} names authority {twice[0]} twice: a gate could not tell which of them is meant.")
    return found


def _authority(row: dict[str, Any]) -> Authority:
    public, ends = bytes.fromhex(row["public"]), row.get("not_after")
    if len(public) != 65 or not (ends is None or isinstance(ends, int)):
        raise ValueError
    return Authority(public, ends, row.get("foreign", False) is True)


def issuer_of(path: Path) -> str | None:
    """Our own eight digits in that file; None in one that does not say."""
    found = json.loads(path.read_text()).get("issuer")
    return found if isinstance(found, str) and len(found) == 8 else None


def _held(sources: tuple[Path, ...], key_file: Path) -> list[lists.Held]:
    held: dict[tuple[int, int, int], lists.Held] = {}
    for path in sources:
        with said(path):
            data = path.read_bytes()
            header = lists.unpack(data)
            chain, keys = (header.indices, header.issuer, header.epoch), public_keys(key_file)
            terms, before = lists.Terms(header.issuer, header.epoch, keys, header.indices), held.get(chain)
            taken = (
                lists.take_delta(before, data, terms) if header.is_delta and before else lists.take_list(data, terms)
            )
            held[chain] = taken
    return list(held.values())


def _lines(source: IO[bytes]) -> Iterator[tuple[int, bytes | None]]:
    """Number and bytes of each line that is not empty; None for what is no hex or too long."""
    number = 0
    while raw := source.readline(LINE_MOST + 2):
        number += 1
        while not raw.endswith(b"\n") and len(raw) > LINE_MOST:
            rest = source.readline(LINE_MOST)
            raw = b"?" + rest if rest else b"?\n"
        try:
            code = bytes.fromhex(raw.decode("ascii").strip())
        except ValueError:
            yield number, None
            continue
        if code:
            yield number, code


def _row(number: int, answer: RideAnswer, moment: float) -> dict[str, object]:
    code = answer.code
    rider = read_rider(code.authorisation.custom) if code else None
    return {
        "line": number,
        "at": int(moment),
        "verdict": answer.verdict.slug,
        "reason": answer.reason.slug,
        "detail": answer.detail,
        "colour": answer.colour.slug,
        "issuer": code.authorisation.issuer if code else None,
        "account": code.authorisation.account.hex() if code else None,
        "index": rider.index if rider and answer.detail != FOREIGN else None,
        "generated": code.generated if code else None,
        "limit": code.authorisation.limit if code else None,
        "say": SAY.get(answer.detail) or {lang: sentence(answer.reason, lang, verdict=answer.verdict) for lang in ("zh", "en")},
    }


def _facts(raw: bytes) -> dict[str, object]:
    code = parse_ride(raw)
    authorisation, certificate = code.authorisation, read_certificate(code.authorisation.certificate)
    rider = read_rider(authorisation.custom)
    return {
        "bytes": len(raw),
        "certificate": f"authority {certificate.kid}, issuer {certificate.issuer}, serial {certificate.serial}",
        "certificate ends": f"{certificate.month[0]}-{certificate.month[1]:02}",
        "issuer's key": certificate.public.hex(),
        "payment account": authorisation.account.hex(),
        "card account": authorisation.card,
        "issuer, platform": f"{authorisation.issuer}, {authorisation.platform}",
        "type, limit in fen": f"{authorisation.kind}, {authorisation.limit}",
        "user's key": authorisation.public.hex(),
        "authorised until": _when(authorisation.expires),
        "valid seconds": authorisation.valid,
        "custom field": authorisation.custom.hex() or "empty",
        "rider": f"epoch {rider.epoch}, index {rider.index}" if rider else "not one of ours",
        "issuer's signature": code.issuer_signature.hex(),
        "generated": _when(code.generated),
        "user's signature": code.user_signature.hex(),
    }


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """A fault of a file's bytes is said with its name."""
    try:
        yield
    except CodeFault as fault:
        raise click.ClickException(f"{path}: {fault.detail}") from None


def _when(moment: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S+08:00", time.gmtime(moment + 28_800))
