"""Lists of places, devices and visits: nobody's name stands in them. A visit's pseudonym of the day stays in the house."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from ankang.base.exports import ExportSubject
from ankang.core.colours import Colour
from ankang.core.verdicts import Direction, Reason, Verdict, VisitKind, sentence
from ankang.passage.models import Visit
from ankang.places.models import Checkpoint, Device, Organisation
from ankang.places.rules import type_word

from .rows import as_listed, moment_of, name_of

DOORS, DEVICES = "admin:places_checkpoint_changelist", "admin:places_device_changelist"
ORGANISATIONS, VISITS = "admin:places_organisation_changelist", "admin:passage_visit_changelist"


def _door(row: Checkpoint, lang: str) -> list[str]:
    home, kind = name_of(row.organisation, lang), type_word(row.type, lang)
    return [str(row.pk), str(row.site_no or ""), name_of(row, lang), home, kind, str(row.get_state_display())]


def _organisation(row: Organisation, lang: str) -> list[str]:
    above = name_of(row.parent, lang) if row.parent else ""
    region = name_of(row.region, lang)
    return [str(row.pk), row.name, row.name_en, str(row.get_kind_display()), region, above, str(len(row.checkpoints.all()))]


def _device(row: Device, lang: str) -> list[str]:
    place = name_of(row.checkpoint or row.organisation, lang)
    return [row.name, place, str(row.get_kind_display()), moment_of(row.enrolled_at), moment_of(row.revoked_at)]


def _visit(row: Visit, lang: str) -> list[str]:
    from ankang.passage.admin import LOOKED_AT, verdict_word  # screens are registered after the ports are filled

    tag = "en" if lang == "en" else "zh-hans"
    reason = Reason(row.reason)
    why = "" if reason == Reason.OK else sentence(reason, tag, VisitKind(row.kind), Verdict(row.verdict))
    with override(tag):
        answer = verdict_word(row.verdict)[2:]
        way = str(_("entry") if row.direction == Direction.ENTRY else _("exit"))
    colour = Colour(row.colour).word(tag) if reason in LOOKED_AT else ""
    heat = "" if row.temperature is None else f"{row.temperature / 10:.1f}"
    lane: Any = getattr(row, "lane_word", None)
    return [moment_of(row.at), name_of(row.checkpoint, lang), lane or "", answer, why, colour, way, heat]


SUBJECTS = (
    ExportSubject(
        "checkpoints", _("Checkpoints"), DOORS, "checkpoints.view",
        (_("number"), _("site number"), _("checkpoint"), _("organisation"), _("place type"), _("state")), as_listed(DOORS), _door,
    ),
    ExportSubject(
        "organisations", _("Organisations"), ORGANISATIONS, "checkpoints.view",
        (_("number"), _("name"), _("English name"), _("kind"), _("region"), _("part of"), _("checkpoints")),
        as_listed(ORGANISATIONS), _organisation,
    ),
    ExportSubject(
        "devices", _("Devices"), DEVICES, "devices.view",
        (_("name"), _("place"), _("kind"), _("paired at"), _("revoked at")), as_listed(DEVICES), _device,
    ),
    ExportSubject(
        "visits", _("Visits"), VISITS, "visits.view",
        (_("time"), _("checkpoint"), _("lane"), _("answer"), _("reason"), _("colour"), _("direction"), _("temperature")),
        as_listed(VISITS), _visit,
    ),
)  # fmt: skip
