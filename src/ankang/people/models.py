"""Persons, what they agreed to, where they are signed in, what they carry instead of a
phone, and the one-time codes that prove a phone."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ankang.base.fields import EncryptedTextField
from ankang.base.models import Region
from ankang.core.codes.paper import GENERATIONS
from ankang.core.identifiers import DocumentKind
from ankang.core.masking import mask_name

from .rules import CARRIER_KINDS, PAPER, PEOPLE_PER_PHONE, TRIES_PER_CODE, VOID_REASONS

MOST_PERSONS = 2**30 - 1  # a code index has 30 bits


class Person(models.Model):
    """One person, one code. ``id`` is the person number: dense, and never shown to anyone.

    ``phone_slot`` (1 … 6) is this person's place on the phone: with the unique constraint the table itself cannot
    hold a seventh person on one number.
    """

    document_kind = models.TextField(_("document"), choices=[(kind.value, kind.value) for kind in DocumentKind])
    document = EncryptedTextField(room="people", label="person.document", db_column="document_enc")
    document_blind = models.BinaryField()
    name = EncryptedTextField(room="people", label="person.name", db_column="name_enc")
    phone = EncryptedTextField(room="people", label="person.phone", db_column="phone_enc")
    phone_blind = models.BinaryField()
    phone_slot = models.SmallIntegerField()
    address = EncryptedTextField(room="people", label="person.address", db_column="address_enc", null=True)
    town = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+", verbose_name=_("town"))
    created_at = models.DateTimeField(_("applied at"))
    applied_via = models.TextField(_("applied by"))

    class Meta:
        db_table = "people_person"
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.UniqueConstraint(fields=["document_blind"], name="people_person_one_document"),
            models.UniqueConstraint(fields=["phone_blind", "phone_slot"], name="people_person_phone_slot_once"),
            models.CheckConstraint(
                condition=Q(phone_slot__gte=1, phone_slot__lte=PEOPLE_PER_PHONE),
                name="people_person_six_a_phone",
            ),
            models.CheckConstraint(
                condition=Q(id__gte=1, id__lte=MOST_PERSONS), name="people_person_number_fits_index"
            ),
            models.CheckConstraint(
                condition=Q(document_kind__in=[kind.value for kind in DocumentKind]),
                name="people_person_known_document",
            ),
        ]

    def __str__(self) -> str:
        return mask_name(self.name)


class Consent(models.Model):
    """A person's agreement to one purpose in one version of its words; withdrawn ones stay as proof."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="consents")
    purpose = models.TextField()
    version = models.SmallIntegerField()
    granted_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "people_consent"
        constraints = [
            models.UniqueConstraint(
                fields=["person", "purpose"], condition=Q(withdrawn_at=None), name="people_consent_one_live"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(withdrawn_at__gte=F("granted_at")),
                name="people_consent_withdrawn_after_granted",
            ),
        ]


class Credential(models.Model):
    """One place where a person is signed in; its ``id`` is the serial inside the bearer token."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="credentials")
    label = models.TextField()
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "people_credential"
        indexes = [models.Index(fields=["revoked_at"], name="people_credential_revoked", condition=~Q(revoked_at=None))]
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


class Carrier(models.Model):
    """Something a person carries instead of a phone: a printed sheet or a card that is theirs anyway.

    ``number_blind`` finds it by what stands on it (core.cards): one live carrier a number. ``generation`` counts a person's
    sheets. ``revision`` is that of the gates' table "carriers" in which the row changed last: gates fetch what is newer.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="carriers")
    kind = models.TextField(choices=[(kind, kind) for kind in CARRIER_KINDS])
    number_blind = models.BinaryField()
    last_digits = models.TextField()
    generation = models.SmallIntegerField(null=True)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    voided_at = models.DateTimeField(null=True)
    void_reason = models.TextField(default="", choices=[(reason, reason) for reason in ("", *VOID_REASONS)])
    issued_by = models.BigIntegerField(null=True)
    revision = models.BigIntegerField()

    class Meta:
        db_table = "people_carrier"
        indexes = [
            models.Index(fields=["revision", "id"], name="people_carrier_by_revision"),
            models.Index(fields=["number_blind", "-revision"], name="people_carrier_by_number"),
            models.Index(fields=["person", "-generation"], name="people_carrier_sheets", condition=Q(kind=PAPER)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["number_blind"], condition=Q(voided_at=None), name="people_carrier_one_live_number"
            ),
            models.UniqueConstraint(
                fields=["person"], condition=Q(voided_at=None, kind=PAPER), name="people_carrier_one_live_sheet"
            ),
            models.UniqueConstraint(
                fields=["person", "generation"], condition=Q(kind=PAPER), name="people_carrier_generation_once"
            ),
            models.CheckConstraint(
                condition=Q(kind=PAPER, generation__gte=1, generation__lte=GENERATIONS, expires_at__isnull=False)
                | (~Q(kind=PAPER) & Q(generation__isnull=True)),
                name="people_carrier_sheets_have_generations",
            ),
            models.CheckConstraint(condition=Q(kind__in=CARRIER_KINDS), name="people_carrier_known_kind"),
            models.CheckConstraint(
                condition=Q(voided_at=None, void_reason="") | (Q(voided_at__isnull=False) & ~Q(void_reason="")),
                name="people_carrier_void_says_why",
            ),
        ]


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
