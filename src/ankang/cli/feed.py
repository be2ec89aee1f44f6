"""``ankang feed``: send files of the feeds to a running house, from any machine, with a feed token."""

import json
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import click

from ankang.cli.words import in_plain_words, piece

PART = 1024 * 1024
_ADDRESS = click.option("--to", "address", envvar="ANKANG_FEED_ADDRESS", help="Address of the house.  [default: this one's]")
_TOKEN = click.option(
    "--token", envvar="ANKANG_FEED_TOKEN", required=True, help="Feed token; better given as ANKANG_FEED_TOKEN."
)


@click.group()
def feed() -> None:
    """Feeds: test results, border entries, cases, contacts, stays, sales and more, as files."""


@feed.command()
@click.argument("slug", required=False)
@in_plain_words()
def kinds(slug: str | None) -> None:
    """List the feeds, or the columns of one."""
    found: dict[str, Any] = piece("ankang.exchange.kinds", "all_kinds")()
    if slug is None:
        for kind in found.values():
            click.echo(f"{kind.slug:20} {kind.en} {kind.zh}")
        return
    if slug not in found:
        raise click.ClickException(f"There is no feed {slug}; `ankang feed kinds` lists them.")
    for column in found[slug].columns:
        needed = "required" if column.required else ""
        click.echo(f"{column.en:18} {needed:9} {column.zh}  {column.example}")


@feed.command()
@click.argument("slug")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--wait/--no-wait", default=True, help="Wait until it is done, or waits for somebody.")
@_ADDRESS
@_TOKEN
@in_plain_words()
def send(slug: str, file: Path, wait: bool, address: str | None, token: str) -> None:
    """Send FILE (CSV, XLSX, NDJSON) as feed SLUG, in parts. The same file twice changes nothing."""
    house = House(address, token)
    batch = house.ask("POST", f"{slug}/batches", {"filename": file.name}, **{"Idempotency-Key": uuid4().hex})
    parts = 0
    with click.progressbar(length=file.stat().st_size, label="sending", file=sys.stderr) as bar:
        for parts, part in enumerate(_parts(file), 1):
            house.put(f"batches/{batch['id']}/parts/{parts}", part)
            bar.update(len(part))
    done = house.ask("POST", f"batches/{batch['id']}/complete", {"parts": parts})
    if done["already"]:
        click.echo(f"This file was sent before, as batch {done['id']}; nothing changed.")
        return
    _tell(_until_it_rests(house, done["id"]) if wait else done)


@feed.command()
@click.argument("batch", type=int)
@_ADDRESS
@_TOKEN
@in_plain_words()
def status(batch: int, address: str | None, token: str) -> None:
    """How a batch is doing."""
    _tell(House(address, token).ask("GET", f"batches/{batch}"))


@feed.command()
@click.argument("batch", type=int)
@_ADDRESS
@_TOKEN
@in_plain_words()
def stop(batch: int, address: str | None, token: str) -> None:
    """Pause a batch after the rows that are being recorded."""
    _tell(House(address, token).ask("POST", f"batches/{batch}/stop", {}))


@feed.command()
@click.argument("batch", type=int)
@_ADDRESS
@_TOKEN
@in_plain_words()
def resume(batch: int, address: str | None, token: str) -> None:
    """Go on with a paused batch."""
    _tell(House(address, token).ask("POST", f"batches/{batch}/resume", {}))


@feed.command()
@click.argument("batch", type=int)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@_ADDRESS
@_TOKEN
@in_plain_words()
def rejects(batch: int, file: Path, address: str | None, token: str) -> None:
    """Fetch the refused rows into FILE (.csv or .xlsx), with a first column that says why."""
    form = "xlsx" if file.suffix == ".xlsx" else "csv"
    file.write_bytes(House(address, token).fetch("GET", f"batches/{batch}/rejects?format={form}"))
    click.echo(f"{file}: mend the rows and send the file again; its first column is passed over.")


