"""Rides come in: judged again from the code's own bytes, under a pseudonym, each once."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet

from ankang.config.settings import load_settings
from ankang.core.codes import CodeFault
from ankang.core.epochs import day_of, epoch_of
from ankang.core.ride import (
    RideCode,
    Rider,
    check_authorisation,
    check_certificate,
    check_times,
    is_foreign,
    parse_ride,
    read_rider,
    ride_id,
)
from ankang.core.verdicts import Reason, Verdict
from ankang.passage.rules import NOBODY, trace_of
from ankang.people.models import Credential
from ankang.places.models import Device
from ankang.trust.keyring import KeyMissing, day_key

from ..models import Authorisation, Ride
from ..rules import Judged, Recorded, Report, in_time, record_id
from .authorisations import permutation_of
from .authorities import authorities_at
from .devices import doors_served

_INSERT = """
    INSERT INTO rides_ride (ride, trace, day, showing, at, received_at, checkpoint, device, direction, verdict, reason,
                            line, vehicle)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING"""


@transaction.atomic
def record_rides(device: Device, reports: Sequence[Report], now: datetime) -> list[Recorded]:
    """Keep each report once; answers in their order, and nothing is answered that is not kept.

    A code that is not authentic, revoked, or of a wrong door is kept as a refusal with our reason. One that another gate
    (or the same one under another nonce) reported before keeps what the gate did, with the reason ``already_used``.
    """
    doors = doors_served(device, {report.checkpoint for report in reports})
    return [_record(device, report, report.checkpoint in doors, now) for report in reports]


def rides_of(person: int, days: Sequence[date]) -> "QuerySet[Ride]":
    """The rides of ``person`` on ``days``; those of days whose key was destroyed can no longer be found."""
    found: dict[date, UUID] = {}
    for day in days:
        with suppress(KeyMissing):
            found[day] = trace_of(person, day_key(day))
    return Ride.objects.filter(trace__in=list(found.values()), day__in=list(found)).order_by("-at", "-ride")


def my_rides(person: int, now: datetime, brief: bool = False) -> "QuerySet[Ride]":
    """The rides of ``person`` as long as they are kept, newest first; ``brief``: of the last week."""
    today = day_of(epoch_of(now.timestamp()))
    return rides_of(person, [today - timedelta(days=back) for back in range(7 if brief else days_kept() + 1)])


def days_kept() -> int:
    """For so many days a ride is kept, as a visit is."""
    return load_settings().visit_days


def _record(device: Device, report: Report, served: bool, now: datetime) -> Recorded:
    late = in_time(report.at, now.timestamp())
    at = datetime.fromtimestamp(report.at, UTC) if late is Reason.OK else now
    judged = Judged(None, late, "clock", NOBODY) if late is not Reason.OK else judge(report.code, report.at)
    if judged.reason is Reason.OK and not served:
        judged = Judged(judged.person, Reason.WRONG_PLACE, "wrong_place", judged.showing)
    day = day_of(epoch_of(at.timestamp()))
    ride, trace = record_id(device.pk, report.nonce), _trace(judged.person, day)
    fine = judged.reason is Reason.OK
    row = [ride, trace, day, judged.showing, at, now, report.checkpoint, device.pk, int(report.direction)]
    rest = [report.line, report.vehicle]
    verdict, reason = (report.verdict, report.reason) if fine else (Verdict.DENY, judged.reason)
    if _insert([*row, int(verdict), int(reason), *rest]):
        return Recorded(report.nonce, ride, "recorded" if fine else "rejected", judged.reason, judged.detail)
    kept = Ride.objects.filter(trace=trace, ride=ride, day=day).values_list("reason", flat=True).first()
    if kept == Reason.ALREADY_USED:
        return Recorded(report.nonce, ride, "duplicate", Reason.ALREADY_USED, "already_used")
    if kept is not None:
        return Recorded(report.nonce, ride, "duplicate", judged.reason, judged.detail)
    _insert([*row, int(report.verdict), int(Reason.ALREADY_USED), *rest])
    return Recorded(report.nonce, ride, "rejected", Reason.ALREADY_USED, "already_used")


def judge(raw: bytes, at: float) -> Judged:
    """Whose code it was at ``at`` (unix seconds), from its bytes, the keys trusted then and our authorisations; about 3 ms.

    Of another house's code only the chain is known: nobody's, and fine.
    """
    try:
        code = parse_ride(raw)
    except CodeFault as fault:
        return Judged(None, fault.reason, fault.detail, NOBODY)
    showing, certificate = UUID(bytes=ride_id(code)), code.authorisation.certificate
    try:
        authorities = authorities_at(datetime.fromtimestamp(at, UTC))
        check_authorisation(code, check_certificate(certificate, authorities, at))
        foreign = is_foreign(authorities, certificate, None)
        check_times(code, at, not foreign)
    except CodeFault as fault:
        return Judged(None, fault.reason, fault.detail, showing)
    if foreign:
        return Judged(None, Reason.OK, "foreign_issuer", showing)
    rider = read_rider(code.authorisation.custom)
    if rider is None:
        return Judged(None, Reason.INVALID, "no_index", showing)
    return _known(code, rider, showing)


def _known(code: RideCode, rider: Rider, showing: UUID) -> Judged:
    person = permutation_of(rider.epoch).person(rider.index)
    account = UUID(bytes=code.authorisation.account)
    row = Authorisation.objects.filter(person=person, day=day_of(rider.epoch), account=account).first()
    if row is None or bytes(row.public_key) != code.authorisation.public:
        return Judged(None, Reason.INVALID, "unknown_authorisation", showing)
    if _revoked_before(row, code.generated):
        return Judged(person, Reason.REVOKED, "revoked_authorisation", showing)
    return Judged(person, Reason.OK, "", showing)


def _revoked_before(row: Authorisation, generated: int) -> bool:
    """Whether the code was made after its authorisation, or the sign-in behind it, had ended."""
    ended = Credential.objects.filter(pk=row.credential).values_list("revoked_at", flat=True).first()
    return any(moment is not None and moment.timestamp() < generated for moment in (row.revoked_at, ended))


def _trace(person: int | None, day: date) -> UUID:
    try:
        return NOBODY if person is None else trace_of(person, day_key(day))
    except KeyMissing:
        return NOBODY


def _insert(values: list[object]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, values)
        return bool(cursor.rowcount == 1)
