"""What a person carries instead of a phone."""

from django.db import models
from django.db.models import Q

from ankang.core.codes.paper import GENERATIONS

from ..rules import CARRIER_KINDS, PAPER, VOID_REASONS
from .persons import Person


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