@feed.command()
@click.argument("label")
@click.argument("slugs", nargs=-1, required=True)
@click.option("--by", required=True, help="Name of the member of staff in whose name the machine sends.")
@click.option("--days", type=click.IntRange(1, 730), default=365, show_default=True)
@in_plain_words()
def token(label: str, slugs: tuple[str, ...], by: str, days: int) -> None:
    """Issue a token for the machine LABEL and the feeds SLUGS; it is shown this once. Runs where the database is."""
    from ankang.cli.standing import prepared

    with prepared():
        from django.contrib.auth.models import User
        from django.db import transaction

        from ankang.base.errors import Problem

        user = User.objects.filter(username=by).first()
        if user is None:
            raise click.ClickException(f"There is no member of staff {by}.")
        try:
            with transaction.atomic():
                issued = piece("ankang.exchange.services", "issue_agent")(label, slugs, user, datetime.now(UTC), days)
        except Problem as problem:
            raise click.ClickException(f"{problem.message('en')} {problem.details or ''}".strip()) from None
        click.echo(issued.token)


class House:
    """A house's feed API, spoken to with a token; a refusal becomes one sentence."""

    def __init__(self, address: str | None, token: str) -> None:
        from ankang.config.settings import load_settings

        self._base, self._token = f"{(address or load_settings().address).rstrip('/')}/api/v1/feeds/", token

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None, **headers: str) -> dict[str, Any]:
        """JSON there and back."""
        sent = None if body is None else json.dumps(body).encode()
        said: dict[str, Any] = json.loads(self.fetch(method, path, sent, **{"Content-Type": "application/json"}, **headers))
        return said

    def put(self, path: str, body: bytes) -> None:
        """One part; a part that was lost on the way is sent once more."""
        for tries in (2, 1, 0):
            try:
                self.fetch("PUT", path, body, **{"Content-Type": "application/octet-stream"})
            except urllib.error.URLError:
                if not tries:
                    raise
                time.sleep(1)
            else:
                return

    def fetch(self, method: str, path: str, body: bytes | None = None, **headers: str) -> bytes:
        """The answer's bytes."""
        wanted = {"Authorization": f"Bearer {self._token}", "Accept-Language": "en", **headers}
        if not self._base.startswith(("http://", "https://")):
            raise click.ClickException("The address begins with http:// or https://.")
        request = urllib.request.Request(self._base + path, body, wanted, method=method)  # noqa: S310 - checked above
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:  # noqa: S310 - checked above
                return bytes(answer.read())
        except urllib.error.HTTPError as refused:
            raise click.ClickException(_sentence(refused)) from None


def _sentence(refused: urllib.error.HTTPError) -> str:
    try:
        said = json.loads(refused.read())
        return f"{said['message']} {json.dumps(said['details'], ensure_ascii=False) if said['details'] else ''}".strip()
    except (ValueError, KeyError):
        return f"The house answered {refused.code}."


def _parts(file: Path) -> Iterator[bytes]:
    with file.open("rb") as source:
        while part := source.read(PART):
            yield part


def _until_it_rests(house: House, batch: int) -> dict[str, Any]:
    """Ask once a second until the batch is over or waits for somebody."""
    while True:
        shown = house.ask("GET", f"batches/{batch}")
        handed_in = shown["state"] != "validated" or not shown["findings"].get("good")
        if shown["state"] not in ("draft", "approved", "running") and handed_in:
            return shown
        done = shown["progress"]
        if sys.stderr.isatty():
            print(f"\r{shown['state']}: {done['done']:,} of {done['total']:,} rows, {done['rate']:,.0f}/s\x1b[K", end="", file=sys.stderr)
        time.sleep(1)


def _tell(shown: dict[str, Any]) -> None:
    """State and counts; the first faults, by row and column."""
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr)
    counts = ", ".join(
        f"{shown[name]:,} {word}"
        for name, word in (
            ("succeeded", "taken"),
            ("duplicates", "already on file"),
            ("waiting", "waiting for their person"),
            ("failed", "refused"),
        )
        if shown[name]
    )
    click.echo(f"batch {shown['id']}: {shown['state']}, {shown['rows']:,} rows" + (f": {counts}" if counts else ""))
    findings = shown.get("findings", {})
    if shown["fault"]:
        click.echo(f"  {shown['fault']} {' '.join(findings.get('columns', []))}".rstrip())
    for fault in findings.get("first", [])[:10]:
        click.echo(f"  row {fault['row']}: {fault['code']} {fault['column']}".rstrip())
