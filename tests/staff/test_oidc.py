"""Signing in at one's agency: a real provider over real HTTP; what it did not sign for this browser opens nothing."""

import base64
import json
import time
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
import requests
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives import serialization
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.utils import timezone

from ankang.base.errors import BadInput, NotFound
from ankang.staff.errors import NotLinked, OutsideReach, SignInRefused
from ankang.staff.models import OidcProvider, StaffEvent
from ankang.staff.services import invite, save_provider

from .builders import PASSWORD, a_code_generator, a_member, an_organisation, code_of, is_in, security
from .oidc_provider import CLIENT, SECRET, Provider, a_key

pytestmark = pytest.mark.django_db
START = "/staff/agency/bureau/"


@pytest.fixture(scope="module")
def server() -> Iterator[Provider]:
    provider = Provider()
    provider.start()
    yield provider
    provider.stop()


@pytest.fixture
def agency(server: Provider) -> Provider:
    """The provider, honest, and entered by a security administrator."""
    server.claims, server.sign, server.amr = dict, server.sign_well, ["pwd"]
    enter(server)
    return server


def enter(agency: Provider, **more: Any) -> OidcProvider:
    said: dict[str, Any] = {
        "slug": "bureau", "name": "数据局", "region": "341881", "issuer": agency.issuer, "client_id": CLIENT,
        "secret": SECRET, "second_factor": False, "active": True,
    }  # fmt: skip
    return save_provider(security(), timezone.now(), **said | more)


def to_agency(client: Any, start: str = START, **said: str) -> str:
    """Press the button, and go through the provider; returns the address of its answer."""
    there = client.post(start, said).url
    return str(requests.get(there, allow_redirects=False, timeout=5).headers["Location"])


def linked(user: User | None = None) -> User:
    user = user or a_member("tracer")
    SocialAccount.objects.create(user=user, provider="bureau", uid="7001")
    return user


def test_a_linked_account_signs_in_and_gives_its_second_factor_here(client: Any, agency: Provider) -> None:
    secret = a_code_generator(linked())
    answer = client.get(to_agency(client))
    assert (answer.url, is_in(client)) == ("/staff/second-factor/", False)
    client.post("/staff/second-factor/", {"code": code_of(secret)})
    assert is_in(client)


def test_a_provider_that_asks_for_the_second_factor_spares_it_here_only_when_it_says_so(agency: Provider) -> None:
    OidcProvider.objects.update(second_factor=True)
    linked()
    outcomes = []
    for amr in (["pwd"], ["pwd", "mfa"]):
        agency.amr, browser = amr, Client()
        outcomes.append((browser.get(to_agency(browser)).url, is_in(browser)))
    assert outcomes == [("/staff/enrol/", False), ("/console/", True)]


def test_what_the_provider_says_about_the_person_is_not_kept(client: Any, agency: Provider) -> None:
    linked()
    client.get(to_agency(client))
    assert list(SocialAccount.objects.values_list("extra_data", flat=True)) == [{}]
    with connection.cursor() as cursor:
        cursor.execute("SELECT p::text FROM staff_oidcprovider p")
        stored = cursor.fetchone()[0]
    assert (SECRET in stored, SECRET.encode().hex() in stored) == (False, False)


def test_an_account_that_nobody_linked_gets_no_further_and_makes_no_account(client: Any, agency: Provider) -> None:
    before = User.objects.count()
    answer = client.get(to_agency(client))
    assert (answer.status_code, NotLinked.zh in answer.content.decode()) == (403, True)
    assert (User.objects.count(), SocialAccount.objects.count(), is_in(client)) == (before, 0, False)


def test_an_invitation_may_be_accepted_at_the_agency(client: Any, agency: Provider) -> None:
    duty = {"role": "tracer", "region": "341881"}
    invited = invite("王明", [duty], security(), timezone.now(), phone="13800000000", public_url="")
    path = invited.address("")
    answer = client.get(to_agency(client, path, username="wang.ming", provider="bureau"))
    user = User.objects.get(username="wang.ming")
    assert (answer.url, user.has_usable_password()) == ("/staff/enrol/", False)
    assert Client().get(path).status_code == 410
    again = Client()
    assert again.get(to_agency(again)).url == "/staff/enrol/"


