"""A key that another process made is read when it is met, and is known before it is used."""

from datetime import UTC, datetime

import pytest

from ankang.trust import keyring as ring
from ankang.trust.models import Key
from ankang.trust.services import ANNOUNCED, rotate_key

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def test_a_value_sealed_with_a_key_of_another_process_is_read() -> None:
    old = ring.keyring()
    old.seal("people", b"before", "x")
    rotate_key("data:people", NOW)
    sealed = ring.keyring().seal("people", b"after", "x")
    assert sealed[0] > old.newest("data:people").kid
    assert old.unseal("people", sealed, "x") == b"after"


def test_a_kid_of_nobody_is_still_missing() -> None:
    with pytest.raises(ring.KeyMissing):
        ring.keyring().of_kid("data:people", 200)


def test_a_new_signing_key_is_known_before_it_is_used() -> None:
    kid = rotate_key("code_sign", NOW)
    assert Key.objects.get(purpose="code_sign", kid=kid).not_before == NOW + ANNOUNCED["code_sign"]
