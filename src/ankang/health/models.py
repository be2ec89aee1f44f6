"""Evidence, retractions, areas, the computed colour of each person, and the ordered feed of its changes.

Nothing here is written but by this room's services. The partitioned tables are made by RunSQL; Django reads
them with the part of their key that is unique by itself.
"""

from typing import get_args

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ankang.core.colours import Colour as CodeColour
from ankang.core.evidence import EvidenceKind
from ankang.core.rules.language import Level

COLOURS = [(colour.value, colour.word("zh")) for colour in CodeColour]
LEVELS = get_args(Level)
KINDS = [(kind.value, kind.word("zh")) for kind in EvidenceKind]


class Evidence(models.Model):
    """One record about one person. Never changed and never deleted: the database refuses. Partitioned by
    month.
    """

    id = models.UUIDField(primary_key=True)
    person = models.BigIntegerField()
    kind = models.TextField(_("kind"), choices=KINDS)
    occurred_at = models.DateTimeField(_("occurred at"))
    recorded_at = models.DateTimeField(_("recorded at"))
    source = models.JSONField(_("source"))
    attributes = models.JSONField(_("attributes"))

    class Meta:
        db_table = "health_evidence"
        managed = False
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")


class Retraction(models.Model):
    """Says that a record of evidence was a mistake, why, and who says so. One for each record at most."""

    pk = models.CompositePrimaryKey("person", "evidence")
    person = models.BigIntegerField()
    evidence = models.UUIDField()
    reason = models.TextField()
    by = models.TextField()
    at = models.DateTimeField()

    class Meta:
        db_table = "health_retraction"
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="health_retraction_says_why")]


class Area(models.Model):
    """A region assessed at a level for a time (risk area, severe area): what ``ankang.core.rules.Area`` is
    made of.
    """

    LEVELS = [(level, level) for level in LEVELS]

    code = models.TextField()
    name = models.TextField()
    level = models.TextField(choices=LEVELS)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    source = models.TextField()

    class Meta:
        db_table = "health_area"
        constraints = [
            models.CheckConstraint(condition=Q(code__regex=r"^[0-9]{2,12}$"), name="health_area_code_is_digits"),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gt=models.F("since")),
                name="health_area_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(level__in=LEVELS), name="health_area_known_level"
            ),
        ]


class Colour(models.Model):
    """The colour of one person as last computed, with its reasons. ``since`` … ``until`` None: until new
    evidence.
    """

    person = models.BigIntegerField(primary_key=True)
    colour = models.SmallIntegerField(_("colour"), choices=COLOURS)
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"), null=True)
    reasons = models.JSONField(_("reasons"))
    rule_set = models.TextField(_("rule set"))
    evaluated_at = models.DateTimeField(_("evaluated at"))

    class Meta:
        db_table = "health_colour"
        verbose_name = _("colour")
        verbose_name_plural = _("colours")
        constraints = [
            models.CheckConstraint(condition=Q(colour__gte=0, colour__lte=3), name="health_colour_known"),
            models.CheckConstraint(
                condition=Q(colour__lte=1) | ~Q(reasons=[]), name="health_colour_restricts_with_a_reason"
            ),
        ]
        indexes = [
            models.Index(fields=["until"], condition=Q(until__isnull=False), name="health_colour_by_end"),
            models.Index(fields=["since"], condition=Q(colour=0), name="health_colour_unchecked"),
            models.Index(fields=["colour", "person"], condition=~Q(colour=1), name="health_colour_not_green"),
        ]

    def __str__(self) -> str:
        """The colour's word; never the person number."""
        return CodeColour(self.colour).word(get_language() or "zh-hans")


class ColourChange(models.Model):
    """One real change of colour; ``seq`` is gap-free and in the order of commits. Partitioned by month."""

    seq = models.BigIntegerField(_("number"), primary_key=True)
    person = models.BigIntegerField()
    old = models.SmallIntegerField(_("from"), choices=COLOURS, null=True)
    new = models.SmallIntegerField(_("to"), choices=COLOURS)
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"), null=True)
    at = models.DateTimeField(_("changed at"))

    class Meta:
        db_table = "health_colourchange"
        managed = False
        verbose_name = _("colour change")
        verbose_name_plural = _("colour changes")


class FeedHead(models.Model):
    """The number of the last change: one row, locked by each writer until it commits; that keeps the feed
    gap-free.
    """

    id = models.SmallIntegerField(primary_key=True)
    seq = models.BigIntegerField()

    class Meta:
        db_table = "health_feedhead"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="health_feedhead_one_row")]
