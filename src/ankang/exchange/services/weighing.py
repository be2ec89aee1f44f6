"""What a batch would do to colours: its rows as evidence that is not on file, for the dry run (I7)."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice

from ankang.base.errors import NotFound
from ankang.base.limits import is_number
from ankang.core.evidence import Evidence
from ankang.health.models import DryRun
from ankang.health.services.dry_runs import Candidate, Source
from ankang.health.services.rulebook import rule_set_at

from ..faults import FileFault, RowFault
from ..models import Batch
from ..reading import RawRow, open_table
from ..rows import Parsed, RowReader
from .files import open_file
from .kinds import feed_kind
from .marking import marked
from .matching import match_rows

MOST_WEIGHED = 200_000
"""Batches with more rows that can worsen are not weighed but need two people in any case."""
_CHUNK = 10_000


def candidate_of(run: DryRun) -> Candidate:
    """The candidate of a dry run about a batch: the rules in force, and the batch's worsening rows. Raises NotFound."""
    batch = _batch(run.reference)
    if bytes(batch.digest or b"") != bytes(run.digest) or not batch.chunks.exists():
        raise NotFound()
    return Candidate(rule_set_at(run.moment), extra=evidence_of(batch, run.moment))


def source_of(reference: str) -> Source:
    """What is behind a reference now."""
    return Source(bytes(_batch(reference).digest or b""))


def evidence_of(batch: Batch, moment: datetime) -> Mapping[int, Sequence[Evidence]]:
    """The worsening rows of a batch whose person is on file, by person. Raises NotFound when they are too many."""
    if batch.worsening > MOST_WEIGHED:
        raise NotFound()
    kind, found = feed_kind(batch.feed), dict[int, list[Evidence]]()
    table = open_table(open_file(batch), batch.format, kind, int(moment.astimezone(UTC).timestamp()))
    rows = iter(table.rows())
    always = batch.worsening == batch.findings.get("good")
    while chunk := list(islice(rows, _CHUNK)):
        read = [row for row in (_read(table.reader, raw) for raw in chunk) if row and (always or row.worsens)]
        good = [marked(kind, row) for row in read]
        for row, match in zip(good, match_rows(good), strict=True):
            if isinstance(match, int) and kind.evidence is not None and not isinstance(row.attributes, dict):
                record = Evidence(f"batch {batch.pk}", kind.evidence, row.occurred_at, row.attributes)
                found.setdefault(match, []).append(record)
    return found


def _read(reader: RowReader, raw: RawRow) -> Parsed | None:
    try:
        return None if raw.fault or not any(raw.cells) else reader.read(raw.cells)
    except (RowFault, FileFault):
        return None


def _batch(reference: str) -> Batch:
    found = Batch.objects.filter(pk=reference).first() if is_number(reference) else None
    if found is None:
        raise NotFound()
    return found
