"""Ride codes issued (E6) and rides taken. The two big tables are partitioned by day and hold no foreign key."""

from django.db import models
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
