"""How a person's record came to stand as it does: states, and two records of one person made one."""

from django.db import models
from django.db.models import F, Q

from ankang.base.fields import EncryptedTextField

from ..rules import LEAVING_STATES, MERGE_STATES, STATES
from .persons import Person


class Standing(models.Model):
    """One change of a person's state: into which, when, by whom, why, by which document. Rows are never changed."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="standings")
    state = models.TextField(choices=[(state, state) for state in STATES])
    at = models.DateTimeField()
    by = models.BigIntegerField(null=True)
    by_name = models.TextField(default="")
    why = models.TextField()
    evidence = EncryptedTextField(room="people", label="standing.evidence", db_column="evidence_enc", null=True)

    class Meta:
        db_table = "people_standing"
        indexes = [models.Index(fields=["person", "-at"], name="people_standing_of_person")]


class Leaving(models.Model):
    """A change of state on its way: staff record a death or a wrong one (a second person decides), a person closes the
    account (a week to think it over). ``due_at`` None: when it is approved.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="leavings")
    state = models.TextField(choices=[(state, state) for state in LEAVING_STATES])
    asked_at = models.DateTimeField()
    asked_by = models.BigIntegerField(null=True)
    asked_by_name = models.TextField(default="")
    why = models.TextField()
    evidence = EncryptedTextField(room="people", label="leaving.evidence", db_column="evidence_enc", null=True)
    erase = models.BooleanField(default=False)
    due_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    dropped_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "people_leaving"
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(done_at=None, dropped_at=None), name="people_leaving_one_open"
            )
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(done_at=None, dropped_at=None), name="people_leaving_due")
        ]


class Merge(models.Model):
    """Two records of one person: ``absorbed`` ends, ``survivor`` goes on. ``kept`` is what an undo puts back (JSON)."""

    absorbed = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="merges_away")
    survivor = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="merges_in")
    state = models.TextField(default="asked", choices=[(state, state) for state in MERGE_STATES])
    why = models.TextField()
    asked_at = models.DateTimeField()
    asked_by = models.BigIntegerField()
    asked_by_name = models.TextField()
    done_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.BigIntegerField(null=True)
    undone_why = models.TextField(default="")
    kept = EncryptedTextField(room="people", label="merge.kept", db_column="kept_enc", null=True)

    class Meta:
        db_table = "people_merge"
        constraints = [
            models.CheckConstraint(condition=~Q(absorbed=F("survivor")), name="people_merge_of_two"),
            models.UniqueConstraint(
                fields=["absorbed"], condition=Q(state__in=("asked", "done")), name="people_merge_away_once"
            ),
        ]
