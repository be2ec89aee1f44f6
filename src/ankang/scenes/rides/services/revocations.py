"""The signed list of authorisations that no longer count; a withdrawn sign-in takes its ride codes with it."""

from datetime import datetime

from django.db.models import Q

from ankang.core.epochs import day_of, epoch_of
from ankang.core.ride import seal_revoked
from ankang.people.models import Credential

from ..models import Authorisation
from ..rules import REVOKED_SECONDS
from .certificates import ensure_certificate


def revoked_list(now: datetime) -> bytes:
    """The file as of ``now`` (docs/ride-format.md §8): today's and tomorrow's, good for half an hour."""
    moment = int(now.timestamp())
    days = [day_of(epoch_of(moment) + ahead) for ahead in (0, 1)]
    withdrawn = Credential.objects.filter(revoked_at__isnull=False).values("pk")
    rows = Authorisation.objects.filter(Q(revoked_at__isnull=False) | Q(credential__in=withdrawn), day__in=days)
    accounts = [account.bytes for account in rows.values_list("account", flat=True)]
    certificate, signer = ensure_certificate(now)
    return seal_revoked(accounts, moment, moment + REVOKED_SECONDS, certificate, signer)
