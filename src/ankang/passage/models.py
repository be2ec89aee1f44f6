"""Visits: who (by a pseudonym of the day) came to which door, and what the door said. Heads of the offline lists."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .groups.models import Group, GroupMember

__all__ = ["Group", "GroupMember", "ListHead", "Visit"]


class Visit(models.Model):
    """One verification or scan. Gates write it, partitioned by ``day``; nobody changes it.

    ``trace`` is the day pseudonym (SM4 of the person number under the day's key; zero when nobody was
    recognised). ``temperature`` is in tenths of a degree Celsius; ``direction``, ``verdict``, ``reason``,
    ``kind`` and ``colour`` are the numbers of core.verdicts and core.colours. ``led_by``: the pseudonym, of the same day,
    of whoever showed the code of the group that this person came with; null when no leader's code was read.
    """

    # The table's key is (trace, visit, day); Django is told the part that is unique by itself.
    visit = models.UUIDField(_("visit"), primary_key=True)
    trace = models.UUIDField(_("pseudonym of the day"))
    day = models.DateField(_("day"))
    at = models.DateTimeField(_("time"))
    received_at = models.DateTimeField(_("received"))
    checkpoint = models.ForeignKey(
        "places.Checkpoint",
        on_delete=models.DO_NOTHING,
        db_column="checkpoint",
        db_constraint=False,
        related_name="+",
        verbose_name=_("checkpoint"),
    )
    device = models.BigIntegerField(_("device"), null=True)
    direction = models.SmallIntegerField(_("direction"))
    temperature = models.SmallIntegerField(_("temperature"), null=True)
    verdict = models.SmallIntegerField(_("verdict"))
    reason = models.SmallIntegerField(_("reason"))
    colour = models.SmallIntegerField(_("colour"))
    kind = models.SmallIntegerField(_("how"))
    led_by = models.UUIDField(_("led in by"), null=True)

    class Meta:
        db_table = "passage_visit"
        managed = False
        verbose_name = _("visit record")
        verbose_name_plural = _("visit records")


class ListHead(models.Model):
    """Where one chain of offline lists is (docs/list-format.md): the last number taken, and the list noted as published.

    ``full_at``: unix seconds of the last full list; ``feed``: the last change of a colour that is in it.
    """

    issuer = models.IntegerField()
    epoch = models.IntegerField()
    kind = models.SmallIntegerField()
    reserved = models.BigIntegerField(default=0)
    sequence = models.BigIntegerField(default=0)
    digest = models.BinaryField()
    not_before = models.BigIntegerField(default=0)
    next_update = models.BigIntegerField(default=0)
    full_at = models.FloatField(default=0)
    feed = models.BigIntegerField(default=0)
    published_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "passage_list_head"
        constraints = [
            models.UniqueConstraint(fields=["issuer", "epoch", "kind"], name="passage_list_head_one_a_chain"),
            models.CheckConstraint(
                condition=models.Q(reserved__gte=models.F("sequence")), name="passage_list_head_reserves_first"
            ),
        ]
