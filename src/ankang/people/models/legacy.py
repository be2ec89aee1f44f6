"""Registration codes that were there before: return-to-work, compound, bus, taxi."""

from django.db import models
from django.db.models import Q

from ankang.base.fields import EncryptedTextField
from ankang.base.models import Region

from ..rules import LEGACY_STATES, LEGACY_SYSTEMS
from .persons import Person


class LegacyImport(models.Model):
    """A list of old codes that somebody handed in: checked, then taken, and undone if it was the wrong one.

    ``content`` is the list as it came, sealed, for a month; ``findings`` are counts and faults by row, without contents.
    """

    system = models.TextField(choices=[(system, system) for system in LEGACY_SYSTEMS])
    file_name = models.TextField()
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    state = models.TextField(default="checked", choices=[(state, state) for state in LEGACY_STATES])
    content = models.BinaryField(null=True)
    digest = models.BinaryField()
    findings = models.JSONField(default=dict)
    by = models.BigIntegerField()
    by_name = models.TextField()
    at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "people_legacyimport"
        constraints = [
            models.UniqueConstraint(
                fields=["digest"], condition=Q(state__in=("checked", "taken")), name="people_legacyimport_once"
            )
        ]


class LegacyCode(models.Model):
    """One old code, found by its number's blind index. Its person is known by document; before they apply, it waits."""

    system = models.TextField()
    number_blind = models.BinaryField()
    last_digits = models.TextField()
    name = EncryptedTextField(room="people", label="legacy.name", db_column="name_enc")
    document_blind = models.BinaryField()
    person = models.ForeignKey(Person, on_delete=models.CASCADE, null=True, related_name="legacy_codes")
    source = models.ForeignKey(LegacyImport, on_delete=models.CASCADE, related_name="codes")

    class Meta:
        db_table = "people_legacycode"
        constraints = [
            models.UniqueConstraint(fields=["system", "number_blind"], name="people_legacycode_once"),
        ]
        indexes = [
            models.Index(fields=["document_blind"], condition=Q(person=None), name="people_legacycode_waits"),
        ]
