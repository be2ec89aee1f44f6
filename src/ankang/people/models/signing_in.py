"""Where people are signed in, withdrawals that gates must know, and one-time codes."""

from django.db import models
from django.db.models import F, Q

from ..rules import TRIES_PER_CODE
from .persons import Person


class Credential(models.Model):
    """One place where a person is signed in; its ``id`` is the serial inside the bearer token.

    ``guardianship``: it is a guardian's phone that shows a ward's code by it; it ends with the guardianship, and with the
    guardian's own credential ``opened_from`` on that phone.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="credentials")
    label = models.TextField()
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    guardianship = models.BigIntegerField(null=True)
    opened_from = models.BigIntegerField(null=True)

    class Meta:
        db_table = "people_credential"
        indexes = [
            models.Index(
                fields=["guardianship"], name="people_credential_of_wards", condition=Q(guardianship__isnull=False)
            ),
            models.Index(fields=["revoked_at"], name="people_credential_revoked", condition=~Q(revoked_at=None)),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("issued_at")), name="people_credential_lasts")
        ]


class Voiding(models.Model):
    """A withdrawal after which the person's passes issued until then no longer count (core.voidings). Gates read it."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="voidings")
    at = models.DateTimeField()

    class Meta:
        db_table = "people_voiding"
        indexes = [models.Index(fields=["at"], name="people_voiding_recent")]


class OneTimeCode(models.Model):
    """A code sent to a phone, kept as HMAC-SM3; ``attempts`` counts wrong tries, ``confirmed_at`` is the right one."""

    phone_blind = models.BinaryField()
    purpose = models.TextField()
    code_hash = models.BinaryField()
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    attempts = models.SmallIntegerField(default=0)
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "people_onetimecode"
        indexes = [models.Index(fields=["phone_blind", "-sent_at"], name="people_onetimecode_by_phone")]
        constraints = [
            models.CheckConstraint(
                condition=Q(attempts__gte=0, attempts__lte=TRIES_PER_CODE),
                name="people_onetimecode_five_tries",
            )
        ]
