"""Policy sets of the province, and what others ask it for. No region, organisation or checkpoint is named in a set: there is one
for everybody (Z20 3(一)), and tests/laws/test_policies.py watches that no other table gets a condition of its own.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class PolicyRelease(models.Model):
    """One version of the policy set, from draft to history. ``text`` is ``core.policies.policy_text``; ``digest`` its SM3.

    In force at a moment is the one with the latest ``effective_at`` up to it among those that were approved; before the first of
    them, version 0 that ships with the platform. A trigger keeps text, digest and signature as they were approved.
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

    version = models.IntegerField(_("version"))
    text = models.TextField()
    digest = models.BinaryField()
    state = models.TextField(_("state"), choices=STATES, default="draft")
    base = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
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
        db_table = "places_policyrelease"
        verbose_name, verbose_name_plural = _("policy set"), _("policy sets")
        constraints = [
            models.UniqueConstraint(
                fields=["version"],
                condition=Q(state__in=["submitted", "approved", "published", "superseded"]),
                name="places_policyrelease_version_once",
            ),
            models.UniqueConstraint(
                fields=["effective_at"],
                condition=Q(state__in=["approved", "published", "superseded"]),
                name="places_policyrelease_moment_once",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "published", "superseded"])
                | Q(effective_at__isnull=False, signature__isnull=False, kid__isnull=False),
                name="places_policyrelease_approved_is_signed",
            ),
            models.CheckConstraint(condition=Q(version__gte=1), name="places_policyrelease_after_the_shipped"),
            models.CheckConstraint(
                condition=Q(
                    state__in=["draft", "submitted", "approved", "published", "superseded", "rejected", "withdrawn"]
                ),
                name="places_policyrelease_known_state",
            ),
        ]

    def __str__(self) -> str:
        return f"v{self.version}"


class PolicyRequest(models.Model):
    """Somebody below the province asks for a condition; the province takes it into a draft or declines. Public, with its answer,
    once the province has read the words (``read_at``); words that name somebody stay in the house, and ``withheld`` says why.

    Words only: nothing reads a request but people.
    """

    STATES = [("open", _("waiting for an answer")), ("accepted", _("taken into a draft")), ("declined", _("declined"))]

    place_type = models.SmallIntegerField(_("place type"))
    wish = models.TextField(_("what is asked for"))
    reason = models.TextField(_("reason"))
    asked_by = models.BigIntegerField()
    asked_by_name = models.TextField(_("asked by"))
    asked_for = models.TextField(_("region"))
    asked_at = models.DateTimeField(_("asked at"))
    state = models.TextField(_("state"), choices=STATES, default="open")
    answer = models.TextField(_("answer"), default="")
    answered_by = models.BigIntegerField(null=True)
    answered_at = models.DateTimeField(null=True)
    read_by = models.BigIntegerField(null=True)
    read_at = models.DateTimeField(_("read by the province at"), null=True)
    withheld = models.TextField(_("why the words are not public"), default="", db_default="", blank=True)
    draft = models.ForeignKey(PolicyRelease, null=True, on_delete=models.SET_NULL, related_name="requests")

    class Meta:
        db_table = "places_policyrequest"
        verbose_name, verbose_name_plural = _("request for a policy"), _("requests for a policy")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", answered_at=None) | ~Q(state="open") & Q(answered_at__isnull=False),
                name="places_policyrequest_answered_when_closed",
            ),
            models.CheckConstraint(
                condition=~Q(state="declined") | ~Q(answer=""), name="places_policyrequest_no_says_why"
            ),
            models.CheckConstraint(
                condition=Q(read_at__isnull=False) | Q(state="open", withheld=""), name="places_policyrequest_read_before_answered"
            ),
        ]

    @property
    def shown(self) -> bool:
        """Whether everybody may read the words."""
        return self.read_at is not None and not self.withheld
