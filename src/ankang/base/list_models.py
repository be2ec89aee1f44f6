"""What staff do with lists: filters they keep, actions on many rows, files they take away, persons they look for."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class SavedFilter(models.Model):
    """A list with its filters under a name. ``office``: shared with those who work for this organisation too.

    ``query`` never holds what somebody looked for (parameter q): it could be a document number.
    """

    owner = models.BigIntegerField()
    owner_name = models.TextField()
    office = models.BigIntegerField(null=True)
    name = models.TextField(_("name"))
    path = models.TextField()
    query = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        db_table = "base_savedfilter"
        constraints = [
            models.UniqueConstraint(fields=["owner", "path", "name"], name="base_savedfilter_once"),
            models.CheckConstraint(condition=Q(path__startswith="/console/"), name="base_savedfilter_of_the_console"),
        ]
        indexes = [
            models.Index(fields=["office"], condition=Q(office__isnull=False), name="base_savedfilter_of_office")
        ]


class BulkRun(models.Model):
    """One action on many rows: who did it, and what each row was before. ``rows``: {id, name, before, outcome, why}."""

    action = models.TextField()
    by = models.BigIntegerField()
    by_name = models.TextField()
    at = models.DateTimeField()
    inputs = models.JSONField(default=dict)
    rows = models.JSONField(default=list)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "base_bulkrun"
        indexes = [models.Index(fields=["by", "-at"], name="base_bulkrun_of")]


class Export(models.Model):
    """A file somebody asked for out of a list (docs/decisions: exports).

    ``masked`` ones are given at once; others wait for an approval, lie sealed for a day, and are fetched once.
    ``ids``: the rows that were asked for; ``people``: whose data the file holds. ``sealed``: SM4-GCM of the file, gone with
    the fetch or the day.
    """

    STATES = [
        ("asked", _("waiting for approval")),
        ("ready", _("ready to be fetched")),
        ("fetched", _("fetched")),
        ("rejected", _("refused")),
        ("withdrawn", _("withdrawn")),
        ("expired", _("expired")),
    ]

    subject = models.TextField()
    query = models.TextField(default="")
    form = models.TextField()
    lang = models.TextField(default="zh")
    masked = models.BooleanField()
    purpose = models.TextField(default="")
    rows = models.IntegerField(default=0)
    ids = models.JSONField(default=list)
    people = models.JSONField(default=list)
    state = models.TextField(choices=STATES)
    by = models.BigIntegerField()
    by_name = models.TextField()
    at = models.DateTimeField()
    approval = models.BigIntegerField(null=True)
    approved_by_name = models.TextField(default="")
    digest = models.BinaryField(null=True)
    sealed = models.BinaryField(null=True)
    expires_at = models.DateTimeField(null=True)
    fetched_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "base_export"
        constraints = [
            models.CheckConstraint(condition=Q(masked=True) | ~Q(purpose=""), name="base_export_unmasked_has_a_purpose"),
            models.CheckConstraint(condition=Q(sealed=None) | Q(state="ready"), name="base_export_sealed_until_fetched"),
        ]
        indexes = [models.Index(fields=["by", "-at"], name="base_export_of")]
