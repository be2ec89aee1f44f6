"""Organisations, their checkpoints and the devices at them (B3). Gates hold these tables in memory."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from ankang.base.models import Region


class Organisation(models.Model):
    """A unit of the tree. ``path`` lists the ids from the top down to this unit: ``/1/5/``."""

    KINDS = [
        ("city", _("city")),
        ("town", _("town government")),
        ("site", _("site of several units")),
        ("building", _("building of several units")),
        ("unit", _("unit")),
    ]

    parent = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
        verbose_name=_("part of"),
    )
    name = models.TextField(_("name"))
    name_en = models.TextField(_("English name"), default="", blank=True)
    kind = models.TextField(_("kind"), choices=KINDS)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+", verbose_name=_("region"))
    path = models.TextField(_("path"), default="")

    class Meta:
        db_table = "places_organisation"
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        constraints = [
            models.UniqueConstraint(fields=["parent", "name"], name="places_organisation_once", nulls_distinct=False)
        ]
        indexes = [models.Index(fields=["path"], name="places_organisation_path", opclasses=["text_pattern_ops"])]

    def __str__(self) -> str:
        return self.name


class Checkpoint(models.Model):
    """A door of an organisation. ``type`` is the place type's number in ``core.policies``; a higher
    ``generation`` voids every poster printed before.
    """

    STATES = [
        ("planned", _("planned")),
        ("built", _("built")),
        ("in_use", _("in use")),
        ("closed", _("closed")),
    ]

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="checkpoints", verbose_name=_("organisation")
    )
    site_no = models.IntegerField(_("site number"), null=True, blank=True)
    name = models.TextField(_("name"))
    name_en = models.TextField(_("English name"), default="", blank=True)
    type = models.SmallIntegerField(_("place type"))
    state = models.TextField(_("state"), choices=STATES, default="planned")
    generation = models.SmallIntegerField(_("poster edition"), default=1)
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    hours = models.TextField(_("opening hours"), default="", db_default="", blank=True)
    closed_from = models.DateTimeField(_("closed from"), null=True, blank=True)
    closed_until = models.DateTimeField(_("closed until"), null=True, blank=True)

    class Meta:
        db_table = "places_checkpoint"
        verbose_name = _("checkpoint")
        verbose_name_plural = _("checkpoints")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="places_checkpoint_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=["planned", "built", "in_use", "closed"]),
                name="places_checkpoint_state_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(generation__gte=1, generation__lte=255),
                name="places_checkpoint_generation_is_a_byte",
            ),
            models.CheckConstraint(
                condition=models.Q(type__gte=1, type__lte=255), name="places_checkpoint_type_is_a_byte"
            ),
            models.CheckConstraint(
                condition=models.Q(closed_from=None, closed_until=None)
                | models.Q(closed_from__isnull=False)
                & (models.Q(closed_until=None) | models.Q(closed_until__gt=models.F("closed_from"))),
                name="places_checkpoint_closed_for_a_time",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Device(models.Model):
    """A scanner or turnstile. Its credential names the device and ``generation``; pairing again raises it and
    so voids the credential before. The pairing token itself is never stored, only its keyed digest.
    """

    KINDS = [
        ("scanner", _("scanner")),
        ("turnstile", _("turnstile")),
        ("gate", _("gate")),
        ("access_control", _("access control")),
        ("thermometer", _("thermometer")),
        ("kiosk", _("kiosk")),
    ]

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="devices", verbose_name=_("organisation")
    )
    checkpoint = models.ForeignKey(
        Checkpoint,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="devices",
        verbose_name=_("checkpoint"),
    )
    name = models.TextField(_("name"))
    kind = models.TextField(_("kind"), choices=KINDS, default="scanner")
    lane = models.TextField(_("lane"), default="", db_default="", blank=True)
    label = models.TextField(_("what the device calls itself"), default="", blank=True)
    generation = models.SmallIntegerField(_("credential generation"), default=0)
    created_at = models.DateTimeField(_("entered"))
    created_by = models.BigIntegerField(null=True)
    enrolled_at = models.DateTimeField(_("paired at"), null=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True)
    revoked_by = models.BigIntegerField(null=True)
    pairing_digest = models.BinaryField(null=True)
    pairing_expires_at = models.DateTimeField(null=True)
    pairing_used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "places_device"
        verbose_name = _("device")
        verbose_name_plural = _("devices")
        constraints = [
            models.UniqueConstraint(fields=["pairing_digest"], name="places_device_pairing_once"),
            models.CheckConstraint(
                condition=models.Q(pairing_digest__isnull=True, pairing_expires_at__isnull=True)
                | models.Q(pairing_digest__isnull=False, pairing_expires_at__isnull=False),
                name="places_device_pairing_expires",
            ),
        ]

    def __str__(self) -> str:
        return self.name


from .archive_models import ArchiveDecision, ArchiveItem, CheckpointEvent  # noqa: E402, F401
from .device_models import DeviceReport  # noqa: E402, F401
from .import_models import PlaceImport, PlaceImportRow  # noqa: E402, F401
from .policy_models import PolicyRelease, PolicyRequest  # noqa: E402, F401
