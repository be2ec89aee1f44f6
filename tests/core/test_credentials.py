"""Bearer tokens say who holds them, to those who know the secret, until they expire."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ankang.core.base64url import from_base64url, to_base64url
from ankang.core.credentials import Credential, CredentialFault, CredentialKeys

KEYS = CredentialKeys(b"s" * 32)
NOW = 1_595_304_000
NUMBERS = st.integers(0, (1 << 63) - 1)


def a_token(**fields: Any) -> str:
    """A token; name only the fields that matter."""
    values = {
        "kind": "resident",
        "subject": 382_909,
        "serial": 7,
        "issued": NOW,
        "expires": NOW + 60,
        "name": "王*明",
    }
    return KEYS.issue(**{**values, **fields})


def fault_of(text: str, now: float = NOW, keys: CredentialKeys = KEYS) -> str | None:
    """Why a token is refused, or None."""
    try:
        keys.read(text, now)
    except CredentialFault as fault:
        return fault.detail
    return None


@given(
    kind=st.sampled_from(["resident", "device"]),
    subject=NUMBERS,
    serial=NUMBERS,
    issued=st.integers(0, NOW),
    expires=st.integers(NOW + 1, (1 << 32) - 1),
    name=st.text(st.characters(codec="utf-8"), max_size=7),
)
def test_what_was_issued_is_read(**fields: Any) -> None:
    assert KEYS.read(KEYS.issue(**fields), NOW) == Credential(**fields)


def test_a_token_shows_its_kind_and_neither_person_nor_serial() -> None:
    resident, device = a_token(), a_token(kind="device", name="")
    assert (resident[:5], device[:5]) == ("ak1r_", "ak1d_")
    assert (382_909).to_bytes(8, "big") not in from_base64url(resident[5:])
    assert len(resident) == 71


def test_a_token_ends_at_its_expiry() -> None:
    assert [fault_of(a_token(), NOW + second) for second in (59, 60, 61)] == [
        None,
        "expired_token",
        "expired_token",
    ]


def test_a_residents_token_is_not_a_devices() -> None:
    assert fault_of("ak1d_" + a_token()[5:]) == "bad_token"


def test_no_bit_of_a_token_can_be_changed() -> None:
    data = from_base64url(a_token()[5:])
    faults = set()
    for bit in range(len(data) * 8):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        faults.add(fault_of("ak1r_" + to_base64url(bytes(changed))))
    assert faults == {"bad_token"}


def test_another_secret_or_another_key_id_does_not_read_it() -> None:
    assert fault_of(a_token(), keys=CredentialKeys(b"t" * 32)) == "bad_token"
    assert fault_of(a_token(), keys=CredentialKeys(b"s" * 32, kid=2)) == "bad_token"


@given(st.one_of(st.text(), st.text(alphabet="ABab01_-=", max_size=120).map(lambda text: "ak1r_" + text)))
def test_any_text_is_refused_calmly(text: str) -> None:
    assert fault_of(text) == "bad_token"


@pytest.mark.parametrize(
    "spoil", [lambda t: t + "=", lambda t: t + "A", lambda t: t[:-1], lambda t: t + "\n", str.upper]
)
def test_a_token_has_one_text(spoil: Any) -> None:
    assert fault_of(spoil(a_token())) == "bad_token"


@pytest.mark.parametrize("fields", [{"name": "王" * 11}, {"subject": -1}, {"serial": -1}])
def test_what_does_not_fit_is_not_issued(fields: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="do not fit"):
        a_token(**fields)
