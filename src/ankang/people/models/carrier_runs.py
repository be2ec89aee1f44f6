"""Sheets printed and cards bound by the list."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class CarrierRun(models.Model):
    """A list of people for whom staff print sheets (``print``) or bind cards (``bind``).

    ``sealed`` holds the good rows, ``sealed_refused`` the others, both SM4-GCM ciphertext (carriers_runs): nothing of a list stands
    here in clear. ``cursor`` counts the rows that were dealt with, ``done`` those that succeeded; both move in the transaction
    of what they did.
    """

    KINDS = [("print", _("sheets to print")), ("bind", _("cards to bind"))]
    STATES = [
        ("checked", _("checked")),
        ("waiting", _("waiting for its turn")),
        ("running", _("running")),
        ("finished", _("finished")),
        ("cancelled", _("cancelled")),
    ]

    kind = models.TextField(choices=KINDS)
    state = models.TextField(choices=STATES, default="checked")
    created_by = models.BigIntegerField()
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    filename = models.TextField()
    purpose = models.TextField()
    rows = models.IntegerField()
    cursor = models.IntegerField(default=0)
    done = models.IntegerField(default=0)
    refused = models.IntegerField(default=0)
    sealed = models.BinaryField(null=True)
    sealed_refused = models.BinaryField(null=True)

    class Meta:
        db_table = "people_carrierrun"
        indexes = [models.Index(fields=["created_by", "-created_at"], name="people_carrierrun_of")]
        constraints = [
            models.CheckConstraint(
                condition=Q(cursor__gte=0, cursor__lte=models.F("rows")), name="people_carrierrun_cursor"
            )
        ]


class CarrierFile(models.Model):
    """A part of a print run: a PDF of up to 200 sheets, sealed, kept two days."""

    run = models.ForeignKey(CarrierRun, on_delete=models.CASCADE, related_name="files")
    part = models.IntegerField()
    sheets = models.IntegerField()
    sealed = models.BinaryField()

    class Meta:
        db_table = "people_carrierfile"
        constraints = [models.UniqueConstraint(fields=["run", "part"], name="people_carrierfile_once")]
