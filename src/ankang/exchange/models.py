"""Batches of the feeds that come in, the pieces of their files, the rows that were refused, and the rows that wait.

A row that was taken is not kept here: it is evidence, and its ``source`` names feed, batch and row. Whatever holds a
row's content is ciphertext; look-ups go through blind indexes.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ankang.base.models import Region

TAKEN_BACK = ("cancelled", "rejected", "error")
"""Batches in these states do not stop the same file from being sent again."""


class Agent(models.Model):
    """A machine's bearer token for feeds only; it acts for the member of staff who issued it (G1)."""

    user = models.BigIntegerField()
    user_name = models.TextField(_("issued by"))
    label = models.TextField(_("name"))
    organisation = models.TextField(_("organisation"))
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+", verbose_name=_("region"))
    feeds = models.JSONField(_("feeds"))
    token_blind = models.BinaryField(unique=True)
    issued_at = models.DateTimeField(_("issued at"))
    expires_at = models.DateTimeField(_("expires at"))
    revoked_at = models.DateTimeField(_("revoked at"), null=True)
    last_used_at = models.DateTimeField(_("last used at"), null=True)

    class Meta:
        db_table = "exchange_agent"
        verbose_name, verbose_name_plural = _("feed token"), _("feed tokens")
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=models.F("issued_at")), name="exchange_agent_lasts")
        ]

    def __str__(self) -> str:
        return self.label


class Batch(models.Model):
    """One file, or one day's single records, of one feed, from the first byte to the last row (domain.md §5).

    Rows up to ``cursor`` are done, in the same transaction as their evidence. ``digest`` is the SM3 of the file: the
    same file of one feed is one batch. ``worsening``: rows that could turn somebody's colour worse.
    """

    STATES = [
        ("draft", _("being sent")),
        ("validated", _("checked")),
        ("pending_approval", _("waiting for approval")),
        ("approved", _("approved")),
        ("rejected", _("rejected")),
        ("scheduled", _("scheduled")),
        ("running", _("running")),
        ("paused", _("paused")),
        ("finished", _("finished")),
        ("cancelled", _("cancelled")),
        ("limit_exceeded", _("over the alarm, waiting for confirmation")),
        ("error", _("failed")),
    ]
    WAYS = [
        ("page", _("page")),
        ("api", _("API")),
        ("command", _("command line")),
        ("records", _("single records")),
    ]

    feed = models.TextField(_("feed"))
    filename = models.TextField(_("file"))
    format = models.TextField(_("format"), default="")
    way = models.TextField(_("sent by way of"), choices=WAYS)
    size = models.BigIntegerField(_("bytes"), default=0)
    digest = models.BinaryField(null=True)
    sender = models.BigIntegerField()
    sender_name = models.TextField(_("sender"))
    organisation = models.TextField(_("organisation"))
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+", verbose_name=_("region"))
    agent = models.ForeignKey(Agent, null=True, on_delete=models.PROTECT, related_name="batches")
    idempotency_key = models.TextField(null=True)
    submit_when_checked = models.BooleanField(default=False)
    state = models.TextField(_("state"), choices=STATES, default="draft")
    stop_wanted = models.BooleanField(default=False)
    note = models.TextField(_("note"), default="", blank=True)

    rows = models.BigIntegerField(_("rows"), default=0)
    worsening = models.BigIntegerField(_("rows that can turn a colour worse"), default=0)
    cursor = models.BigIntegerField(_("rows done"), default=0)
    succeeded = models.BigIntegerField(_("taken"), default=0)
    duplicates = models.BigIntegerField(_("already on file"), default=0)
    failed = models.BigIntegerField(_("rows refused"), default=0)
    skipped = models.BigIntegerField(_("skipped"), default=0)
    waiting = models.BigIntegerField(_("waiting for their person"), default=0)
    turned = models.BigIntegerField(_("people turned worse"), default=0)
    findings = models.JSONField(default=dict)

    alarm = models.JSONField(null=True)
    alarm_confirmed = models.BooleanField(default=False)
    approval = models.BigIntegerField(null=True)

    created_at = models.DateTimeField(_("begun"))
    sent_at = models.DateTimeField(_("sent"), null=True)
    validated_at = models.DateTimeField(_("checked at"), null=True)
    submitted_at = models.DateTimeField(_("submitted at"), null=True)
    decided_at = models.DateTimeField(_("decided at"), null=True)
    run_at = models.DateTimeField(_("to be run at"), null=True)
    started_at = models.DateTimeField(_("started at"), null=True)
    ended_at = models.DateTimeField(_("ended at"), null=True)
    beat_at = models.DateTimeField(null=True)
    busy_seconds = models.FloatField(default=0)
    fault = models.TextField(default="", blank=True)

    class Meta:
        db_table = "exchange_batch"
        verbose_name, verbose_name_plural = _("batch"), _("batches")
        constraints = [
            models.UniqueConstraint(
                fields=["feed", "digest"], condition=~Q(state__in=TAKEN_BACK), name="exchange_batch_same_file_once"
            ),
            models.UniqueConstraint(
                fields=["sender", "feed", "idempotency_key"],
                condition=Q(idempotency_key__isnull=False),
                name="exchange_batch_one_a_key",
            ),
            models.CheckConstraint(
                condition=Q(cursor__gte=0, cursor__lte=models.F("rows")) | Q(state__in=["draft", "validated"]),
                name="exchange_batch_cursor_within",
            ),
        ]
        indexes = [
            models.Index(fields=["-created_at"], name="exchange_batch_newest"),
            models.Index(
                fields=["state"],
                condition=Q(state__in=["draft", "approved", "scheduled", "running"]),
                name="exchange_batch_at_work",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.feed} {self.pk}"

    @property
    def reference(self) -> str:
        """How the batch is called in the source of its evidence and in its approval."""
        return str(self.pk)


class Chunk(models.Model):
    """One piece of a batch's file, SM4-GCM; gone when the batch has ended."""

    pk = models.CompositePrimaryKey("batch", "n")
    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="chunks")
    n = models.IntegerField()
    size = models.IntegerField()
    body = models.BinaryField()

    class Meta:
        db_table = "exchange_chunk"
        constraints = [models.CheckConstraint(condition=Q(n__gte=1, size__gte=1), name="exchange_chunk_has_content")]


