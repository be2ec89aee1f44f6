"""Visits: who (by a pseudonym of the day) came to which door, and what the door said."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Visit(models.Model):
    """One verification or scan. Gates write it, partitioned by ``day``; nobody changes it.

    ``trace`` is the day pseudonym (SM4 of the person number under the day's key; zero when nobody was
    recognised). ``temperature`` is in tenths of a degree Celsius; ``direction``, ``verdict``, ``reason``,
    ``kind`` and ``colour`` are the numbers of core.verdicts and core.colours.
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

    class Meta:
        db_table = "passage_visit"
        managed = False
        verbose_name = _("visit record")
        verbose_name_plural = _("visit records")
