"""Made-up travellers who entered and have not claimed their code yet (A7): one can be tried at /en/claim."""

from datetime import datetime, timedelta

from ankang.health.services import record_evidence
from ankang.people.services.entering import Traveller, register_at_entry

from .residents import COUNTY

_SOURCE = {"organisation": "口岸边检（演示）", "feed": "border-entries", "batch": "demonstration"}
_TRAVELLERS = (
    ("Anna Muster", "CDEMO0001", "DE", "1985-01-31", "LH728"),
    ("John Example", "DEMO40002", "US", "1979-07-04", "MU588"),
    ("Marie Exemple", "19DM00003", "FR", "1992-11-20", "AF116"),
    ("Ken Rei", "TZ0000004", "JP", "1968-05-09", "NH919"),
)


def ensure_travellers(now: datetime) -> None:
    """Open their records and put their entries on file; who is there already stays as they are."""
    for days, (name, document, country, born, flight) in enumerate(_TRAVELLERS, 1):
        entered = now - timedelta(days=days)
        accepted = register_at_entry(Traveller(name, "passport", document, country, born, entered), COUNTY, now)
        if accepted is not None and accepted.is_new:
            attributes = {"country": country, "port": "上海浦东", "transport": flight}
            record_evidence(accepted.person.pk, "border_entry", entered, attributes, _SOURCE | {"row": str(days)}, now)
