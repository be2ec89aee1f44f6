"""The county of the tests, and builders that name only what matters."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from stdnum.cn import ric

from ankang.people.rules import REQUIRED_PURPOSES, Application

NOW = datetime.now(UTC).replace(microsecond=0)  # real, because the months ahead have their partitions
HARBOUR, HELI = "341881-01", "341881-19"


def a_document(number: int = 1, region: str = "341881", born: str = "19900307") -> str:
    """A resident ID that is right in every part; another one for each ``number``."""
    digits = f"{region}{born}{number:03}"
    return digits + ric.calc_check_digit(digits + "0")


@pytest.fixture
def ningguo(db: None) -> None:
    """Two towns of Ningguo."""
    from ankang.base.models import Region

    for code, parent, name, english, level in (
        ("34", None, "安徽省", "Anhui", "province"),
        ("3418", "34", "宣城市", "Xuancheng", "city"),
        ("341881", "3418", "宁国市", "Ningguo", "county"),
        (HARBOUR, "341881", "港口镇", "Gangkou", "town"),
        (HELI, "341881", "河沥溪街道", "Helixi", "town"),
    ):
        Region.objects.get_or_create(
            code=code, defaults={"parent_id": parent, "name": name, "name_en": english, "level": level}
        )


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """Messages of these tests come in English unless a page says otherwise."""
    from django.utils import translation

    with translation.override("en"):
        yield


def newest_code(phone: str) -> str:
    """The six digits of the newest message to ``phone`` (E.164)."""
    from ankang.people.messages import latest_messages

    return latest_messages(phone, 1)[0].code


def a_proof(phone: str, now: datetime = NOW) -> int:
    """The proof that ``phone`` answered its one-time code; waits long enough before asking for the next one."""
    from ankang.people import services
    from ankang.people.models import OneTimeCode

    with transaction.atomic():
        OneTimeCode.objects.update(sent_at=now - timedelta(days=2))
        services.send_one_time_code(phone, "apply", now)
        return services.confirm_phone(phone, "apply", newest_code(phone), now)


def an_application(**given: Any) -> Application:
    """A good application; name only what differs."""
    base = Application(
        name="王小明",
        document_kind="resident_id",
        document=a_document(),
        phone="+8613800000001",
        town=HARBOUR,
        declared=True,
        consents=REQUIRED_PURPOSES,
        proof=0,
    )
    return replace(base, **given)


@pytest.fixture
def applied(ningguo: None) -> Callable[..., Any]:
    """Applies with a phone that answered; returns the service's answer."""
    from ankang.people import services

    def make(now: datetime = NOW, **given: Any) -> Any:
        application = an_application(**given)
        return services.apply(replace(application, proof=a_proof(application.phone, now)), now)

    return make
