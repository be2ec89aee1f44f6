"""A phone's key is authorised for one day: signed with the holder's code index of that day, so that no two days link."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from ankang.base.errors import BadInput, TooManyRequests
from ankang.core.epochs import day_of, epoch_of, epoch_start
from ankang.core.permutation import Permutation, epoch_permutation
from ankang.core.ride import Rider, sign_authorisation
from ankang.core.sm import uncompressed
from ankang.people.credentials import Resident
from ankang.people.models import Credential
from ankang.trust.index_space import epoch_master, index_space

from ..errors import NoIndexSpace
from ..models import Authorisation
from ..rules import MOST_A_DAY, authorisation_of
from .certificates import ensure_certificate, issuer_digits


@dataclass(frozen=True)
class Issued:
    """What the phone keeps, and for which epoch."""

    raw: bytes
    account: UUID
    epoch: int
    expires_at: datetime


@transaction.atomic
def issue_authorisation(resident: Resident, public: bytes, ahead: bool, now: datetime) -> Issued:
    """Authorise the phone's public key (33 bytes) for today or, with ``ahead``, for the next day.

    The same key again gets the same answer; another key of this sign-in replaces the one before. Anybody with a live code
    may have one, whatever its colour: the gate judges. Raises BadInput, TooManyRequests, NoIndexSpace.
    """
    _check_point(public)
    epoch = epoch_of(now.timestamp()) + ahead
    Credential.objects.select_for_update().get(pk=resident.serial)
    mine = Authorisation.objects.filter(person=resident.person, day=day_of(epoch))
    live = mine.filter(credential=resident.serial, revoked_at=None)
    same = live.filter(public_key=public).first()
    if same is not None:
        return Issued(bytes(same.raw), same.account, epoch, same.expires_at)
    if mine.count() >= MOST_A_DAY:
        raise TooManyRequests(details={"retry_after": int(epoch_start(epoch + 1) - now.timestamp())})
    live.update(revoked_at=now)
    return _issue(resident, public, Rider(epoch, index_of(resident.person, epoch)), now)


def live_authorisations(resident: Resident, now: datetime) -> "QuerySet[Authorisation]":
    """What this sign-in may show, now and tomorrow."""
    days = [day_of(epoch_of(now.timestamp()) + ahead) for ahead in (0, 1)]
    return Authorisation.objects.filter(
        person=resident.person, day__in=days, credential=resident.serial, revoked_at=None
    ).order_by("day")


def revoke_authorisations(person: int, now: datetime) -> int:
    """End every ride code of ``person``, on all phones; returns how many. Gates learn it with their next list."""
    days = [day_of(epoch_of(now.timestamp()) + ahead) for ahead in (0, 1)]
    return Authorisation.objects.filter(person=person, day__in=days, revoked_at=None).update(revoked_at=now)


def index_of(person: int, epoch: int) -> int:
    """The code index of ``person`` in ``epoch``, as in the day pass; raises NoIndexSpace."""
    return permutation_of(epoch).index(person)


def permutation_of(epoch: int) -> Permutation:
    """The permutation of ``epoch``; raises NoIndexSpace while its size is not fixed."""
    master, size = epoch_master(epoch), index_space(epoch)
    if master is None or size is None:
        raise NoIndexSpace()
    return _opened(master, epoch, size)


@lru_cache(maxsize=12)
def _opened(master: bytes, epoch: int, size: int) -> Permutation:
    return epoch_permutation(master, epoch, size)


def _issue(resident: Resident, public: bytes, rider: Rider, now: datetime) -> Issued:
    certificate, signer = ensure_certificate(now)
    account = secrets.token_bytes(16)
    card = f"{secrets.randbelow(10**14):020}"
    raw = sign_authorisation(authorisation_of(certificate, issuer_digits(), account, card, public, rider), signer)
    row = Authorisation.objects.create(
        account=UUID(bytes=account),
        person=resident.person,
        day=day_of(rider.epoch),
        credential=resident.serial,
        public_key=public,
        raw=raw,
        issued_at=now,
        expires_at=datetime.fromtimestamp(epoch_start(rider.epoch + 1), UTC),
    )
    return Issued(raw, row.account, rider.epoch, row.expires_at)


def _check_point(public: bytes) -> None:
    try:
        uncompressed(public)
    except ValueError:
        raise BadInput(details={"fields": {"public_key": "not_a_point"}}) from None
