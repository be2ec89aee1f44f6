"""What other offices said of somebody who is erased goes with the rest (PIPL art. 47, E12)."""

from datetime import datetime

from ..models import Correction, Item


def erase_archive(person: int, now: datetime) -> None:
    """Delete the items and corrections of ``person``. The trigger lets items go of an erased person only."""
    Correction.objects.filter(person=person).delete()
    Item.objects.filter(person=person).delete()
