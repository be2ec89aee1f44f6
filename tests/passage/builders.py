"""Builders that name only what matters to a test."""

import uuid
from datetime import UTC, date, datetime, timedelta

from ankang.core.epochs import epoch_of_day, epoch_start
from ankang.core.verdicts import Verdict
from ankang.passage.models import Visit
from ankang.passage.rules import day_of_moment, trace_of
from ankang.trust.keyring import day_key

NOW = datetime.now(UTC).replace(microsecond=0)
TODAY = day_of_moment(NOW.timestamp())


def noon(day: date) -> datetime:
    """Noon in Shanghai on ``day``."""
    return datetime.fromtimestamp(epoch_start(epoch_of_day(day)) + 8 * 3600, UTC)


def days(number: int) -> timedelta:
    """So many days."""
    return timedelta(days=number)


def a_visit(
    person: int = 7,
    at: datetime = NOW,
    checkpoint: int = 1,
    verdict: Verdict = Verdict.ADMIT,
    colour: int = 1,
    reason: int | None = None,
) -> Visit:
    """A visit as a gate writes it."""
    day = day_of_moment(at.timestamp())
    return Visit.objects.create(
        visit=uuid.uuid4(),
        trace=trace_of(person, day_key(day)),
        day=day,
        at=at,
        received_at=at,
        checkpoint_id=checkpoint,
        direction=1,
        temperature=365,
        verdict=verdict,
        reason=reason or (1 if verdict is Verdict.ADMIT else 9),
        colour=colour,
        kind=1,
    )
