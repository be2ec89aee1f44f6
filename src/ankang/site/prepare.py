"""Brings a migrated database to the point where the house can run: keys, day keys, partitions,
index spaces, the first rule set. Idempotent."""

from datetime import UTC, datetime
from importlib import import_module
from importlib.util import find_spec

from django.conf import settings
from django.core.management import call_command
from django.db import transaction

from ankang.access.row_security import turn
from ankang.base.services import ensure_month_partitions
from ankang.health.services.rulebook import ensure_first_release
from ankang.passage.services import prepare_index_spaces
from ankang.scenes.rides.services import prepare_certificate
from ankang.trust.services import ensure_keys

PARTITIONED_ROOMS = ("health", "passage", "scenes.rides")


def migrate(verbosity: int = 0) -> None:
    """Migrate, then :func:`prepare`."""
    call_command("migrate", interactive=False, verbosity=verbosity)
    prepare(datetime.now(UTC))


@transaction.atomic
def prepare(now: datetime) -> None:
    """Make what must exist ahead of time: keys, day keys, partitions, index spaces, the first rule set, the certificate
    of ride codes.

    Run at start and daily by the worker.
    """
    ensure_keys(now)
    ensure_month_partitions("base_accessrecord", now.date(), months=3)
    for room in PARTITIONED_ROOMS:
        if find_spec(f"ankang.{room}.services"):
            import_module(f"ankang.{room}.services").prepare_partitions(now)
    prepare_index_spaces(now)
    ensure_first_release(now)
    prepare_certificate(now)
    turn(settings.ANKANG_ROW_SECURITY)
