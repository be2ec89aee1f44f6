"""Ningguo, its officers, and a few people on file."""

from collections.abc import Iterator

import django
import pytest
from django.conf import settings

django.setup()
settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)

from django.contrib.auth.models import User  # noqa: E402
from django.utils import translation  # noqa: E402

from .builders import registered, residents, staff  # noqa: E402


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def ningguo(db: None) -> None:
    """A town of Ningguo, and what is above it."""
    from ankang.base.models import Region

    for code, parent, name, level in (
        ("34", None, "安徽省", "province"),
        ("3418", "34", "宣城市", "city"),
        ("341881", "3418", "宁国市", "county"),
        ("341881-01", "341881", "港口镇", "town"),
    ):
        Region.objects.get_or_create(
            code=code, defaults={"parent_id": parent, "name": name, "name_en": name, "level": level}
        )


@pytest.fixture
def officer(ningguo: None) -> User:
    """A data officer of the hospital."""
    return staff("feed_officer")


@pytest.fixture
def approver(ningguo: None) -> User:
    """Somebody of the province who may approve batches."""
    return staff("approver", "34")


@pytest.fixture
def people(ningguo: None) -> list[int]:
    """Five people on file; ``residents(5)`` says who they are."""
    return registered(residents(5))
