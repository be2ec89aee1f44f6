"""``ankang scan``: codes in, answers out, as a door without a network gives them. No database, no network, no settings."""

import json
import math
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import click

from ankang.cli.given import AT, FILE, KEYS, moment_of, public_keys, said
from ankang.cli.words import in_plain_words
from ankang.core import lists
from ankang.core.policies import BY_SLUG
from ankang.core.scanning import Answer, Scanner
from ankang.core.verdicts import Direction, sentence

LINE_MOST = 1_000
"""Characters; a code has 195 at most."""
DIRECTIONS = {direction.slug: direction for direction in Direction}


@click.command()
@click.option("--list", "sources", type=FILE, multiple=True, help="A list or a delta; lists first, any number.")
@KEYS
@AT
@click.option("--issuer", type=int, help="Refuse lists of another province.")
@click.option("--place", type=click.Choice(list(BY_SLUG)), default="passage", show_default=True, help="Whose policy.")
@click.option("--limit", type=click.IntRange(1), help="Trust lists for so many seconds, if that is less than they say.")
@click.option("--strict", is_flag=True, help="Without a list of withdrawals verify nobody.")
@click.option("--direction", type=click.Choice(list(DIRECTIONS)), default="entry", show_default=True)
@in_plain_words()
def scan(
    sources: tuple[Path, ...], key_file: Path, at: str | None, issuer: int | None, place: str, limit: int | None,
    strict: bool, direction: str,
) -> None:  # fmt: skip
    """Read codes from standard input, one a line; write one JSON line for each: verdict, reason, colour, name, index.

    \b
    ankang scan --list day.akl --list day-1-2.akd --keys keys.json < codes.txt > answers.jsonl

    Without --at each code is checked at the moment it comes, and answered at once: a gate's program can keep this one
    running. A line that cannot be text is named on standard error, the others are answered; then the exit code is 1.
    Without a list, or with one that is too old, everybody is referred to the staff. Lists of withdrawn passes and sheets
    are given with --list too; without them lost phones and sheets are not noticed. The format is in docs/offline-scanner.md.
    """
    fixed = None if at is None else moment_of(at)
    door = Scanner(public_keys(key_file), [], BY_SLUG[place].policy, limit=limit or math.inf, strict=strict)
    for held in _held(sources, door.keys, issuer):
        door.hold(held)
    failed = 0
    for number, text in _lines(sys.stdin.buffer):
        if text is None:
            failed += 1
            print(f"line {number}: is not a line of text of at most {LINE_MOST:,} characters", file=sys.stderr)
        elif text:
            moment = time.time() if fixed is None else fixed
            answer = door.check(text, moment, direction=DIRECTIONS[direction])
            print(json.dumps(_row(number, answer, moment), ensure_ascii=False), flush=fixed is None)
    sys.exit(1 if failed else 0)


def _held(sources: tuple[Path, ...], keys: dict[int, bytes], issuer: int | None) -> Iterator[lists.Held]:
    """What is held after all files; a delta is applied to the list of its chain that came before it."""
    held: dict[tuple[int, int, int], lists.Held] = {}
    for path in sources:
        with said(path):
            data = path.read_bytes()
            header = lists.unpack(data)
            chain = (header.indices, header.issuer, header.epoch)
            wanted = header.issuer if issuer is None else issuer
            terms, before = lists.Terms(wanted, header.epoch, keys, header.indices), held.get(chain)
            if header.is_delta and before:
                held[chain] = lists.take_delta(before, data, terms)
            else:
                held[chain] = lists.take_list(data, terms, before.mark if before else None)
    yield from held.values()


def _lines(source: IO[bytes]) -> Iterator[tuple[int, str | None]]:
    """Number and text of each line, without its end; None for what is no text or too long, which is never held."""
    number = 0
    while raw := source.readline(4 * LINE_MOST):
        number += 1
        whole = raw.endswith(b"\n") or len(raw) < 4 * LINE_MOST
        while not raw.endswith(b"\n") and len(raw) == 4 * LINE_MOST:
            raw = source.readline(4 * LINE_MOST)
        try:
            text = raw.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n") if whole else None
        except UnicodeDecodeError:
            text = None
        yield number, None if text is not None and (len(text) > LINE_MOST or "\0" in text) else text


def _row(number: int, answer: Answer, moment: float) -> dict[str, object]:
    known = answer.index >= 0
    return {
        "line": number,
        "at": int(moment),
        "verdict": answer.verdict.slug,
        "reason": answer.reason.slug,
        "detail": answer.detail,
        "colour": answer.colour.slug,
        "name": answer.name,
        "index": answer.index if known else None,
        "say": {lang: sentence(answer.reason, lang, verdict=answer.verdict) for lang in ("zh", "en")},
    }
