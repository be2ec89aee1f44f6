"""Authorities of other houses: looked at, trusted by two people, seen by gates, ended by one."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from ankang.base.approvals import MakerCannotDecide, decide
from ankang.base.errors import BadInput, NotAllowed
from ankang.base.models import Approval, Region
from ankang.core import ride
from ankang.core.sm import Sm2Signer, compressed, sm2_generate
from ankang.scenes.rides import services
from ankang.scenes.rides.errors import AuthorityKnown, AuthorityNotTrusted, AuthorityNumberTaken, CertificateRefused
from ankang.scenes.rides.models import ForeignAuthority, Ride
from ankang.scenes.rides.rules import certificate_in
from ankang.scenes.rides.services.authorities import authorities_at
from ankang.trust.keyring import keyring
from tests.places.builders import staff

from .rides_ground import MOMENT, NOW, Bus

pytestmark = pytest.mark.django_db
NUMBER, ZHEJIANG = 200, "33000001"


class House:
    """Another province: its authority, an issuer, a phone."""

    def __init__(self, number: int = NUMBER, month: tuple[int, int] = (2099, 1)) -> None:
        self.authority, self.issuer, self.phone = (Sm2Signer(*sm2_generate()) for _ in range(3))
        self.number = number
        own = ride.Certificate(number, "33000000", month, 1, compressed(self.authority.public))
        self.certificate = ride.sign_certificate(own, self.authority)

    def code(self, at: int = MOMENT, level: int = 0) -> bytes:
        """What its rider shows; ``level``: the link of the chain that somebody else signed."""
        other = Sm2Signer(*sm2_generate())
        signers = [other if level == one else signer for one, signer in enumerate((self.authority, self.issuer, self.phone), 1)]
        issuer = ride.Certificate(self.number, ZHEJIANG, (2099, 1), 1, compressed(self.issuer.public))
        given = ride.Authorisation(
            ride.sign_certificate(issuer, signers[0]), bytes(16), "0" * 20, ZHEJIANG, ZHEJIANG, 1, 1,
            compressed(self.phone.public), at + 3_600, 60, ride.write_rider(ride.Rider(1, 7)),
        )  # fmt: skip
        return ride.show(ride.sign_authorisation(given, signers[1]), at, signers[2])


@pytest.fixture
def admins() -> tuple[Any, Any]:
    Region.objects.get_or_create(code="34", defaults={"name": "安徽省", "name_en": "Anhui", "level": "province"})
    return staff("security_administrator", region="34"), staff("system_administrator", region="34")


def asked(house: House, by: Any) -> ForeignAuthority:
    return services.import_authority(house.certificate, "浙江", "电话核对指纹", by, NOW)


def trusted(house: House, admins: tuple[Any, Any]) -> ForeignAuthority:
    row = asked(house, admins[0])
    approval = Approval.objects.get(pk=row.approval)
    decide(approval.pk, admins[1], True, bytes(approval.digest), NOW)
    row.refresh_from_db()
    return row


def test_a_look_keeps_nothing_and_two_people_make_it_trusted(admins: tuple[Any, Any]) -> None:
    house, (maker, decider) = House(), admins
    seen = services.preview_authority(house.certificate, maker, NOW)
    assert (seen.kid, seen.issuer, seen.fingerprint.replace(" ", "")) == (NUMBER, "33000000", ride.fingerprint(house.certificate).hex())
    assert not ForeignAuthority.objects.exists()
    row = asked(house, maker)
    assert NUMBER not in authorities_at(NOW)
    approval = Approval.objects.get(pk=row.approval)
    with pytest.raises(MakerCannotDecide):
        decide(approval.pk, maker, True, bytes(approval.digest), NOW)
    decide(approval.pk, decider, True, bytes(approval.digest), NOW)
    found = authorities_at(NOW)[NUMBER]
    assert isinstance(found, ride.Authority)
    assert (found.public, found.foreign) == (house.authority.public, True)
    told = Client().get("/.well-known/ankang-ride-keys.json").json()["authorities"]
    assert [(one["kid"], one["public"], one["foreign"]) for one in told if one.get("foreign")] == [
        (NUMBER, house.authority.public.hex(), True)
    ]
    assert len(told) == 1 + len(keyring().ride_authorities())


def test_rides_of_that_house_are_kept_as_nobodys_and_each_broken_link_is_named(admins: tuple[Any, Any]) -> None:
    house, bus = House(), Bus()
    assert bus.told(bus.report(house.code(), verdict="refer", reason="stale")) == [("rejected", "invalid", "unknown_authority")]
    row = trusted(house, admins)
    assert bus.told(bus.report(house.code(), verdict="refer", reason="stale")) == [("recorded", "ok", "foreign_issuer")]
    levels = ("bad_authority_signature", "bad_issuer_signature", "bad_user_signature")
    for level, detail in enumerate(levels, 1):
        assert bus.told(bus.report(house.code(level=level), verdict="deny", reason="invalid")) == [("rejected", "invalid", detail)]
    assert set(Ride.objects.values_list("trace", flat=True)) == {Ride.objects.first().trace}  # type: ignore[union-attr]
    services.end_authority(row.pk, "密钥泄露", admins[1], NOW - timedelta(minutes=1))
    assert bus.told(bus.report(house.code(), verdict="refer", reason="stale")) == [("rejected", "invalid", "unknown_authority")]
    assert bus.told(bus.report(house.code(MOMENT - 120), at=MOMENT - 120, verdict="refer", reason="stale")) == [
        ("rejected", "invalid", "unknown_authority")
    ]
    with pytest.raises(AuthorityNotTrusted):
        services.end_authority(row.pk, "again", admins[1], NOW)


def test_what_is_no_authoritys_certificate_is_refused_and_says_why(admins: tuple[Any, Any]) -> None:
    house, maker = House(), admins[0]
    point = house.certificate[:20] + b"\x02" + bytes(31) + b"\x05" + house.certificate[53:]
    faults = {
        "truncated": house.certificate[:-1],
        "oversized": house.certificate + b"\0",
        "bad_certificate": b"\x25" + house.certificate[1:],
        "bad_authority_key": point,
        "not_self_signed": house.certificate[:-1] + bytes((house.certificate[-1] ^ 1,)),
        "expired_certificate": House(month=(2020, 1)).certificate,
    }
    for detail, raw in faults.items():
        with pytest.raises(CertificateRefused) as refused:
            services.preview_authority(raw, maker, NOW)
        assert refused.value.details == {"certificate": detail}
    with pytest.raises(BadInput):
        services.import_authority(house.certificate, " ", "", maker, NOW)


def test_one_number_is_one_authority(admins: tuple[Any, Any]) -> None:
    house, maker = House(), admins[0]
    row = asked(house, maker)
    with pytest.raises(AuthorityKnown):
        asked(house, maker)
    with pytest.raises(AuthorityNumberTaken):
        asked(House(), maker)
    with pytest.raises(AuthorityNumberTaken):
        asked(House(next(iter(keyring().ride_authorities()))), maker)
    approval = Approval.objects.get(pk=row.approval)
    decide(approval.pk, admins[1], False, bytes(approval.digest), NOW, "指纹不符")
    assert asked(House(), maker).state == "pending"


def test_an_authority_counts_until_its_own_end_and_its_number_is_free_then(admins: tuple[Any, Any]) -> None:
    row = trusted(House(month=(NOW.year, NOW.month)), admins)
    later = row.ends_at + timedelta(seconds=1)
    with pytest.raises(Exception, match="expired_authority"):
        ride.check_certificate(
            parse(House().code()), authorities_at(later), later.timestamp()
        )
    assert not any(one.get("foreign") for one in services.public_keys(later)["authorities"])
    again = services.import_authority(House().certificate, "浙江", "新证书", admins[0], later)
    row.refresh_from_db()
    assert (row.state, again.state) == ("ended", "pending")


def parse(code: bytes) -> bytes:
    return ride.parse_ride(code).authorisation.certificate


def test_only_the_province_decides_whom_gates_trust(admins: tuple[Any, Any]) -> None:
    house = House()
    for stranger in (staff("security_administrator"), staff("auditor", region="34"), staff("checkpoint_manager", region="34")):
        with pytest.raises(NotAllowed):
            services.preview_authority(house.certificate, stranger, NOW)


def test_the_console_shows_asks_and_ends(admins: tuple[Any, Any]) -> None:
    house, page, client = House(), "/console/rides/authorities/", Client()
    client.cookies["ankang_lang"] = "en"
    client.force_login(admins[0])
    assert "No other authority" in client.get(page).content.decode()
    bad = client.post(page, {"do": "preview", "certificate": house.certificate.hex()[:-2]})
    assert (bad.status_code, "fewer than 117 bytes" in bad.content.decode()) == (422, True)
    seen = client.post(page, {"do": "preview", "certificate": house.certificate.hex()}).content.decode()
    digest = ride.fingerprint(house.certificate).hex()
    assert " ".join(digest[at : at + 4] for at in range(0, 64, 4)) in seen
    empty = client.post(page, {"do": "ask", "certificate": house.certificate.hex(), "name": "Zhejiang", "reason": ""})
    assert (empty.status_code, 'value="Zhejiang"' in empty.content.decode()) == (422, True)
    client.post(page, {"do": "ask", "certificate": house.certificate.hex(), "name": "Zhejiang", "reason": "telephone"})
    approval = Approval.objects.get()
    decide(approval.pk, admins[1], True, bytes(approval.digest), NOW)
    row = ForeignAuthority.objects.get()
    assert "Trust it no more" in client.get(page).content.decode()
    client.post(page, {"do": "end", "authority": row.pk, "reason": "no longer needed"})
    row.refresh_from_db()
    assert (row.state, row.ended_why) == ("ended", "no longer needed")
    client.force_login(staff("auditor", region="34"))
    assert client.get(page).status_code == 403


def test_the_api_does_what_the_page_does(admins: tuple[Any, Any]) -> None:
    house, client = House(), Client(headers={"accept-language": "en"})
    client.force_login(admins[0])
    given = {"certificate": house.certificate.hex()}

    def post(path: str, body: dict[str, Any]) -> Any:
        return client.post(f"/api/v1/rides/authorities{path}", body, content_type="application/json")

    assert post("/preview", given).json()["number"] == NUMBER
    made = post("", given | {"name": "Zhejiang", "reason": "telephone"})
    assert (made.status_code, made.json().get("state")) == (201, "pending"), made.content
    assert post("/preview", given).json()["error"] == "authority_known"
    assert post("/preview", {"certificate": "00"}).json()["details"] == {"certificate": "truncated"}
    listed = client.get("/api/v1/rides/authorities").json()
    assert [(one["number"], one["fingerprint"]) for one in listed["items"]] == [(NUMBER, made.json()["fingerprint"])]
    assert post(f"/{made.json()['authority']}/end", {"reason": "x"}).json()["error"] == "authority_not_trusted"


def test_a_certificate_is_read_however_it_was_sent() -> None:
    raw = House().certificate
    from base64 import b64encode, urlsafe_b64encode

    hexed = raw.hex()
    forms = [raw, hexed.encode(), f"{hexed[:100]}\r\n{hexed[100:]}\n".encode(), b64encode(raw), urlsafe_b64encode(raw)]
    assert [certificate_in(form) for form in forms] == [raw] * 5
    for form in (b"", "证书".encode(), b"zz" * 117):
        with pytest.raises(CertificateRefused):
            certificate_in(form)
