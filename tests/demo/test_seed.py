"""Seeding: the whole demonstration, once; a second run changes nothing, a killed one is continued."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User

from ankang.base.models import Duty, Revision
from ankang.base.permissions import ROLES
from ankang.config.settings import Settings, load_settings
from ankang.core.colours import Colour
from ankang.core.place_codes import parse
from ankang.demo import seed
from ankang.demo.accounts import ACCOUNTS, accounts_file, read_password
from ankang.demo.credentials import demo_credentials
from ankang.demo.residents import quotas, read_towns
from ankang.health.models import Colour as ColourRow
from ankang.health.models import ColourChange, Evidence
from ankang.people.models import Consent, Credential, Person
from ankang.places.models import Checkpoint, Device, Organisation
from ankang.trust.keyring import keyring

pytestmark = pytest.mark.django_db(transaction=True)


class Killed(BaseException):
    """The machine lost power."""


@pytest.fixture
def house(tmp_path: Path) -> Settings:
    """A demonstration of 400 residents with its accounts' password in a folder of its own."""
    (tmp_path / "keys").mkdir(mode=0o700)
    (tmp_path / "keys" / "root.key").symlink_to(load_settings().keys_folder / "root.key")
    return load_settings().model_copy(update={"demo": True, "demo_residents": 400, "data": tmp_path})


def everything() -> dict[str, Any]:
    """What a second run must leave as it is."""
    models = (
        Person,
        Consent,
        Credential,
        ColourRow,
        ColourChange,
        Evidence,
        Checkpoint,
        Organisation,
        Device,
    )
    users = (User, Duty, Revision)
    return {model.__name__: sorted(model.objects.values_list("pk", flat=True)) for model in (*models, *users)}


def residents_by_town() -> Counter[str]:
    return Counter(Person.objects.filter(state="active").values_list("town_id", flat=True))


TRAVELLERS = 4
"""Entered, with a code each that nobody has claimed; they belong to no town yet."""


def test_every_town_gets_its_share_with_consents_and_colours(house: Settings) -> None:
    seed.ensure(house)
    assert residents_by_town() == quotas(400, read_towns())
    assert set(Consent.objects.values_list("person_id", flat=True)) == set(
        Person.objects.filter(state="active").values_list("pk", flat=True)
    )
    colours = Counter(ColourRow.objects.values_list("colour", flat=True))
    assert sum(colours.values()) == 400 + TRAVELLERS
    assert colours[Colour.GREEN] > 380
    assert colours[Colour.GREY] == 0


def test_who_is_not_green_has_evidence_and_a_reason(house: Settings) -> None:
    seed.ensure(house)
    coloured = ColourRow.objects.exclude(colour=Colour.GREEN)
    assert coloured.exists()
    for row in coloured:
        assert row.reasons
        assert Evidence.objects.filter(person=row.person).exists()


def test_a_second_run_changes_nothing(house: Settings) -> None:
    seed.ensure(house)
    before, password = everything(), read_password(house)
    seed.ensure(house)
    assert everything() == before
    assert read_password(house) == password


def test_a_run_without_its_mark_finds_everything_there(house: Settings) -> None:
    seed.ensure(house)
    before = everything()
    Revision.objects.filter(name=seed.FINISHED).delete()
    seed.ensure(house)
    after = everything()
    assert after == before


def test_a_killed_run_is_continued(house: Settings) -> None:
    def power_cut(what: str, done: int, total: int) -> None:
        if done >= 150:
            raise Killed

    with pytest.raises(Killed):
        seed.ensure(house, power_cut)
    there = Person.objects.count()
    assert 150 <= there < 400
    told: list[tuple[str, int, int]] = []
    seed.ensure(house, lambda *progress: told.append(progress))
    assert told[0] == ("residents", there, 400)
    assert told[-1] == ("residents", 400, 400)
    assert residents_by_town() == quotas(400, read_towns())


def test_a_bigger_demonstration_keeps_the_smaller_one(house: Settings) -> None:
    seed.ensure(house)
    first = set(Person.objects.values_list("pk", flat=True))
    seed.ensure(house.model_copy(update={"demo_residents": 450}))
    assert Person.objects.count() == 450 + TRAVELLERS
    assert first <= set(Person.objects.values_list("pk", flat=True))


def test_one_account_for_each_duty_with_a_password_that_nobody_else_reads(house: Settings) -> None:
    seed.ensure(house)
    password = read_password(house)
    assert password is not None
    assert {duty.role for duty in Duty.objects.all()} == {account.role for account in ACCOUNTS} == set(ROLES)
    assert all(user.check_password(password) for user in User.objects.all())
    assert accounts_file(house).stat().st_mode & 0o777 == 0o600


def test_credentials_are_those_of_one_resident_and_one_device(house: Settings) -> None:
    seed.ensure(house)
    first, second = demo_credentials(), demo_credentials()
    assert [first[key] for key in ("resident", "device", "checkpoint")] == [
        second[key] for key in ("resident", "device", "checkpoint")
    ]
    door = Checkpoint.objects.get(pk=first["checkpoint"])
    assert (door.name, door.state) == ("港口镇政府", "in_use")
    assert parse(first["place"]).checkpoint == door.pk
    now = 1 + max(int(row.issued_at.timestamp()) for row in Credential.objects.all())
    resident = keyring().credentials().read(first["resident"], now)
    assert Person.objects.get(pk=resident.subject).applied_via == "demo"
    device = keyring().credentials().read(first["device"], now)
    assert Device.objects.get(pk=device.subject).checkpoint_id == door.pk
