"""Who may take an entry of a place's archive back: the section's regulator, where the place is; each entry for itself."""

import pytest

from ankang.base.errors import BadInput, NotAllowed, NotFound
from ankang.places.errors import ReasonMissing
from ankang.places.models import ArchiveItem
from ankang.places.services import archive, fetch_device

from .builders import NOW, a_checkpoint, staff
from .test_archive_and_standing import hygiene

pytestmark = pytest.mark.django_db


def test_an_entry_is_taken_back_by_its_regulator_where_the_place_is_and_by_nobody_else() -> None:
    door = a_checkpoint()
    entry, other = hygiene(door, staff("health_regulator")), hygiene(door, staff("health_regulator"), "复查合格")
    for stranger in (staff("market_regulator"), staff("health_regulator", region="341525"), staff("checkpoint_manager")):
        with pytest.raises((NotFound, NotAllowed)):
            archive.retract_item(entry.pk, "写错了", stranger, NOW)
    with pytest.raises(ReasonMissing):
        archive.retract_item(entry.pk, " ", staff("health_regulator"), NOW)
    assert not ArchiveItem.objects.exclude(retracted_at=None).exists()
    taken = archive.retract_item(entry.pk, "写错了", staff("health_regulator"), NOW)
    assert (taken.retracted_at, taken.retract_reason) == (NOW, "写错了")
    other.refresh_from_db()
    assert other.retracted_at is None


def test_what_is_made_public_is_a_kind_that_the_section_has() -> None:
    by = staff("health_regulator")
    for section, kind in (("weather", "inspection"), ("health", "weather")):
        with pytest.raises(BadInput):
            archive.propose_publication(section, kind, True, "reason", by, NOW)


def test_a_device_that_is_not_there_is_said_to_be_so() -> None:
    with pytest.raises(NotFound):
        fetch_device(10**8, staff("checkpoint_manager"), "devices.view")
