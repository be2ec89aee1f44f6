"""Persons, and what they agreed to."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ankang.base.fields import EncryptedTextField
from ankang.base.models import Region
from ankang.core.identifiers import DocumentKind
from ankang.core.masking import mask_name

from ..rules import PEOPLE_PER_PHONE

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