def test_a_member_links_the_agencys_account_and_unlinks_it(client: Any, agency: Provider) -> None:
    client.force_login(a_member("tracer"))
    assert client.get(to_agency(client, process="connect")).url == "/console/account/"
    assert SocialAccount.objects.values_list("provider", "uid").get() == ("bureau", "7001")
    client.post("/console/account/agencies/bureau/unlink")
    events = list(StaffEvent.objects.filter(what__startswith="provider_").order_by("id").values_list("what", flat=True))
    assert (SocialAccount.objects.count(), events) == (0, ["provider_added", "provider_linked", "provider_unlinked"])


def test_linking_is_a_sensitive_act(client: Any, agency: Provider) -> None:
    client.force_login(a_member("tracer"))
    session = client.session
    session["ankang_confirmed_at"] = time.time() - 3600
    session.save()
    assert client.post(START, {"process": "connect"}).url.startswith("/console/confirm/")


def _unsigned(claims: dict[str, Any]) -> str:
    part = [base64.urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=").decode() for one in ({"alg": "none"}, claims)]
    return ".".join([*part, ""])


def _by_public_key(agency: Provider, claims: dict[str, Any]) -> str:
    """HS256 keyed with the public key, which everybody has."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    public = agency.key.public_key().public_bytes(serialization.Encoding.PEM, form)
    part = [base64.urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=") for one in ({"alg": "HS256", "kid": "one"}, claims)]
    from cryptography.hazmat.primitives import hashes, hmac

    mac = hmac.HMAC(public, hashes.SHA256())
    mac.update(b".".join(part))
    return b".".join([*part, base64.urlsafe_b64encode(mac.finalize()).rstrip(b"=")]).decode()


FORGED: dict[str, Any] = {
    "another nonce": lambda agency: {"claims": lambda claims: claims | {"nonce": "stolen"}},
    "no nonce": lambda agency: {"claims": lambda claims: {k: v for k, v in claims.items() if k != "nonce"}},
    "another issuer": lambda agency: {"claims": lambda claims: claims | {"iss": "https://evil.example"}},
    "another audience": lambda agency: {"claims": lambda claims: claims | {"aud": "another"}},
    "two audiences": lambda agency: {"claims": lambda claims: claims | {"aud": [CLIENT, "another"]}},
    "expired": lambda agency: {"claims": lambda claims: claims | {"exp": claims["iat"] - 3600}},
    "issued long ago": lambda agency: {"claims": lambda claims: claims | {"iat": claims["iat"] - 7200}},
    "issued tomorrow": lambda agency: {"claims": lambda claims: claims | {"iat": claims["iat"] + 86400}},
    "no subject": lambda agency: {"claims": lambda claims: claims | {"sub": ""}},
    "another key": lambda agency: {"sign": lambda claims: agency.sign_well(claims, key=a_key())},
    "unsigned": lambda agency: {"sign": _unsigned},
    "signed with the public key": lambda agency: {"sign": lambda claims: _by_public_key(agency, claims)},
    "an unknown key id": lambda agency: {
        "sign": lambda claims: jwt.encode(claims, agency.key, algorithm="RS256", headers={"kid": "two"})
    },
    "not a token": lambda agency: {"sign": lambda claims: "abc"},
    "none": lambda agency: {"sign": lambda claims: ""},
}


@pytest.mark.parametrize("forgery", FORGED)
def test_a_forged_answer_opens_nothing_and_is_on_the_trail(client: Any, agency: Provider, forgery: str) -> None:
    linked()
    for name, value in FORGED[forgery](agency).items():
        setattr(agency, name, value)
    answer = client.get(to_agency(client))
    assert (answer.status_code, SignInRefused.zh in answer.content.decode(), is_in(client)) == (403, True, False)
    assert StaffEvent.objects.filter(what="provider_refused", region="341881").count() == 1


def test_an_answer_works_once_and_in_the_browser_that_asked(client: Any, agency: Provider) -> None:
    a_code_generator(linked())
    address = to_agency(client)
    stranger = Client()
    assert stranger.get(address).status_code == 403
    assert client.get(address).url == "/staff/second-factor/"
    client.post("/console/logout/")
    assert (client.get(address).status_code, is_in(client)) == (403, False)


def test_a_provider_that_names_another_issuer_than_the_one_entered_is_refused(client: Any, agency: Provider) -> None:
    OidcProvider.objects.update(issuer=agency.issuer.replace("127.0.0.1", "localhost"))
    linked()
    answer = client.post(START)
    assert (answer.status_code, is_in(client)) == (403, False)


def test_a_provider_that_is_away_or_not_in_use_is_a_sentence(client: Any, agency: Provider) -> None:
    OidcProvider.objects.update(issuer="http://127.0.0.1:9")
    assert client.post(START).status_code == 403
    OidcProvider.objects.update(active=False)
    assert client.post(START).status_code == 404
    assert "数据局" not in client.get("/console/login/").content.decode()


def test_a_password_still_does_not_help_who_is_linked_and_closed(client: Any, agency: Provider) -> None:
    user = linked()
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert (client.get(to_agency(client)).url, is_in(client)) == ("/staff/closed/", False)
    assert client.post("/console/login/", {"username": user.username, "password": PASSWORD}).url == "/staff/closed/"


@pytest.mark.parametrize(
    ("more", "faults"),
    [
        ({"issuer": "http://bureau.example"}, {"issuer": "https_address"}),
        ({"issuer": "https://me:pw@bureau.example"}, {"issuer": "https_address"}),
        ({"secret": ""}, {"secret": "required"}),
        ({"slug": "局"}, {"slug": "required"}),
        ({"region": "99"}, {"region": "unknown"}),
    ],
)
def test_a_provider_that_cannot_be_right_is_not_entered(server: Provider, more: dict, faults: dict) -> None:
    with pytest.raises(BadInput) as refused:
        enter(server, **more)
    assert refused.value.details == {"fields": faults}


def test_a_provider_is_entered_within_ones_reach_and_its_secret_is_on_no_page(client: Any, agency: Provider) -> None:
    with pytest.raises(OutsideReach):
        enter(agency, slug="other", region=a_member("tracer", region="3401").duties.get().region_id)
    client.force_login(security())
    row = OidcProvider.objects.get()
    said = {"pk": row.pk, "name": "大数据局", "slug": "x", "region": "341881", "issuer": row.issuer, "client_id": CLIENT}
    assert client.post("/console/staff/providers/save", said | {"secret": "", "active": "on"}).status_code == 302
    row.refresh_from_db()
    page = client.get("/console/staff/providers").content.decode()
    assert (row.name, row.slug, row.secret, SECRET in page) == ("大数据局", "bureau", SECRET, False)
    assert SECRET not in str(list(StaffEvent.objects.values_list("before", "after")))


def test_a_provider_is_changed_with_everything_on_the_trail_but_the_secret(agency: Provider) -> None:
    row, by, now = OidcProvider.objects.get(), security(), timezone.now()
    said: dict[str, Any] = {
        "region": "341881", "name": " 大数据局 ", "issuer": "https://id.bureau.example/", "client_id": " c2 ",
        "second_factor": True, "active": False,
    }  # fmt: skip
    home = an_organisation()
    changed = save_provider(by, now, pk=row.pk, slug="other", organisation=home.pk, secret=" new secret ", **said)
    row.refresh_from_db()
    kept = (row.slug, row.name, row.issuer, row.client_id, row.second_factor, row.active, row.organisation, row.secret)
    assert kept == ("bureau", "大数据局", "https://id.bureau.example", "c2", True, False, home.pk, "new secret")
    event = StaffEvent.objects.order_by("id").last()
    was = {"slug": "bureau", "region": "341881", "organisation": None, "name": "数据局", "issuer": agency.issuer, "client_id": CLIENT}
    now_so = {"slug": "bureau", "region": "341881", "organisation": home.pk, "name": "大数据局", "client_id": "c2"}
    assert (event.what, event.by_name, event.region_id, changed) == ("provider_changed", by.username, "341881", row)
    assert event.before == was | {"second_factor": False, "active": True}
    assert event.after == now_so | {"issuer": "https://id.bureau.example", "second_factor": True, "active": False}
    elsewhere = security("3401")
    with pytest.raises(NotFound):
        save_provider(elsewhere, now, pk=row.pk, **said | {"region": "3401"})
    with pytest.raises(BadInput) as refused:
        enter(agency)
    assert (refused.value.details, OidcProvider.objects.count()) == ({"fields": {"slug": "taken"}}, 1)


def test_an_answer_of_megabytes_is_not_read(client: Any, agency: Provider) -> None:
    linked()
    agency.claims = lambda claims: claims | {"filler": "x" * 3_000_000}
    assert (client.get(to_agency(client)).status_code, is_in(client)) == (403, False)
    agency.claims = lambda claims: claims | {"filler": "x" * 30_000}
    assert client.get(to_agency(client)).status_code == 302