class Row(models.Model):
    """A row that was refused: why, and the original row, sealed, so that it can be mended and sent again."""

    pk = models.CompositePrimaryKey("batch", "row")
    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="refused")
    row = models.IntegerField()
    code = models.TextField()
    column = models.TextField(default="")
    sealed = models.BinaryField()

    class Meta:
        db_table = "exchange_row"


class Waiting(models.Model):
    """A good row whose person is not on file yet: sealed, found by document or else by phone, kept 30 days.

    ``content``: an HMAC of feed, person, moment and attributes, so that the same row does not wait twice.
    """

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="pool")
    row = models.IntegerField()
    document_blind = models.BinaryField(null=True)
    phone_blind = models.BinaryField(null=True)
    content = models.BinaryField(unique=True)
    sealed = models.BinaryField()
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "exchange_waiting"
        constraints = [
            models.UniqueConstraint(fields=["batch", "row"], name="exchange_waiting_once"),
            models.CheckConstraint(
                condition=Q(document_blind__isnull=False) | Q(phone_blind__isnull=False),
                name="exchange_waiting_for_somebody",
            ),
        ]
        indexes = [
            models.Index(
                fields=["document_blind"], condition=Q(document_blind__isnull=False), name="exchange_waiting_document"
            ),
            models.Index(fields=["phone_blind"], condition=Q(document_blind=None), name="exchange_waiting_phone"),
            models.Index(fields=["expires_at"], name="exchange_waiting_end"),
        ]


class Number(models.Model):
    """A number that its issuer gives once (a laboratory's, an order's): which row used it first. HMACs, no content."""

    pk = models.CompositePrimaryKey("feed", "key")
    feed = models.TextField()
    key = models.BinaryField()
    content = models.BinaryField()

    class Meta:
        db_table = "exchange_number"
