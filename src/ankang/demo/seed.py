"""Loads the demonstration: Ningguo's places, keys, accounts, made-up residents with colours, one scanner.

Idempotent and resumable. Residents come in portions, each one transaction with consents, evidence and
colours. The database itself tells how far it got: a loading that was killed goes on where it stopped, and
a bigger demonstration continues a smaller one. A finished one is a row of ``base_revision``: one query.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import islice

from django.db import transaction
from django.db.models import Count

from ankang.base.models import Revision
from ankang.config.settings import Settings
from ankang.people.bulk import register_in_bulk
from ankang.people.models import Person
from ankang.places.models import Checkpoint
from ankang.places.services import load_ningguo
from ankang.trust.services import ensure_keys

from .accounts import ensure_accounts, read_password
from .carriers import ensure_carriers
from .credentials import DEMO_DEVICE, DEMO_SITE, VIA, device_bearer
from .feeds import ensure_feeds
from .histories import assess_risk_area, give_colours
from .residents import TOWNS_FILE, Resident, Town, quotas, read_towns, residents_of
from .travellers import ensure_travellers

Progress = Callable[[str, int, int], None]
"""``progress(what, done, total)``: called after every portion."""

FINISHED = "demo"
PORTION = 1000


def ensure(settings: Settings, progress: Progress | None = None) -> None:
    """Load what is missing of a demonstration of ``settings.demo_residents`` residents; needs the tables."""
    if _finished(settings):
        return
    now = datetime.now(UTC)
    with transaction.atomic():
        ensure_keys(now)
        load_ningguo(TOWNS_FILE.parent)
        ensure_accounts(settings)
        assess_risk_area(now)
    _load_residents(settings.demo_residents, progress or _silent)
    ensure_feeds(settings, now)
    with transaction.atomic():
        ensure_carriers(now)
        ensure_travellers(now)
        device_bearer(Checkpoint.objects.get(site_no=DEMO_SITE), DEMO_DEVICE, now)
        Revision.objects.update_or_create(name=FINISHED, defaults={"revision": settings.demo_residents})


def _finished(settings: Settings) -> bool:
    """Whether a demonstration of at least this size was loaded, and this installation knows its password."""
    done = Revision.objects.filter(name=FINISHED, revision__gte=settings.demo_residents).exists()
    return done and read_password(settings) is not None


def _load_residents(total: int, progress: Progress) -> None:
    towns = read_towns()
    shares = quotas(total, towns)
    there = dict(
        Person.objects.filter(applied_via=VIA).order_by().values_list("town_id").annotate(count=Count("id"))
    )
    done = sum(min(there.get(code, 0), share) for code, share in shares.items())
    progress("residents", done, total)
    for town in towns:
        for portion in _portions(town, there.get(town.code, 0), shares[town.code]):
            _load(portion)
            done += len(portion)
            progress("residents", done, total)


def _portions(town: Town, first: int, end: int) -> Iterator[list[Resident]]:
    """The town's residents from number ``first`` up to ``end``, in portions."""
    missing = islice(residents_of(town), first, max(first, end))
    while portion := list(islice(missing, PORTION)):
        yield portion


@transaction.atomic
def _load(portion: list[Resident]) -> None:
    now = datetime.now(UTC)
    people = register_in_bulk(portion, now, VIA)
    give_colours(portion, people, now)


def _silent(what: str, done: int, total: int) -> None:
    """Nobody looks."""
