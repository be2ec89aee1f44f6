"""The life that versions of a set share once they are approved: signed, in force from a moment, superseded (rule sets, policies).

One row is in force at a moment: the approved one with the latest ``effective_at`` up to it. A room names its model (columns
``state``, ``text``, ``digest``, ``base``, ``author``, ``wanted_at``, ``effective_at``, ``signature``, ``kid``; ``APPROVED``), what
its signature covers, its lock and its errors; drafts, and what a release does to the world, stay with the room.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db import IntegrityError, transaction

from ankang.core.sm import sm2_verify, sm3
from ankang.trust.keyring import keyring

from .approvals import MakerCannotDecide
from .errors import NotFound, Problem
from .limits import is_number
from .models import Approval

Release = TypeVar("Release", bound=Any)


@dataclass(frozen=True)
class Releases(Generic[Release]):
    """The releases of one kind. ``lock()`` is held by whoever approves, publishes or withdraws, until the transaction ends."""

    model: type[Release]
    signed_words: Callable[[Release], bytes]
    lock: Callable[[], object]
    outdated: type[Problem]
    not_possible: type[Problem]

    def at(self, moment: datetime) -> Release | None:
        """The release in force at ``moment``."""
        return self._approved().filter(effective_at__lte=moment).order_by("-effective_at").first()

    def coming(self, now: datetime) -> Release | None:
        """The approved release that comes into force next."""
        return self._approved().filter(effective_at__gt=now).order_by("effective_at").first()

    def newest(self) -> Release | None:
        """The approved release that comes into force last, be it later than now."""
        return self._approved().order_by("-effective_at").first()

    def find(self, number: Any) -> Release:
        """The release of this number. Raises NotFound."""
        found = self.model.objects.filter(pk=number).first() if is_number(str(number)) else None
        if found is None:
            raise NotFound()
        return found

    def sign(self, release: Release) -> None:
        """Sign ``signed_words`` with the house's statement key (SM2); does not save."""
        release.kid, signer = keyring().statement_signer()
        release.signature = signer.sign(self.signed_words(release))

    def verify(self, release: Release) -> bool:
        """Whether text, digest and signature of an approved release fit one of the house's keys."""
        if release.signature is None or release.kid is None or release.effective_at is None:
            return False
        public = keyring().statement_keys().get(release.kid)
        if public is None or sm3(release.text.encode()) != bytes(release.digest):
            return False
        return sm2_verify(public, self.signed_words(release), bytes(release.signature))

    def decide(self, approval: Approval, now: datetime) -> bool:
        """What a closed approval does: sign and put into force at the wanted moment, or keep as rejected or withdrawn.

        True when it was approved. Raises MakerCannotDecide (who wrote it cannot approve what a colleague submitted),
        ``outdated``, ``not_possible``; the decision then is not taken and nothing is lost.
        """
        release = self.model.objects.select_for_update().get(pk=int(approval.reference))
        if approval.state != "approved":
            release.state = approval.state
            release.save(update_fields=["state"])
            return False
        if approval.decisions.filter(by=release.author).exists():
            raise MakerCannotDecide()
        self.lock()  # always after the row itself: who withdraws takes them in the same order
        release.effective_at, release.state = self._moment(release, now), "approved"
        self.sign(release)
        try:
            with transaction.atomic():
                release.save(update_fields=["effective_at", "state", "signature", "kid"])
        except IntegrityError:
            raise self.outdated() from None
        return True

    def may_be_recalled(self, release: Release, now: datetime) -> bool:
        """Whether it is approved, later than now, and the newest: nothing was measured against it."""
        later = release.effective_at is not None and release.effective_at > now
        return bool(release.state == "approved" and later and self.newest() == release)

    def publish(self, now: datetime) -> list[Release]:
        """Mark what has come into force as published and its predecessor as superseded; what was marked. Idempotent."""
        due = self.model.objects.filter(state="approved", effective_at__lte=now).order_by("effective_at")
        if not due.exists():
            return []
        self.lock()
        published = list(due.select_for_update())
        for release in published:
            self.model.objects.filter(state="published").exclude(pk=release.pk).update(state="superseded")
            self.model.objects.filter(pk=release.pk).update(state="published")
            release.refresh_from_db()
        return published

    def _moment(self, release: Release, now: datetime) -> datetime:
        newest = self.newest()
        if newest != release.base:
            raise self.outdated()
        moment: datetime = max(release.wanted_at or now, now.replace(microsecond=0)).replace(microsecond=0)
        if newest is not None and newest.effective_at is not None and moment <= newest.effective_at:
            raise self.not_possible(details={"reason": "before_newest"})
        return moment

    def _approved(self) -> Any:
        return self.model.objects.filter(state__in=self.model.APPROVED)
