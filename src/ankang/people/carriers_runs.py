"""Lists of people who are to get sheets or cards: read, shown, then done by a worker in steps that commit (A5).

The only door of bulk runs. What a run did for a person is on record for that person as if it had been done at a counter.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from ankang.base.errors import BadInput, NotFound, Problem
from ankang.base.permissions import may
from ankang.base.reading import FileFault, Refusal, read_table, refused_table, sentence
from ankang.trust.keyring import keyring

from . import carriers
from .carriers_print import SHEETS_PER_FILE, sheets_pdf
from .carriers_rows import COLUMNS, ISSUE, MOST_ROWS, OWN_FAULTS, Wanted, people_in_reach, wanted_rows
from .errors import CardTaken, CarrierRunStateWrong, TableNotReadable, TooManyCards, TooManySheets
from .models import CarrierFile, CarrierRun

RUN = "people.run_carriers"
KEPT = timedelta(days=2)
"""How long lists and PDF files stay."""
LOST_AFTER = timedelta(seconds=90)
_FAULTS: dict[type[Problem], str] = {
    CardTaken: "card_taken",
    TooManyCards: "too_many_cards",
    TooManySheets: "too_many_sheets",
    BadInput: "bad_uid",
    NotFound: "nobody",
}


def check_list(kind: str, body: bytes, filename: str, purpose: str, by: Any, now: datetime) -> CarrierRun:
    """Read a list and keep what it asks for; nothing is done yet. Raises TableNotReadable (``details.why`` in two languages)."""
    try:
        reading = read_table(body, filename, COLUMNS[kind], MOST_ROWS)
    except FileFault as fault:
        raise TableNotReadable(fault.code, {lang: _why(fault, lang) for lang in ("zh", "en")}) from None
    good, refused = wanted_rows(kind, reading, by)
    return CarrierRun.objects.create(
        kind=kind,
        created_by=by.pk,
        created_at=now,
        filename=filename[-120:],
        purpose=purpose,
        rows=len(good),
        refused=len(refused),
        sealed=_sealed(good),
        sealed_refused=_sealed((reading.header, refused)),
    )


def run_of(pk: int, by: Any) -> CarrierRun:
    """The run; only who made it sees it. Raises NotFound."""
    found = CarrierRun.objects.filter(pk=pk, created_by=by.pk).first()
    if found is None:
        raise NotFound()
    return found


def runs_of(by: Any) -> list[CarrierRun]:
    """The last runs of this member of staff."""
    return list(
        CarrierRun.objects.filter(created_by=by.pk).defer("sealed", "sealed_refused").order_by("-created_at")[:20]
    )


def start_run(pk: int, by: Any) -> None:
    """Do what the list asks for, in the background. Raises NotFound, CarrierRunStateWrong."""
    run_of(pk, by)
    if not CarrierRun.objects.filter(pk=pk, state="checked", rows__gt=0, sealed__isnull=False).update(state="waiting"):
        raise CarrierRunStateWrong()
    app.configure_task(RUN, queue="people", queueing_lock=f"{RUN}:{pk}").defer(run=pk)


def cancel_run(pk: int, by: Any, now: datetime) -> None:
    """Stop; what was done stays done. Raises NotFound, CarrierRunStateWrong."""
    run_of(pk, by)
    live = CarrierRun.objects.filter(pk=pk, state__in=["checked", "waiting", "running"])
    if not live.update(state="cancelled", ended_at=now, sealed=None):
        raise CarrierRunStateWrong()


def do_run(pk: int) -> None:
    """Work on a run to its end, from where an earlier worker stopped; two workers at once take turns and repeat nothing."""
    while _step(pk):
        pass


def _step(pk: int) -> bool:
    """One part: up to 200 rows, their PDF and the cursor in one transaction."""
    with transaction.atomic():
        run = CarrierRun.objects.select_for_update().filter(pk=pk, state__in=["waiting", "running"]).first()
        if run is None:
            return False
        now, rows = timezone.now(), good_rows(run)
        part = rows[run.cursor : run.cursor + SHEETS_PER_FILE]
        refused = _do(run, part, User.objects.filter(pk=run.created_by).first(), now)
        header, before = refused_rows(run)
        run.cursor += len(part)
        run.done += len(part) - len(refused)
        run.refused += len(refused)
        run.sealed_refused = _sealed((header, [*before, *refused]))
        run.state, run.beat_at, run.started_at = "running", now, run.started_at or now
        if run.cursor >= run.rows:
            run.state, run.ended_at, run.sealed = "finished", now, None
        run.save()
    return run.state == "running"


def _do(run: CarrierRun, part: list[Wanted], by: Any, now: datetime) -> list[Refusal]:
    """Do the rows; who left the house, or lost the duty, does nothing any more."""
    refused, sheets = list[Refusal](), list[carriers.Sheet]()
    allowed = by is not None and may(by, ISSUE)
    reach = (
        set(people_in_reach(by).filter(pk__in=[row.person for row in part]).values_list("pk", flat=True))
        if allowed
        else set()
    )
    for row in part:
        try:
            if row.person not in reach:
                raise NotFound()
            with transaction.atomic():
                if run.kind == "bind":
                    carriers.bind_card(row.person, row.kind, row.number, by, now, run.purpose)
                else:
                    sheets.append(carriers.sheet_to_print(row.person, by, now, run.purpose))
        except tuple(_FAULTS) as problem:
            refused.append(Refusal(row.row, _FAULTS[type(problem)], "", row.cells))
    if sheets:
        file = keyring().seal("people", sheets_pdf(sheets, "zh"), f"carrier.file:{run.pk}")
        CarrierFile.objects.create(run=run, part=run.cursor // SHEETS_PER_FILE + 1, sheets=len(sheets), sealed=file)
    return refused


def good_rows(run: CarrierRun) -> list[Wanted]:
    """The rows to be done; none when the run is over."""
    if run.sealed is None:
        return []
    return msgspec.json.decode(keyring().unseal("people", bytes(run.sealed), "carrier.run"), type=list[Wanted])


def refused_rows(run: CarrierRun) -> tuple[list[str], list[Refusal]]:
    """The header of the list, and its refused rows as they came."""
    if run.sealed_refused is None:
        return [], []
    plain = keyring().unseal("people", bytes(run.sealed_refused), "carrier.run")
    return msgspec.json.decode(plain, type=tuple[list[str], list[Refusal]])


def refused_list(pk: int, by: Any, lang: str) -> Iterator[list[str]]:
    """The refused rows with a first column that says why, to be mended and sent again. Raises NotFound."""
    header, rows = refused_rows(run_of(pk, by))
    return refused_table(header, rows, lang, OWN_FAULTS)


def printed_file(pk: int, part: int, by: Any) -> bytes:
    """A PDF of the run. Raises NotFound, also when it was deleted after two days."""
    found = CarrierFile.objects.filter(run=run_of(pk, by), part=part).first()
    if found is None:
        raise NotFound()
    return keyring().unseal("people", bytes(found.sealed), f"carrier.file:{pk}")


def tidy_runs(now: datetime) -> None:
    """Lists and files are forgotten after two days, however far they came."""
    old = CarrierRun.objects.filter(created_at__lt=now - KEPT)
    CarrierFile.objects.filter(run__in=old).delete()
    old.filter(state__in=["checked", "waiting", "running"]).update(state="cancelled", ended_at=now)
    old.update(sealed=None, sealed_refused=None)


def lost_runs(now: datetime) -> list[int]:
    """Runs whose worker is gone."""
    quiet = CarrierRun.objects.filter(state="running", beat_at__lt=now - LOST_AFTER)
    return list(quiet.values_list("pk", flat=True))


def _sealed(value: Any) -> bytes:
    return keyring().seal("people", msgspec.json.encode(value), "carrier.run")


def _why(fault: FileFault, lang: str) -> str:
    said = sentence(fault.code, lang)
    columns = ("、" if lang == "zh" else ", ").join(fault.columns)
    return said if not columns else f"{said}：{columns}" if lang == "zh" else f"{said}: {columns}"
