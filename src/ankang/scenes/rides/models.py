"""Ride codes issued (E6) and rides taken. The two big tables are partitioned by day and hold no foreign key."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Certificate(models.Model):
    """A certificate of ours: key ``issuer_kid`` of ride_issuer, signed by key ``authority_kid`` of ride_authority."""

    authority_kid = models.SmallIntegerField()
    issuer_kid = models.SmallIntegerField()
    issuer = models.TextField()
    raw = models.BinaryField()
    made_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        db_table = "rides_certificate"


class ForeignAuthority(models.Model):
    """Another province's or house's authority: its own certificate (117 bytes), trusted once a second person agreed.

    ``kid``: the number by which issuers' certificates name it; among those that wait or are trusted each number and each
    fingerprint (SM3 of ``raw``) is there once. It counts from ``decided_at`` to ``ended_at`` or ``ends_at``.
    """

    STATES = [
        ("pending", _("waiting for a decision")),
        ("approved", _("trusted")),
        ("rejected", _("rejected")),
        ("withdrawn", _("withdrawn")),
        ("ended", _("ended")),
    ]

    kid = models.SmallIntegerField()
    name = models.TextField(_("name"))
    issuer = models.TextField()
    raw = models.BinaryField()
    fingerprint = models.BinaryField()
    reason = models.TextField(_("reason"))
    state = models.TextField(_("state"), choices=STATES, default="pending")
    approval = models.BigIntegerField(null=True)
    asked_by = models.BigIntegerField()
    asked_by_name = models.TextField()
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by_name = models.TextField(default="")
    ended_why = models.TextField(default="")

    class Meta:
        db_table = "rides_foreign_authority"
        verbose_name, verbose_name_plural = _("authority of ride codes"), _("authorities of ride codes")
        constraints = [
            models.UniqueConstraint(
                fields=["kid"], condition=Q(state__in=["pending", "approved"]), name="rides_foreign_authority_one_a_number"
            ),
            models.UniqueConstraint(
                fields=["fingerprint"], condition=Q(state__in=["pending", "approved"]), name="rides_foreign_authority_once"
            ),
            models.CheckConstraint(condition=Q(kid__gte=0, kid__lte=255), name="rides_foreign_authority_kid_is_a_byte"),
        ]

    @property
    def digest(self) -> str:
        """The fingerprint as people compare it: hex in groups of four."""
        text = bytes(self.fingerprint).hex()
        return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


class Authorisation(models.Model):
    """What a phone's key may do on one day (04:00 to 04:00); ``raw`` is what the phone keeps.

    The table's key is (person, day, account); one of a credential lives at a time. ``account`` is drawn anew each time.
    """

    account = models.UUIDField(primary_key=True)
    person = models.BigIntegerField()
    day = models.DateField()
    credential = models.BigIntegerField()
    public_key = models.BinaryField()
    raw = models.BinaryField()
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "rides_authorisation"
        managed = False


class Ride(models.Model):
    """One ride code at one transit gate, as its device reported it; nobody changes it.

    ``trace`` is the day pseudonym, as of visits. ``showing`` says which showing of which account it was. ``verdict``,
    ``reason`` and ``direction`` are numbers of core.verdicts. What colour the gate saw is not kept: no interface takes one.
    """

    # The table's key is (trace, ride, day); Django is told the part that is unique by itself.
    ride = models.UUIDField(_("ride"), primary_key=True)
    trace = models.UUIDField(_("pseudonym of the day"))
    day = models.DateField(_("day"))
    showing = models.UUIDField()
    at = models.DateTimeField(_("time"))
    received_at = models.DateTimeField(_("received"))
    checkpoint = models.BigIntegerField(_("checkpoint"))
    device = models.BigIntegerField(_("device"))
    direction = models.SmallIntegerField(_("direction"))
    verdict = models.SmallIntegerField(_("verdict"))
    reason = models.SmallIntegerField(_("reason"))
    line = models.TextField(_("line"))
    vehicle = models.TextField(_("vehicle"))

    class Meta:
        db_table = "rides_ride"
        managed = False
