"""The check of a file that has arrived: every row is read, nothing is recorded (draft → validated, or error)."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from ankang.health.services.rulebook import rule_set_at

from ..faults import FileFault, RowFault
from ..kinds import FeedKind
from ..models import Batch, Chunk
from ..reading import open_table
from ..rules import Findings
from .files import open_file
from .kinds import feed_kind
from .numbers import NumberWatch
from .submitting import submit_batch, weigh_batch
from .working import work_on

_TELL_EVERY = 20_000


def check_batch(batch: int) -> None:
    """Check a file that waits for it, and hand it in if its sender wished so. Checked, or another's: nothing happens.

    Commits as it goes; never call it inside a request.
    """
    with work_on(batch) as mine:
        found = Batch.objects.filter(pk=batch, state="draft", sent_at__isnull=False).first() if mine else None
        if found is not None:
            try:
                result, findings = _read_all(found)
            except FileFault as fault:
                _refuse(found, fault)
            else:
                _keep(found, result, findings)
        found = Batch.objects.filter(pk=batch, state="validated").first() if mine else None
        if found is not None:
            weigh_batch(found, timezone.now())
            _hand_in(found)


def worsens_by_rule(kind: FeedKind, now: datetime) -> bool:
    """Whether a rule in force turns people by this kind of evidence, whatever the list of feeds says of it."""
    return any(match.kind == kind.evidence for rule in rule_set_at(now).file.rules for match in rule.when)


def _read_all(batch: Batch) -> tuple[dict[str, Any], Findings]:
    """Every row once; what is found as the batch keeps it, and the counts."""
    now = timezone.now()
    kind = feed_kind(batch.feed)
    always = kind.worsens == "never" and worsens_by_rule(kind, now)
    findings, watch = Findings(), NumberWatch()
    file = open_file(batch)
    table = open_table(file, batch.format, kind, int(now.timestamp()))
    for number, cells, fault in table.rows():
        findings.rows += 1
        if not any(cells):
            findings.empty += 1
            continue
        try:
            if fault:
                raise RowFault(fault)
            row = table.reader.read(cells)
        except RowFault as refusal:
            findings.refuse(number, refusal.code, refusal.column)
        else:
            findings.take(row.worsens or always)
            watch.note(number, row)
        if not findings.rows % _TELL_EVERY:
            Batch.objects.filter(pk=batch.pk).update(rows=findings.rows, beat_at=timezone.now())
    if findings.rows == findings.empty:
        raise FileFault("no_rows")
    for number in watch.clashes():
        findings.good -= 1
        findings.refuse(number, "number_taken", next((c.zh for c in kind.columns if c.attribute == "number"), ""))
    ignored = table.reader.ignored
    notices = [{"code": "columns_ignored", "columns": list(ignored)}] if ignored else []
    return {"header": table.header, **findings.as_json(notices)}, findings


@transaction.atomic
def _keep(batch: Batch, result: dict[str, Any], findings: Findings) -> None:
    """Guarded: a batch that was cancelled meanwhile stays so."""
    Batch.objects.filter(pk=batch.pk, state="draft").update(
        state="validated",
        rows=findings.rows,
        worsening=findings.worsening,
        findings=result,
        validated_at=timezone.now(),
    )


@transaction.atomic
def _refuse(batch: Batch, fault: FileFault) -> None:
    Batch.objects.filter(pk=batch.pk, state="draft").update(
        state="error",
        fault=fault.code,
        findings={"file": fault.code, "row": fault.row, "columns": list(fault.columns)},
        ended_at=timezone.now(),
    )
    Chunk.objects.filter(batch=batch).delete()


@transaction.atomic
def _hand_in(batch: Batch) -> None:
    found = Batch.objects.select_for_update().get(pk=batch.pk)
    if found.submit_when_checked and found.state == "validated" and found.findings["good"]:
        submit_batch(found.pk, User.objects.get(pk=found.sender), timezone.now(), note=found.note, run_at=found.run_at)
