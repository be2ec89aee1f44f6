"""Persons, and what they agreed to."""

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ankang.base.fields import EncryptedTextField
from ankang.base.models import Region
from ankang.core.identifiers import DocumentKind
from ankang.core.masking import mask_name

from ..known_by import FIELDS, blind_of
from ..rules import PEOPLE_PER_PHONE, PHONE_OWNERS, STATES, STATES_LEFT

MOST_PERSONS = 2**30 - 1  # a code index has 30 bits


class Person(models.Model):
    """One person, one code. ``id`` is the person number: dense, and never shown to anyone.

    ``phone_slot`` (1 … 6) is this person's place on the phone: with the unique constraint the table itself cannot
    hold a seventh person on one number. Who has no phone has neither number nor place; ``phone_owner`` says whose it
    is (own, a helper's). ``document_country``: of a passport. ``born``: a day, where the document does not tell it.
    ``name_born_blind``: see known_by; a statement that writes past :meth:`save` writes it too.
    """

    document_kind = models.TextField(_("document"), choices=[(kind.value, kind.value) for kind in DocumentKind])
    document = EncryptedTextField(room="people", label="person.document", db_column="document_enc")
    document_blind = models.BinaryField()
    name = EncryptedTextField(room="people", label="person.name", db_column="name_enc")
    name_born_blind = models.BinaryField(null=True)
    document_country = models.TextField(default="", db_default="")
    born = EncryptedTextField(room="people", label="person.born", db_column="born_enc", null=True)
    phone = EncryptedTextField(room="people", label="person.phone", db_column="phone_enc", null=True)
    phone_blind = models.BinaryField(null=True)
    phone_slot = models.SmallIntegerField(null=True)
    phone_owner = models.TextField(default="own", db_default="own", choices=[(owner, owner) for owner in PHONE_OWNERS])
    address = EncryptedTextField(room="people", label="person.address", db_column="address_enc", null=True)
    town = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+", verbose_name=_("town"))
    created_at = models.DateTimeField(_("applied at"))
    applied_via = models.TextField(_("applied by"))
    state = models.TextField(_("state"), default="active", db_default="active", choices=[(s, s) for s in STATES])
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="absorbed")

    class Meta:
        db_table = "people_person"
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.UniqueConstraint(fields=["document_blind", "document_country"], name="people_person_one_document"),
            models.UniqueConstraint(fields=["phone_blind", "phone_slot"], name="people_person_phone_slot_once"),
            models.CheckConstraint(
                condition=Q(phone_slot__gte=1, phone_slot__lte=PEOPLE_PER_PHONE, phone_blind__isnull=False)
                | Q(phone_slot=None, phone_blind=None, phone=None),
                name="people_person_six_a_phone",
            ),
            models.CheckConstraint(condition=Q(state__in=STATES), name="people_person_known_state"),
            models.CheckConstraint(
                condition=Q(state="merged", merged_into__isnull=False) | (~Q(state="merged") & Q(merged_into=None)),
                name="people_person_merged_into_somebody",
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None) | ~Q(merged_into=F("id")), name="people_person_not_merged_into_itself"
            ),
            models.CheckConstraint(
                condition=Q(id__gte=1, id__lte=MOST_PERSONS), name="people_person_number_fits_index"
            ),
            models.CheckConstraint(
                condition=Q(document_kind__in=[kind.value for kind in DocumentKind]),
                name="people_person_known_document",
            ),
        ]
        indexes = [
            models.Index(fields=["id"], name="people_person_left", condition=Q(state__in=STATES_LEFT)),
            models.Index(fields=["name_born_blind"], name="people_person_name_born"),
            models.Index(fields=["id"], name="people_person_not_indexed", condition=Q(name_born_blind=None)),
        ]

    def __str__(self) -> str:
        return mask_name(self.name)

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        """Whatever writes name, document or birth date writes the index over them."""
        if update_fields is None or FIELDS.intersection(update_fields):
            self.name_born_blind = blind_of(self.name, self.document_kind, self.document, self.born)
            update_fields = None if update_fields is None else [*update_fields, "name_born_blind"]
        super().save(*args, update_fields=update_fields, **kwargs)


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


class FormerDocument(models.Model):
    """A document a person was known by before: it still leads to the person (one person, one code), who shows another."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="former_documents")
    kind = models.TextField()
    number = EncryptedTextField(room="people", label="former.number", db_column="number_enc")
    document_blind = models.BinaryField()
    country = models.TextField(default="")
    until = models.DateTimeField()

    class Meta:
        db_table = "people_formerdocument"
        constraints = [
            models.UniqueConstraint(fields=["document_blind", "country"], name="people_formerdocument_one_person")
        ]


class Change(models.Model):
    """What stood in a person's record before, encrypted: each change of name, phone, town or document, and by whom."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="changes")
    field = models.TextField()
    before = EncryptedTextField(room="people", label="change.before", db_column="before_enc")
    at = models.DateTimeField()
    by = models.BigIntegerField(null=True)
    by_name = models.TextField(default="")

    class Meta:
        db_table = "people_change"
        indexes = [models.Index(fields=["person", "-at"], name="people_change_of_person")]
