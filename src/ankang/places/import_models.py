"""Lists of organisations and checkpoints that were handed in as a file, and what became of each row."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class PlaceImport(models.Model):
    """One file: checked row by row, looked at, confirmed, carried out; may be undone. ``data`` goes when it is over."""

    STATES = [
        ("waiting", _("waiting to be checked")),
        ("checking", _("being checked")),
        ("checked", _("checked, waits for you")),
        ("confirmed", _("confirmed")),
        ("running", _("being carried out")),
        ("finished", _("finished")),
        ("undone", _("undone")),
        ("cancelled", _("thrown away")),
        ("failed", _("failed")),
    ]

    name = models.TextField(_("file"))
    digest = models.BinaryField()
    data = models.BinaryField(null=True)
    state = models.TextField(_("state"), choices=STATES, default="waiting")
    header = models.JSONField(default=list)
    encoding = models.TextField(default="")
    total = models.IntegerField(_("rows"), default=0)
    done = models.IntegerField(default=0)
    counts = models.JSONField(default=dict)
    fault = models.TextField(default="")
    by = models.BigIntegerField()
    by_name = models.TextField(_("handed in by"))
    created_at = models.DateTimeField(_("handed in"))
    checked_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    mends = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "places_import"
        verbose_name, verbose_name_plural = _("list of places"), _("lists of places")
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        "waiting", "checking", "checked", "confirmed", "running", "finished", "undone", "cancelled",
                        "failed",
                    ]
                ),
                name="places_import_known_state",
            )
        ]  # fmt: skip


class PlaceImportRow(models.Model):
    """One row: what stands in it, what it means (``outcome``), its faults as [column, code], and what it made or changed.

    ``before``: what an organisation or checkpoint was, so that undoing puts it back.
    """

    OUTCOMES = [
        ("new", _("new")),
        ("change", _("changes")),
        ("same", _("there already")),
        ("fault", _("fault")),
        ("done", _("done")),
        ("undone", _("undone")),
        ("kept", _("kept, because it is in use")),
    ]

    batch = models.ForeignKey(PlaceImport, on_delete=models.CASCADE, related_name="rows", db_constraint=False)
    line = models.IntegerField(_("line"))
    cells = models.JSONField()
    outcome = models.TextField(_("outcome"), choices=OUTCOMES)
    faults = models.JSONField(default=list)
    warnings = models.JSONField(default=list)
    organisation = models.BigIntegerField(null=True)
    checkpoint = models.BigIntegerField(null=True)
    before = models.JSONField(null=True)
    made = models.JSONField(default=list)

    class Meta:
        db_table = "places_importrow"
        constraints = [models.UniqueConstraint(fields=["batch", "line"], name="places_importrow_once")]
        indexes = [models.Index(fields=["batch", "outcome", "line"], name="places_importrow_by_outcome")]
