"""The checkpoint archive (B2): what regulators add to a place, and which part of it everybody may read."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .models import Checkpoint


class ArchiveItem(models.Model):
    """One entry of a regulator about a checkpoint, with its source and time. Never changed; a mistake is taken back."""

    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, related_name="archive")
    section = models.TextField(_("section"))
    kind = models.TextField(_("kind"))
    title = models.TextField(_("title"))
    result = models.TextField(_("result"), default="")
    number = models.TextField(_("number of the document"), default="")
    source = models.TextField(_("source"))
    happened_on = models.DateField(_("date"))
    valid_until = models.DateField(_("valid until"), null=True)
    recorded_at = models.DateTimeField(_("recorded at"))
    by = models.BigIntegerField(null=True)
    by_name = models.TextField(_("recorded by"))
    retracted_at = models.DateTimeField(null=True)
    retracted_by_name = models.TextField(default="")
    retract_reason = models.TextField(default="")

    class Meta:
        db_table = "places_archiveitem"
        verbose_name, verbose_name_plural = _("entry of the archive"), _("entries of the archive")
        indexes = [models.Index(fields=["checkpoint", "-happened_on"], name="places_archiveitem_of")]
        constraints = [
            models.CheckConstraint(
                condition=Q(retracted_at=None) | ~Q(retract_reason=""), name="places_archiveitem_says_why"
            ),
            models.UniqueConstraint(
                fields=["checkpoint", "section", "kind", "title", "happened_on", "number"],
                condition=Q(retracted_at=None),
                name="places_archiveitem_once",
            ),
        ]


class ArchiveDecision(models.Model):
    """The decision on record whether entries of a kind are public. In force for a kind is the last one approved; before any, no."""

    STATES = [
        ("pending", _("waiting for approval")),
        ("approved", _("approved")),
        ("rejected", _("rejected")),
        ("withdrawn", _("withdrawn")),
    ]

    section = models.TextField(_("section"))
    kind = models.TextField(_("kind"))
    public = models.BooleanField(_("public"))
    reason = models.TextField(_("reason"))
    state = models.TextField(_("state"), choices=STATES, default="pending")
    asked_by = models.BigIntegerField()
    asked_by_name = models.TextField(_("asked by"))
    asked_at = models.DateTimeField(_("asked at"))
    approval = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "places_archivedecision"
        verbose_name, verbose_name_plural = _("decision on the archive"), _("decisions on the archive")
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="places_archivedecision_says_why")]


class CheckpointEvent(models.Model):
    """What was done to a checkpoint and why: posters voided, closed for a time, moved, opening hours changed. Append-only."""

    KINDS = [
        ("voided", _("posters voided")),
        ("closed", _("closed for a time")),
        ("opened", _("opened again")),
        ("moved", _("moved")),
        ("hours", _("opening hours changed")),
    ]

    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, related_name="events")
    kind = models.TextField(_("what"), choices=KINDS)
    detail = models.JSONField(default=dict)
    reason = models.TextField(_("reason"), default="")
    by = models.BigIntegerField(null=True)
    by_name = models.TextField(_("by"), default="")
    at = models.DateTimeField(_("at"))

    class Meta:
        db_table = "places_checkpointevent"
        indexes = [models.Index(fields=["checkpoint", "-at"], name="places_checkpointevent_of")]
