"""Questions of residents about reads, alerts for the auditor, and look-ups."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ankang.base.fields import EncryptedTextField
from ankang.base.models import Region

from .rules import ALERT_STATES, OUTCOMES, PATTERNS, QUESTION_STATES, SOUGHT


class Question(models.Model):
    """A resident asks why a read happened. The auditor of the resident's region answers; the reader is told nothing.

    ``read``, ``read_at``: the row of base_accessrecord (person, read, read_at).
    """

    person = models.BigIntegerField()
    read = models.UUIDField()
    read_at = models.DateTimeField()
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    text = EncryptedTextField(room="people", label="question.text", db_column="text_enc")
    asked_at = models.DateTimeField()
    state = models.TextField(default="open", choices=[(state, state) for state in QUESTION_STATES])
    answer = EncryptedTextField(room="people", label="question.answer", db_column="answer_enc", null=True)
    decided_by = models.BigIntegerField(null=True)
    decided_by_name = models.TextField(default="")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "access_question"
        constraints = [
            models.UniqueConstraint(fields=["person", "read"], name="access_question_once_a_read"),
            models.CheckConstraint(
                condition=Q(state="open", decided_at=None)
                | ~Q(state="open") & Q(decided_at__isnull=False, decided_by__isnull=False, answer__isnull=False),
                name="access_question_decided_says_why",
            ),
        ]
        indexes = [models.Index(fields=["region", "-asked_at"], name="access_question_of_region")]


class Alert(models.Model):
    """An unusual pattern of reads. One a pattern, reader (or person) and ``key`` (a day, an hour): finding it again adds no row.

    ``counts`` are the numbers that made it one. ``region``: whose auditor weighs it.
    """

    STATES = [
        ("open", _("waiting to be weighed")),
        ("explained", _("explained")),
        ("escalated", _("escalated")),
        ("closed", _("closed")),
    ]

    pattern = models.TextField(_("pattern"), choices=[(pattern, pattern) for pattern in PATTERNS])
    reader = models.BigIntegerField(default=0)
    reader_name = models.TextField(_("reader"), default="")
    person = models.BigIntegerField(default=0)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    key = models.TextField()
    counts = models.JSONField()
    raised_at = models.DateTimeField(_("raised"))
    state = models.TextField(_("state"), choices=STATES, default="open")

    class Meta:
        db_table = "access_alert"
        constraints = [
            models.UniqueConstraint(fields=["pattern", "reader", "person", "key"], name="access_alert_once"),
            models.CheckConstraint(condition=Q(state__in=ALERT_STATES), name="access_alert_known_state"),
        ]
        indexes = [models.Index(fields=["region", "state", "-raised_at"], name="access_alert_of_region")]


class AlertNote(models.Model):
    """What an auditor decided about an alert, and why. Append-only by a trigger."""

    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="notes")
    at = models.DateTimeField()
    by = models.BigIntegerField()
    by_name = models.TextField()
    state = models.TextField()
    note = EncryptedTextField(room="people", label="alertnote.note", db_column="note_enc")

    class Meta:
        db_table = "access_alertnote"


class LookUp(models.Model):
    """One look-up, also one that found nobody. What was typed is kept as a blind index only. Append-only by a trigger.

    ``sought``: by a document (or phone) number, or by name and birth date.
    """

    at = models.DateTimeField()
    by = models.BigIntegerField()
    by_name = models.TextField()
    role = models.TextField()
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    office = models.BigIntegerField(null=True)
    purpose = models.TextField()
    sought = models.TextField(default="number", db_default="number", choices=[(way, way) for way in SOUGHT])
    number_blind = models.BinaryField()
    outcome = models.TextField(choices=[(outcome, outcome) for outcome in OUTCOMES])
    person = models.BigIntegerField(null=True)

    class Meta:
        db_table = "access_lookup"
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=OUTCOMES), name="access_lookup_known_outcome"),
            models.CheckConstraint(condition=~Q(purpose=""), name="access_lookup_says_why"),
            models.CheckConstraint(condition=Q(sought__in=SOUGHT), name="access_lookup_known_way"),
        ]
        indexes = [
            models.Index(fields=["by", "-at"], name="access_lookup_of_reader"),
            models.Index(fields=["region", "-at"], name="access_lookup_of_region"),
        ]


class Watch(models.Model):
    """How far the search for unusual patterns got: reads up to ``until`` were weighed. One row."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    until = models.DateTimeField()

    class Meta:
        db_table = "access_watch"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="access_watch_one_row")]
