"""What every room needs: regions, revisions, messages, reads on record, duties of staff."""

from django.conf import settings
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from .fields import EncryptedTextField
from .permissions import ADMINISTRATORS


class Region(models.Model):
    """A region of the administrative tree. Towns of Ningguo carry the annex's number after the county code."""

    LEVELS = [(level, level) for level in ("province", "city", "county", "town", "village", "grid")]

    code = models.TextField(_("code"), primary_key=True)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    name = models.TextField()
    name_en = models.TextField(_("English name"))
    level = models.TextField(_("level"), choices=LEVELS)
    population = models.IntegerField(_("population"), null=True)
    target = models.IntegerField(_("target"), null=True)

    class Meta:
        db_table = "base_region"
        verbose_name, verbose_name_plural = _("region"), _("regions")

    def __str__(self) -> str:
        return self.word

    @property
    def word(self) -> str:
        """The name in the reader's language."""
        return self.name_en if self.name_en and (get_language() or "zh").startswith("en") else self.name


class Revision(models.Model):
    """Counts the changes of a small table that gates hold in memory; a gate reloads when the number moves."""

    name = models.TextField(primary_key=True)
    revision = models.BigIntegerField(default=0)

    class Meta:
        db_table = "base_revision"


class Message(models.Model):
    """The outbox of the message port: one row a message, number and text encrypted."""

    to = EncryptedTextField(room="base", label="message.to")
    to_blind = models.BinaryField()
    body = EncryptedTextField(room="base", label="message.body")
    channel = models.TextField()
    purpose = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        db_table = "base_message"
        indexes = [models.Index(fields=["to_blind", "-created_at"], name="base_message_by_number")]


class AccessRecord(models.Model):
    """One unmasked read of a person (G3, I8). Partitioned by month; append-only by a trigger.

    ``duty`` is the permission that was used; ``role``, ``region`` and ``office`` (organisation) are those of the reader's
    duty that gave it, as it stood then. The table's own key is (person, id, at); Django is told the part that is unique
    by itself.
    """

    id = models.UUIDField(primary_key=True)
    person = models.BigIntegerField()
    at = models.DateTimeField(_("at"))
    reader = models.BigIntegerField(null=True)
    reader_name = models.TextField(_("reader"))
    duty = models.TextField(_("duty"))
    purpose = models.TextField(_("purpose"))
    fields = models.JSONField(_("fields"))
    role = models.TextField(_("role"), default="")
    region = models.TextField(_("region"), default="")
    office = models.BigIntegerField(_("office"), null=True)

    class Meta:
        db_table = "base_accessrecord"
        verbose_name, verbose_name_plural = _("read on record"), _("reads on record")
        managed = False


class SignInFailure(models.Model):
    """A wrong password or code for a staff name, from an address, so that nobody can go on guessing."""

    name = models.TextField()
    address = models.TextField(default="")
    at = models.DateTimeField()

    class Meta:
        db_table = "base_signinfailure"
        indexes = [
            models.Index(fields=["name", "-at"], name="base_signinfailure_of_name"),
            models.Index(fields=["address", "-at"], name="base_signinfailure_from"),
        ]


class Duty(models.Model):
    """What a member of staff may do, and where: role × region subtree × organisation subtree.

    ``organisation`` narrows the reach; ``employer`` is the office the person works for, which the two-person rule asks.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="duties", db_constraint=False
    )
    role = models.TextField(_("role"))
    region = models.ForeignKey(Region, on_delete=models.PROTECT)
    organisation = models.BigIntegerField(null=True, blank=True)
    employer = models.BigIntegerField(null=True, blank=True)

    @property
    def office(self) -> int | None:
        """The organisation for which the person acts."""
        return self.employer if self.employer is not None else self.organisation

    class Meta:
        db_table = "base_duty"
        verbose_name, verbose_name_plural = _("duty"), _("duties")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "region", "organisation"],
                name="base_duty_once",
                nulls_distinct=False,
            ),
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(role__in=ADMINISTRATORS), name="base_duty_one_administrator"
            ),
        ]


class Approval(models.Model):
    """A request that somebody else must decide (two-person rule, I2). It is bound to the SM3 of what was shown."""

    STATES = [
        ("pending", _("waiting for a decision")),
        ("approved", _("approved")),
        ("rejected", _("rejected")),
        ("withdrawn", _("withdrawn")),
    ]

    subject = models.TextField(_("subject"))
    reference = models.TextField()
    digest = models.BinaryField()
    summary = models.JSONField(_("what it is about"))
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+", verbose_name=_("region"))
    permission = models.TextField()
    other_organisation = models.BooleanField(default=False)
    needed = models.SmallIntegerField(default=1)
    alarm = models.JSONField(null=True)
    state = models.TextField(_("state"), choices=STATES, default="pending")
    asked_by = models.BigIntegerField()
    asked_by_name = models.TextField(_("asked by"))
    asked_organisations = models.JSONField(default=list)
    asked_at = models.DateTimeField(_("asked at"))
    note = models.TextField(default="", blank=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "base_approval"
        verbose_name, verbose_name_plural = _("approval"), _("approvals")
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "reference"], condition=models.Q(state="pending"), name="base_approval_one_pending"
            ),
            models.CheckConstraint(
                condition=models.Q(state="pending", closed_at=None)
                | ~models.Q(state="pending") & models.Q(closed_at__isnull=False),
                name="base_approval_closed_when_decided",
            ),
            models.CheckConstraint(condition=models.Q(needed__in=[1, 2]), name="base_approval_one_or_two"),
        ]
        indexes = [models.Index(fields=["state", "-asked_at"], name="base_approval_by_state")]


class Decision(models.Model):
    """One person's yes or no to an approval: never the maker's own, and only one a person."""

    approval = models.ForeignKey(Approval, on_delete=models.PROTECT, related_name="decisions")
    maker = models.BigIntegerField()
    by = models.BigIntegerField()
    by_name = models.TextField()
    organisations = models.JSONField(default=list)
    yes = models.BooleanField()
    reason = models.TextField(default="")
    at = models.DateTimeField()

    class Meta:
        db_table = "base_decision"
        constraints = [
            models.UniqueConstraint(fields=["approval", "by"], name="base_decision_once_a_person"),
            models.CheckConstraint(condition=~models.Q(by=models.F("maker")), name="base_decision_not_by_the_maker"),
            models.CheckConstraint(condition=models.Q(yes=True) | ~models.Q(reason=""), name="base_decision_no_says_why"),
        ]


class AnsweredOnce(models.Model):
    """A request with an idempotency key and what was answered, for a day: the same again is told the same (E11).

    ``caller``: who asked, as base.api.callers names them. Written in the transaction of the work itself, so a key
    stands for work that is done; who comes meanwhile waits for it.
    """

    caller = models.TextField()
    route = models.TextField()
    key_blind = models.BinaryField()
    body_blind = models.BinaryField()
    status = models.SmallIntegerField(null=True)
    content_type = models.TextField(default="")
    answer = EncryptedTextField(room="base", label="answered_once.answer", null=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "base_answeredonce"
        constraints = [models.UniqueConstraint(fields=["caller", "route", "key_blind"], name="base_answeredonce_key")]
        indexes = [models.Index(fields=["at"], name="base_answeredonce_by_age")]


from .list_models import BulkRun, Export, SavedFilter  # noqa: E402, F401
