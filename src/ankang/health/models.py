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
    made of. It counts from ``recorded_at`` (None: from the beginning) while ``state`` is in_force.

    ``lift_until``: an end that waits for approval. ``lifted_at``: when the end was brought forward; what was
    known before is ``until_before``.
    """

    LEVELS = [(level, level) for level in LEVELS]
    STATES = [
        ("pending", _("waiting for approval")),
        ("in_force", _("in force")),
        ("rejected", _("rejected")),
        ("withdrawn", _("withdrawn")),
    ]

    code = models.TextField(_("region code"))
    name = models.TextField(_("name"))
    level = models.TextField(_("level"), choices=LEVELS)
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"), null=True, blank=True)
    source = models.TextField(_("document"))
    state = models.TextField(_("state"), choices=STATES, default="in_force")
    declared_by = models.TextField(_("declared by"), default="")
    recorded_at = models.DateTimeField(_("recorded at"), null=True)
    lift_until = models.DateTimeField(null=True)
    until_before = models.DateTimeField(null=True)
    lifted_at = models.DateTimeField(null=True)

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
        verbose_name = _("area")
        verbose_name_plural = _("areas")


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


class RuleRelease(models.Model):
    """One version of a rule set, from draft to history. The text is TOML; it never changes after the draft, and a
    trigger sees to that. ``digest`` is its SM3.

    In force at a moment is the release with the latest ``effective_at`` up to it among those that were approved.
    """

    STATES = [
        ("draft", _("draft")),
        ("submitted", _("submitted")),
        ("approved", _("approved, not yet in force")),
        ("published", _("in force")),
        ("superseded", _("superseded")),
        ("rejected", _("rejected")),
        ("withdrawn", _("withdrawn")),
    ]
    APPROVED = ("approved", "published", "superseded")

    name = models.TextField(_("name"))
    version = models.IntegerField(_("version"))
    text = models.TextField()
    digest = models.BinaryField()
    state = models.TextField(_("state"), choices=STATES, default="draft")
    base = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    region = models.TextField(_("proposed by region"))
    author = models.BigIntegerField(null=True)
    author_name = models.TextField(_("author"))
    note = models.TextField(_("what changes and why"), default="", blank=True)
    revision = models.IntegerField(default=1)
    created_at = models.DateTimeField(_("begun"))
    updated_at = models.DateTimeField(_("last changed"))
    wanted_at = models.DateTimeField(_("wanted moment of effect"), null=True)
    submitted_at = models.DateTimeField(null=True)
    approval = models.BigIntegerField(null=True)
    effective_at = models.DateTimeField(_("in force from"), null=True)
    signature = models.BinaryField(null=True)
    kid = models.SmallIntegerField(null=True)

    class Meta:
        db_table = "health_rulerelease"
        verbose_name = _("rule set")
        verbose_name_plural = _("rule sets")
        constraints = [
            models.UniqueConstraint(
                fields=["name", "version"],
                condition=Q(state__in=["submitted", "approved", "published", "superseded"]),
                name="health_rulerelease_version_once",
            ),
            models.UniqueConstraint(
                fields=["effective_at"],
                condition=Q(state__in=["approved", "published", "superseded"]),
                name="health_rulerelease_moment_once",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "published", "superseded"])
                | Q(effective_at__isnull=False, signature__isnull=False, kid__isnull=False),
                name="health_rulerelease_approved_is_signed",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "submitted", "approved", "published", "superseded", "rejected", "withdrawn"]),
                name="health_rulerelease_known_state",
            ),
        ]


class LongWork(models.Model):
    """What recolourings and dry runs have in common: how far they are, and whether somebody wants them stopped.

    Work goes by person number: everybody up to ``cursor`` is done. ``total`` is an estimate of the people to look at.
    """

    STATES = [
        ("waiting", _("waiting")),
        ("running", _("running")),
        ("stopped", _("stopped")),
        ("finished", _("finished")),
        ("failed", _("failed")),
    ]

    state = models.TextField(_("state"), choices=STATES, default="waiting")
    total = models.BigIntegerField(default=0)
    done = models.BigIntegerField(default=0)
    cursor = models.BigIntegerField(default=0)
    stop_wanted = models.BooleanField(default=False)
    asked_by_name = models.TextField(_("asked by"), default="")
    asked_at = models.DateTimeField(_("asked at"))
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    busy_seconds = models.FloatField(default=0)
    fault = models.TextField(default="", blank=True)

    class Meta:
        abstract = True


class DryRun(LongWork):
    """Who would change colour, if this text (a rule set), these areas or this batch counted. Nothing is touched.

    ``digest``: SM3 of the candidate. ``result`` and ``sample``: see ``services/dry_runs.py``.
    """

    subject = models.TextField()
    reference = models.TextField()
    digest = models.BinaryField()
    text = models.TextField(default="")
    moment = models.DateTimeField(_("for the moment"))
    result = models.JSONField(default=dict)
    sample = models.JSONField(default=list)
    alarm = models.JSONField(null=True)

    class Meta:
        db_table = "health_dryrun"
        verbose_name, verbose_name_plural = _("dry run"), _("dry runs")
        indexes = [models.Index(fields=["subject", "reference", "-asked_at"], name="health_dryrun_by_subject")]


class Recolouring(LongWork):
    """Everybody concerned is evaluated anew: ``cause`` rule_set or area; ``reference`` says which."""

    cause = models.TextField(_("cause"))
    reference = models.TextField()
    changed = models.BigIntegerField(_("changed colour"), default=0)

    class Meta:
        db_table = "health_recolouring"
        verbose_name, verbose_name_plural = _("recolouring"), _("recolourings")
        constraints = [
            models.UniqueConstraint(
                fields=["cause", "reference"],
                condition=~Q(state__in=["finished", "failed"]),
                name="health_recolouring_one_open",
            )
        ]


class Statement(models.Model):
    """A signed reason (I1): the words a citizen was given, exactly, with the SM2 signature over them. Append-only."""

    pk = models.CompositePrimaryKey("person", "id")
    person = models.BigIntegerField()
    id = models.UUIDField()
    digest = models.BinaryField()
    document = models.TextField()
    signature = models.BinaryField()
    kid = models.SmallIntegerField()
    made_at = models.DateTimeField()

    class Meta:
        db_table = "health_statement"
        constraints = [models.UniqueConstraint(fields=["person", "digest"], name="health_statement_once")]


class NegativeTest(models.Model):
    """When the sample of a person's latest standing negative nucleic-acid test was taken: what doors that ask for a test need.

    Derived from evidence in its transaction. ``changed`` is the transaction that wrote the row: gates read what is newer than
    the oldest transaction that was open when they last looked, so nothing is missed and nothing is locked.
    """

    person = models.BigIntegerField(primary_key=True)
    sampled_at = models.DateTimeField(null=True)
    changed = models.BigIntegerField()

    class Meta:
        db_table = "health_negativetest"
        indexes = [models.Index(fields=["changed"], name="health_negativetest_changed")]
