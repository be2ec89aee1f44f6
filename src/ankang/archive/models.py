"""What other offices say of a person, section by section, and what the person says is wrong with it.

An item is never changed, and deleted only with all that is kept on an erased person (a trigger refuses the rest): a
correction is a new item that takes the old one's place.
"""

from django.db import models
from django.db.models import F, Q

from ankang.base.fields import EncryptedTextField
from ankang.base.models import Region

from .kinds import section_kinds
from .rules import CORRECTION_STATES, OPEN_STATES


class Item(models.Model):
    """One fact of one section. ``key``: an HMAC of which fact it is; ``content``: of all it says, so that the same row is
    known again. ``source``: organisation, feed, batch, row (or correction); ``office``: the number of the organisation.
    """

    pk = models.CompositePrimaryKey("person", "id")
    person = models.BigIntegerField()
    id = models.UUIDField()
    section = models.TextField()
    key = models.BinaryField()
    content = models.BinaryField()
    values = EncryptedTextField(room="archive", label="item.values", db_column="values_enc")
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    source = models.JSONField()
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    office = models.BigIntegerField(null=True)
    supersedes = models.UUIDField(null=True)

    class Meta:
        db_table = "archive_item"
        constraints = [
            models.UniqueConstraint(fields=["person", "section", "content"], name="archive_item_same_fact_once"),
            models.UniqueConstraint(
                fields=["person", "supersedes"], condition=Q(supersedes__isnull=False), name="archive_item_one_successor"
            ),
            models.CheckConstraint(
                condition=Q(supersedes=None) | ~Q(supersedes=F("id")), name="archive_item_not_its_own_successor"
            ),
            models.CheckConstraint(condition=Q(section__in=list(section_kinds())), name="archive_item_known_section"),
            models.CheckConstraint(condition=Q(source__has_key="organisation"), name="archive_item_says_its_source"),
        ]
        indexes = [models.Index(fields=["person", "section", "key"], name="archive_item_of_person")]


class FedSection(models.Model):
    """A region's office has fed this section at least once: before, nobody there sees it."""

    pk = models.CompositePrimaryKey("section", "region")
    section = models.TextField()
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()

    class Meta:
        db_table = "archive_fedsection"


class Correction(models.Model):
    """A person says that an item is wrong. It lies with the office that sent the item, and with nobody else.

    ``document``: a picture that shows it, SM4-GCM; gone with the words ``rules.DOCUMENT_DAYS`` after the answer.
    """

    person = models.BigIntegerField()
    item = models.UUIDField()
    section = models.TextField()
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    office = models.BigIntegerField(null=True)
    words = EncryptedTextField(room="archive", label="correction.words", db_column="words_enc")
    document = models.BinaryField(null=True)
    media_type = models.TextField(default="")
    state = models.TextField(default="waiting")
    proposed = EncryptedTextField(room="archive", label="correction.proposed", db_column="proposed_enc", null=True)
    proposed_digest = models.BinaryField(null=True)
    reason = models.TextField(default="")
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.BigIntegerField(null=True)
    decided_by_name = models.TextField(default="")

    class Meta:
        db_table = "archive_correction"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=CORRECTION_STATES), name="archive_correction_known_state"),
            models.CheckConstraint(
                condition=Q(section__in=list(section_kinds())), name="archive_correction_known_section"
            ),
            models.CheckConstraint(
                condition=~Q(state="declined") | ~Q(reason=""), name="archive_correction_no_says_why"
            ),
            models.UniqueConstraint(
                fields=["person", "item"], condition=Q(state__in=OPEN_STATES), name="archive_correction_one_open"
            ),
        ]
        indexes = [
            models.Index(
                fields=["section", "region", "asked_at"],
                condition=Q(state__in=OPEN_STATES),
                name="archive_correction_waiting",
            ),
            models.Index(fields=["person", "-asked_at"], name="archive_correction_of_person"),
        ]
