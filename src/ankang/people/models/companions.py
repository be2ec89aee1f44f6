"""Who walks along with whom, and is admitted on the other's code (A6)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ..rules import COMPANION_BASES, COMPANION_ENDS, COMPANION_EVENTS, COMPANIONS_PER_PERSON
from .persons import Person


class Companion(models.Model):
    """``holder`` may bring ``companion`` along: one scan of the holder's code answers for both, each by the own colour.

    ``slot`` (1 … 6) is the companion's place with the holder: with the unique constraint the table itself cannot hold a
    seventh. ``along_until``: until then the two walk together. ``name_sealed`` is the masked name for gates
    (core.gate_names). ``revision`` is that of the gates' table "companions" in which the row changed last.
    """

    holder = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="companions")
    companion = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="walks_with")
    slot = models.SmallIntegerField()
    how = models.TextField(choices=[(basis, basis) for basis in COMPANION_BASES])
    agreed_at = models.DateTimeField()
    agreed_by = models.BigIntegerField(null=True)
    along_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_why = models.TextField(default="", choices=[(why, why) for why in ("", *COMPANION_ENDS)])
    name_sealed = models.BinaryField()
    revision = models.BigIntegerField()

    class Meta:
        db_table = "people_companion"
        verbose_name = _("companion")
        verbose_name_plural = _("companions")
        indexes = [
            models.Index(fields=["revision", "id"], name="people_companion_by_revision"),
            models.Index(fields=["along_until"], name="people_companion_along", condition=Q(along_until__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["holder", "companion"], condition=Q(ended_at=None), name="people_companion_one_live_pair"
            ),
            models.UniqueConstraint(
                fields=["holder", "slot"], condition=Q(ended_at=None), name="people_companion_slot_once"
            ),
            models.CheckConstraint(
                condition=Q(slot__gte=1, slot__lte=COMPANIONS_PER_PERSON), name="people_companion_six_a_person"
            ),
            models.CheckConstraint(condition=~Q(holder=F("companion")), name="people_companion_of_another"),
            models.CheckConstraint(condition=Q(how__in=COMPANION_BASES), name="people_companion_known_basis"),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_why="") | (Q(ended_at__isnull=False, along_until=None) & ~Q(ended_why="")),
                name="people_companion_end_says_why",
            ),
        ]


class CompanionEvent(models.Model):
    """What happened to a pair, and who did it; written once. ``by`` is the member of staff, where it was one."""

    pair = models.ForeignKey(Companion, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField()
    what = models.TextField(choices=[(event, event) for event in COMPANION_EVENTS])
    actor = models.TextField()
    by = models.BigIntegerField(null=True)
    until = models.DateTimeField(null=True)

    class Meta:
        db_table = "people_companion_event"
        indexes = [models.Index(fields=["pair", "-at"], name="people_companion_event_of_pair")]
