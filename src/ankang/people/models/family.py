"""Who applies, shows and manages for whom."""

from django.db import models
from django.db.models import F, Q

from ..rules import GUARDIAN_BASES, GUARDIAN_KINDS
from .persons import Person


class Guardianship(models.Model):
    """A guardian shows and manages the code of a ward: a minor until the 18th birthday (``ends_at``), or an adult who
    agreed, until either ends it. The gate needs no rule for it: the ward's credentials on that phone end with it.
    """

    guardian = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="wards")
    ward = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="guardians")
    kind = models.TextField(choices=[(kind, kind) for kind in GUARDIAN_KINDS])
    basis = models.TextField(choices=[(basis, basis) for basis in GUARDIAN_BASES])
    started_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.BigIntegerField(null=True)
    ended_why = models.TextField(default="")

    class Meta:
        db_table = "people_guardianship"
        constraints = [
            models.UniqueConstraint(
                fields=["guardian", "ward"], condition=Q(ended_at=None), name="people_guardianship_once"
            ),
            models.CheckConstraint(condition=~Q(guardian=F("ward")), name="people_guardianship_of_another"),
            models.CheckConstraint(
                condition=~Q(kind="minor") | Q(ends_at__isnull=False), name="people_guardianship_of_minors_ends"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_why="") | (Q(ended_at__isnull=False) & ~Q(ended_why="")),
                name="people_guardianship_end_says_why",
            ),
        ]
        indexes = [
            models.Index(fields=["ward"], condition=Q(ended_at=None), name="people_guardianship_of_ward"),
        ]
