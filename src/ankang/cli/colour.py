"""``ankang colour``: anybody's evidence in, colours with their reasons out. No database, no network, no settings."""

import gc
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import click
import msgspec

from ankang.cli.words import in_plain_words
from ankang.core.rules import (
    UNTOUCHED,
    Area,
    AreaIndex,
    Assessment,
    RuleSet,
    RuleSetFault,
    evaluate,
    failed_examples,
    load,
    load_shipped,
    shipped,
)
from ankang.core.rules.lines import BOM, LIMIT, SHANGHAI, LineFault, LineReader, seconds

CLOCKS_DIFFER = 600  # seconds
_GREEN = b',"colour":"green","since":null,"until":null,"reasons":[]}\n'
CHUNK = 1000  # lines between two looks at the clock


@click.command()
@click.option("--rules", metavar="FILE|NAME", default="", help="A rule file, or the name of a shipped set.")
@click.option("--at", metavar="TIME", help="ISO 8601 (without zone: Shanghai) or unix seconds.  [default: now]")
@click.option("--areas", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help="Assessed areas.")
@click.option("--region", metavar="CODE", default="", help="Refuse a rule set made for another province.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True, help="Of the reasons.")
@click.option("--unix", is_flag=True, help="Write moments as unix seconds instead of ISO 8601.")
@click.option("--list", "listing", is_flag=True, help="List the shipped rule sets.")
@click.option("--check", metavar="FILE|NAME", help="Check a rule file and execute its examples.")
def colour(
    rules: str,
    at: str | None,
    areas: Path | None,
    region: str,
    lang: str,
    unix: bool,
    listing: bool,
    check: str | None,
) -> None:
    """Colours of people from their evidence: JSON lines in, JSON lines out.

    ankang colour --rules anhui-2022-01 --at 2022-01-20T12:00 < evidence.jsonl > colours.jsonl

    In: {"person": "…", "evidence": [{"kind": "…", "occurred_at": "…", "attributes": {…}}]}, one person a line.
    A line that cannot be used is named on standard error, the others still come out; the exit code is then 1.
    docs/rules.md explains rules, evidence and areas.
    """
    if listing:
        _list()
    elif check:
        _check(check, region)
    elif not rules:
        raise click.UsageError("Give --rules FILE or NAME (--list shows the shipped sets).")
    elif sys.stdin.isatty():
        raise click.UsageError("Give the evidence on standard input: … < evidence.jsonl")
    else:
        now = int(time.time())
        moment = now if at is None else _moment(at)
        writer = Writer(_rule_set(rules, region), moment, _areas(areas), lang, unix)
        with in_plain_words():
            failed = run(writer, LineReader(max(now, moment) + CLOCKS_DIFFER))
        sys.exit(1 if failed else 0)


class Writer:
    """Turns a person's evidence into the line that goes out."""

    def __init__(self, rule_set: RuleSet, moment: int, areas: AreaIndex, lang: str, unix: bool) -> None:
        """Everything that is the same for all people."""
        self.rule_set, self.moment, self.areas = rule_set, moment, areas
        self.lang, self.unix = lang, unix
        self.encode = msgspec.json.Encoder().encode

    def write(self, person: str, evidence: list[Any], out: bytearray) -> None:
        """Append the person's line to ``out``. Evidence later than the moment asked for is not seen."""
        seen = [record for record in evidence if record.occurred_at <= self.moment]
        assessment = evaluate(seen, self.rule_set, self.moment, self.areas)
        if assessment is UNTOUCHED:
            out += b'{"person":%b%b' % (self.encode(person), _GREEN)
            return
        line = {
            "person": person,
            "colour": assessment.colour.slug,
            "since": self._when(assessment.since),
            "until": self._when(assessment.until),
            "reasons": self._reasons(assessment) if assessment.reasons else (),
        }
        out += self.encode(line)
        out += b"\n"

    def _reasons(self, assessment: Assessment) -> list[dict[str, Any]]:
        """One entry a rule, with all the evidence behind it; worst first."""
        by_rule: dict[str, dict[str, Any]] = {}
        for reason in assessment.reasons:
            entry = by_rule.setdefault(
                reason.rule,
                {
                    "rule": reason.rule,
                    "colour": reason.colour.slug,
                    "text": reason.text.word(self.lang),
                    "evidence": [],
                    "since": self._when(reason.since),
                    "until": reason.until,
                    "ends_when": reason.ends_when.word(self.lang),
                },
            )
            if reason.evidence not in entry["evidence"]:
                entry["evidence"].append(reason.evidence)
            if entry["until"] is not None:
                entry["until"] = None if reason.until is None else max(entry["until"], reason.until)
        for entry in by_rule.values():
            entry["until"] = self._when(entry["until"])
        return list(by_rule.values())

    def _when(self, moment: int | None) -> str | int | None:
        if moment is None or self.unix:
            return moment
        return datetime.fromtimestamp(moment, SHANGHAI).isoformat()


def run(writer: Writer, reader: LineReader) -> int:
    """All of standard input; returns how many lines could not be used."""
    gc.disable()  # nothing here makes cycles, and looking for them costs a third of the time
    source, sink, progress = sys.stdin.buffer, sys.stdout.buffer, Progress()
    out, failed, number = bytearray(), 0, 0
    for number, raw in enumerate(_lines(source), 1):
        try:
            if raw is None:
                raise LineFault("", f"is longer than {LIMIT:,} bytes")
            if raw.startswith(BOM):
                raw = _without_mark(raw, number)
            if raw.isspace():
                continue
            line = reader.read(raw)
            writer.write(line.person, line.evidence, out)
        except LineFault as fault:
            failed += 1
            progress.clear()
            print(f"line {number}: {fault}", file=sys.stderr)
        if not number % CHUNK or len(out) > LIMIT:
            sink.write(out)
            out.clear()
            progress.show(number, failed)
    sink.write(out)
    sink.flush()
    progress.clear()
    return failed


class Progress:
    """How far it is, on a terminal only, twice a second."""

    def __init__(self) -> None:
        """Starts the clock."""
        self.wanted = sys.stderr.isatty()
        self.began = self.shown = time.monotonic()

    def show(self, lines: int, failed: int) -> None:
        """So many lines, so many failed."""
        now = time.monotonic()
        if self.wanted and now - self.shown >= 0.5:
            self.shown = now
            rate = lines / (now - self.began)
            print(f"\r{lines:,} lines, {failed:,} failed, {rate:,.0f}/s\x1b[K", end="", file=sys.stderr)

    def clear(self) -> None:
        """Make room for a message."""
        if self.wanted:
            print("\r\x1b[K", end="", file=sys.stderr)


def _lines(source: IO[bytes]) -> Iterator[bytes | None]:
    """Line after line; None for one that is too long, which is never held in memory."""
    while raw := source.readline(LIMIT + 1):
        if len(raw) <= LIMIT or raw.endswith(b"\n"):
            yield raw
            continue
        while raw and not raw.endswith(b"\n"):
            raw = source.readline(LIMIT)
        yield None


def _without_mark(raw: bytes, number: int) -> bytes:
    """The line without its byte-order mark, which belongs at the very beginning if anywhere."""
    if number > 1:
        raise LineFault("", "begins with a byte-order mark; were two files joined?")
    print("line 1: a byte-order mark was left out; UTF-8 needs none", file=sys.stderr)
    return raw[len(BOM) :]


def _list() -> None:
    for name in shipped():
        file = load_shipped(name).file
        click.echo(f"{name:18} {len(file.rules):3} rules, from {file.effective_from}  {file.title.word('en')}")


def _check(what: str, region: str) -> None:
    rule_set = _rule_set(what, region)
    wrong = list(failed_examples(rule_set))
    for warning in rule_set.warnings:
        click.echo(f"warning: {warning}", err=True)
    for line in wrong:
        click.echo(line, err=True)
    file = rule_set.file
    said = f"{len(file.rules)} rules are sound; {len(file.examples) - len(wrong)} of {len(file.examples)} examples"
    click.echo(f"{rule_set.name}: {said} come out as written.")
    sys.exit(1 if wrong else 0)


def _rule_set(what: str, region: str) -> RuleSet:
    """A file, or a shipped set by its name."""
    try:
        if what in shipped() and not Path(what).is_file():
            return load_shipped(what, region)
        if not Path(what).is_file():
            raise click.ClickException(f"{what} is neither a file nor a shipped rule set ({', '.join(shipped())}).")
        return load(Path(what).read_text(encoding="utf-8-sig"), region)
    except UnicodeDecodeError as fault:
        raise click.ClickException(f"{what}: byte {fault.start + 1} is not UTF-8.") from None
    except OSError as fault:
        raise click.ClickException(f"{what}: {fault.strerror}.") from None
    except RuleSetFault as fault:
        raise click.ClickException(f"{what} cannot be used:\n{fault}") from None


def _moment(text: str) -> int:
    try:
        return seconds(int(text) if text.lstrip("-").isdigit() else text, "--at")
    except LineFault as fault:
        raise click.BadParameter(fault.message, param_hint="--at") from None


def _areas(path: Path | None) -> AreaIndex:
    """Areas from JSON (a list) or JSON lines: code, level, since, until, name."""
    if path is None:
        return AreaIndex(())
    try:
        text = path.read_text(encoding="utf-8-sig").strip()
        raw = msgspec.json.decode(text) if text.startswith("[") else msgspec.json.Decoder().decode_lines(text)
        return AreaIndex(_area(number, entry) for number, entry in enumerate(raw, 1))
    except LineFault as fault:
        raise click.ClickException(f"{path}: {fault}") from None
    except (OSError, UnicodeDecodeError, msgspec.DecodeError) as fault:
        raise click.ClickException(f"{path} cannot be read: {fault}") from None


def _area(number: int, entry: Any) -> Area:
    field = f"area {number}"
    if not isinstance(entry, dict):
        raise LineFault(field, "an object is expected")
    moments = {
        name: seconds(entry[name], f"{field}, {name}") for name in ("since", "until") if entry.get(name) is not None
    }
    try:
        area = msgspec.convert({**entry, **moments}, Area)
    except msgspec.ValidationError as fault:
        raise LineFault(field, str(fault)) from None
    if area.until is not None and area.until <= area.since:
        raise LineFault(f"{field}, until", "is not later than since")
    return area
