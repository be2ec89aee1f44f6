"""The citizen pages: the whole way without scripts, every fault in words, nothing lost on the way."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from ankang.base.services import record_read
from ankang.people import services
from ankang.people.models import Credential, Person
from ankang.people.rules import APPLICATION_PURPOSES, REQUIRED_PURPOSES

from .conftest import HARBOUR, NOW, a_document, newest_code

Apply = Callable[..., Any]
WHO = {"name": "王小明", "document_kind": "resident_id", "document": a_document()}
DETAILS = {"town": HARBOUR, "declared": "on", "consents": sorted(REQUIRED_PURPOSES)}
pytestmark = pytest.mark.django_db


@pytest.fixture
def phone(ningguo: None) -> Client:
    """A browser that reads English."""
    client = Client(headers={"User-Agent": "Mozilla/5.0 (Linux; Android 14)"})
    client.cookies["ankang_lang"] = "en"
    return client


@pytest.fixture
def signed_in(applied: Apply, phone: Client) -> Client:
    """The browser of 王小明, who has applied."""
    phone.cookies["ankang_resident"] = applied().credential.token
    return phone


def text(response: Any) -> str:
    """What a reader reads: no tags, single spaces."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.content.decode()))


def at_the_details(client: Client) -> None:
    client.post("/apply", WHO)
    client.post("/apply/phone", {"phone": "13800000001"})
    client.post("/apply/code", {"do": "confirm", "code": newest_code("+8613800000001")})


def test_a_new_user_applies_from_the_first_page_to_the_code(phone: Client) -> None:
    assert phone.post("/apply", WHO).url == "/apply/phone"
    assert phone.post("/apply/phone", {"phone": "138 0000 0001"}).url == "/apply/code"
    code = newest_code("+8613800000001")
    assert phone.post("/apply/code", {"do": "confirm", "code": code}).url == "/apply/details"
    response = phone.post("/apply/details", DETAILS)
    assert response.url == "/apply/done"
    cookie = response.cookies["ankang_resident"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
    done = text(phone.get("/apply/done"))
    assert "Your code is ready" in done
    assert "王*明 · Gangkou" in done
    assert Credential.objects.get().label == "android"


def test_the_way_back_is_kept_from_the_first_page_to_the_last(phone: Client) -> None:
    phone.get("/apply?next=/p/abc")
    at_the_details(phone)
    phone.post("/apply/details", DETAILS)
    assert 'href="/p/abc"' in phone.get("/apply/done").content.decode()


@pytest.mark.parametrize("foreign", ["//evil.example/", "https://evil.example/", "/\\evil.example"])
def test_nobody_is_led_to_another_site(phone: Client, foreign: str) -> None:
    phone.get("/apply", {"next": foreign})
    at_the_details(phone)
    phone.post("/apply/details", DETAILS)
    assert "evil" not in phone.get("/apply/done").content.decode()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("document", a_document()[:-1] + "9" if a_document()[-1] != "9" else "8", "does not fit the others"),
        ("document", a_document(region="349981"), "never stood for a place"),
        ("document", "34188119900307ABCD", "17 digits and a digit or X"),
        ("document", "1" * 101, "too long"),
        ("document", "", "Write the number of the document."),
        ("document_kind", "library_card", "Choose one of the documents"),
        ("name", "王", "at least two characters"),
        ("name", "王\x00明", "There is a sign in it that cannot be used"),
        ("name", "王1明", "no digits or signs"),
        ("name", "明" * 101, "too long"),
    ],
)
def test_each_fault_is_said_in_words_and_the_values_are_kept(phone: Client, field: str, value: str, words: str) -> None:
    response = phone.post("/apply", WHO | {field: value})
    assert response.status_code == 422
    page = response.content.decode()
    assert words in text(response)
    assert f'href="#id_{field}"' in page
    assert 'role="alert"' in page
    assert "autofocus" in page
    kept = "document" if field != "document" else "name"
    assert f'value="{WHO[kept]}"' in page


def test_bytes_that_are_no_utf8_are_refused_in_words(phone: Client) -> None:
    body = b"name=%FF%FE&document_kind=resident_id&document=" + a_document().encode()
    response = phone.post("/apply", body, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 422
    assert "no digits or signs" in text(response)


def test_a_form_of_another_type_is_an_empty_form(phone: Client) -> None:
    response = phone.post("/apply", {"name": "王小明"}, content_type="application/json")
    assert response.status_code == 422
    assert "Write the name as on the document." in text(response)


@pytest.mark.parametrize("page", ["/apply/phone", "/apply/code", "/apply/details"])
def test_a_step_without_the_one_before_leads_to_the_first(phone: Client, page: str) -> None:
    assert phone.get(page).url == "/apply"
    assert phone.post(page, {"phone": "13800000001"}).url == "/apply"


def test_a_wrong_code_is_said_and_still_counted(phone: Client) -> None:
    phone.post("/apply", WHO)
    phone.post("/apply/phone", {"phone": "13800000001"})
    right = newest_code("+8613800000001")
    wrong = "000000" if right != "000000" else "000001"
    for _ in range(5):
        response = phone.post("/apply/code", {"do": "confirm", "code": wrong})
        assert (response.status_code, "not the code we sent" in text(response)) == (422, True)
    response = phone.post("/apply/code", {"do": "confirm", "code": right})
    assert "no longer valid" in text(response)


def test_a_second_code_at_once_is_refused_in_words(phone: Client) -> None:
    phone.post("/apply", WHO)
    phone.post("/apply/phone", {"phone": "13800000001"})
    response = phone.post("/apply/code", {"do": "again"})
    assert response.status_code == 429
    assert "wait a minute" in text(response)


def test_a_full_phone_is_said_before_the_long_page(applied: Apply, phone: Client) -> None:
    for number in range(10, 16):
        applied(document=a_document(number))
    from ankang.people.models import OneTimeCode

    OneTimeCode.objects.all().delete()
    phone.post("/apply", WHO)
    phone.post("/apply/phone", {"phone": "13800000001"})
    response = phone.post("/apply/code", {"do": "confirm", "code": newest_code("+8613800000001")})
    assert (response.status_code, "Six people already use" in text(response)) == (409, True)
    assert 'href="/apply/phone"' in response.content.decode()


def test_a_name_that_is_not_on_file_leads_back_to_the_first_page(applied: Apply, phone: Client) -> None:
    applied()
    phone.post("/apply", WHO | {"name": "王小朋"})
    phone.post("/apply/phone", {"phone": "13900000009"})
    response = phone.post("/apply/code", {"do": "confirm", "code": newest_code("+8613900000009")})
    assert (response.status_code, "These details cannot be used" in text(response)) == (409, True)


def test_what_is_missing_on_the_last_page_is_told_in_the_order_of_the_page(phone: Client) -> None:
    at_the_details(phone)
    response = phone.post("/apply/details", {"town": "", "consents": ["notices"]})
    summary = response.content.decode().split("</ul>")[0]
    assert re.findall(r"#id_(\w+)", summary) == ["town", "consents", "declared"]
    assert re.findall(r'value="(\w+)" checked', response.content.decode()) == ["notices"]
    assert not Person.objects.exists()


def test_every_purpose_is_explained_and_none_is_ticked_before(phone: Client) -> None:
    at_the_details(phone)
    page = phone.get("/apply/details").content.decode()
    assert re.findall(r'name="consents" value="(\w+)"', page) == [purpose.slug for purpose in APPLICATION_PURPOSES]
    assert not re.search(r"<input[^>]* checked", page)


def test_signing_in_on_another_phone(applied: Apply, phone: Client) -> None:
    applied(now=NOW - timedelta(hours=1))
    assert phone.post("/sign-in?next=/me", WHO).url == "/sign-in/code"
    response = phone.post("/sign-in/code", {"code": newest_code("+8613800000001")})
    assert response.url == "/me"
    assert response.cookies["ankang_resident"].value.startswith("ak1r_")


def test_signing_in_looks_the_same_for_a_stranger(applied: Apply, phone: Client) -> None:
    applied()
    pages = []
    for name in ("王小明", "王小朋"):
        phone.post("/sign-in", WHO | {"name": name})
        pages.append(text(phone.get("/sign-in/code")))
    assert pages[0] == pages[1]


def test_my_own_page_shows_masked_data_agreements_and_devices(signed_in: Client) -> None:
    page = text(signed_in.get("/me"))
    for words in (
        "王*明",
        "3418************",
        "138****0001",
        "Gangkou",
        "Another device this one",
        "Nobody has looked",
    ):
        assert words in page
    assert "王小明" not in page
    assert a_document() not in page


def test_my_own_page_shows_who_looked_at_me(signed_in: Client, admin_user: Any) -> None:
    person = Person.objects.get().pk
    record_read(admin_user, person, "people.unmask", "hotline: order 12", ["phone", "name"], NOW)
    page = text(signed_in.get("/me"))
    assert "Answering an appeal or a 12345 call: order 12" in page
    assert "the platform itself · saw full name, phone" in page
    assert "admin" not in page


@pytest.mark.parametrize("page", ["/me", "/me/consents/notices", "/apply/done"])
def test_my_own_pages_are_for_me_only(phone: Client, page: str) -> None:
    assert phone.get(page).url == f"/sign-in?next={page}"


def test_signing_out_another_device_and_this_one(applied: Apply, signed_in: Client) -> None:
    other = applied()
    serial = Credential.objects.latest("pk").pk
    assert signed_in.post(f"/me/devices/{serial}/revoke").url == "/me"
    assert Credential.objects.get(pk=serial).revoked_at is not None
    assert signed_in.post("/me/sign-out").url == "/"
    assert signed_in.get("/me").status_code == 302
    assert other.person.pk == Person.objects.get().pk


def test_another_ones_device_is_not_there(applied: Apply, signed_in: Client) -> None:
    applied(document=a_document(2))
    serial = Credential.objects.latest("pk").pk
    assert signed_in.post(f"/me/devices/{serial}/revoke").status_code == 404
    assert signed_in.post(f"/me/devices/{10**30}/revoke").status_code == 404


def test_a_required_agreement_is_withdrawn_after_a_second_question(signed_in: Client) -> None:
    address = "/me/consents/verification"
    assert "The code cannot work without this." in text(signed_in.get(address))
    assert signed_in.post(address, {"do": "withdraw"}).status_code == 200
    assert signed_in.post(address, {"do": "withdraw", "sure": "yes"}).url == "/stopped"
    assert signed_in.get("/me").status_code == 302
    page = text(signed_in.get("/stopped"))
    assert "You withdrew an agreement" in page
    assert re.findall(r"[\u4e00-\u9fff]{2,}", page.replace("中文", "")) == []


def test_nobody_else_is_told_that_their_code_has_stopped(signed_in: Client) -> None:
    assert [client.get("/stopped").url for client in (signed_in, Client())] == ["/me", "/sign-in"]


def test_an_optional_agreement_is_given_and_withdrawn(signed_in: Client) -> None:
    person = Person.objects.get()
    for do, given in (("grant", 1), ("withdraw", 0)):
        assert signed_in.post("/me/consents/notices", {"do": do}).url == "/me/consents"
        assert person.consents.filter(purpose="notices", withdrawn_at=None).count() == given


def test_the_on_screen_phone_is_there_in_the_demonstration_only(phone: Client, settings: Any) -> None:
    assert phone.get("/demo/phone").status_code == 404
    settings.ANKANG_DEMO = True
    phone.post("/apply", WHO)
    assert phone.post("/apply/phone", {"phone": "13800000001"}).url == "/apply/code"
    code = newest_code("+8613800000001")
    assert code in text(phone.get("/apply/code"))
    assert code in text(phone.get("/demo/phone"))
    assert code in text(phone.get("/demo/phone/messages"))


def test_the_on_screen_phone_shows_the_number_entered(phone: Client, settings: Any) -> None:
    settings.ANKANG_DEMO = True
    services.send_one_time_code("+8613800000002", "apply", NOW)
    assert phone.post("/demo/phone", {"phone": "13800000002"}).url == "/demo/phone"
    assert newest_code("+8613800000002") in text(phone.get("/demo/phone"))
    assert "This is not a mobile number" in text(phone.post("/demo/phone", {"phone": "abc"}))


def test_the_made_up_person_is_valid_and_new_each_time(phone: Client, settings: Any) -> None:
    settings.ANKANG_DEMO = True
    pages = [phone.get("/apply").content.decode() for _ in range(2)]
    documents = [re.search(r'name="document" value="(341881\w{12})"', page).group(1) for page in pages]  # type: ignore[union-attr]
    assert documents[0] != documents[1]
    for document in documents:
        assert phone.post("/apply", WHO | {"document": document}).url == "/apply/phone"


@pytest.mark.parametrize("page", ["/", "/apply", "/sign-in", "/privacy"])
def test_every_page_speaks_chinese_first_and_english_whole(ningguo: None, page: str) -> None:
    chinese = text(Client().get(page, headers={"Accept-Language": "fr"}))
    english = text(Client().get(page + "?lang=en"))
    assert "安康码" in chinese
    assert "Ankang" not in chinese
    assert re.findall(r"[\u4e00-\u9fff]+", re.sub("中文|王\\*明|港口镇政府", "", english)) == []


def test_the_language_is_kept_and_the_reader_stays(ningguo: None) -> None:
    client = Client()
    assert client.get("/lang?to=en&next=/privacy").url == "/privacy"
    assert "Your rights" in text(client.get("/privacy"))
    assert client.get("/lang?to=zh&next=//evil.example").url == "/"
    assert "您的权利" in text(client.get("/privacy"))


def test_large_print_is_kept(ningguo: None) -> None:
    client = Client()
    client.get("/large?to=on&next=/")
    assert 'class="large"' in client.get("/").content.decode()
    client.get("/large?to=off&next=/")
    assert 'class="large"' not in client.get("/").content.decode()


def test_an_unknown_address_says_what_to_do(phone: Client) -> None:
    response = phone.get("/nothing")
    assert response.status_code == 404
    assert "Go to the start page" in text(response)
    assert "not_found" in text(response)


def test_a_form_without_its_token_is_refused_with_a_page(ningguo: None) -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post("/apply?lang=en", WHO)
    assert response.status_code == 403
    assert "go back and send it again" in text(response)


def test_ten_megabytes_are_refused_in_words(ningguo: None) -> None:
    body = b"name=" + b"x" * 10_000_000
    response = Client().post("/apply?lang=en", body, content_type="application/x-www-form-urlencoded")
    assert (response.status_code, "body_too_large" in text(response)) == (413, True)


def test_a_form_in_a_foreign_encoding_is_refused_in_words(ningguo: None) -> None:
    body = "name=王小明".encode("gb18030")
    client = Client(enforce_csrf_checks=True)
    client.get("/apply")
    response = client.generic("POST", "/apply", body, "application/x-www-form-urlencoded; charset=gb18030")
    assert response.status_code == 400
    assert "提交的内容无法读取" in text(response)


def test_no_page_loads_anything_from_elsewhere(phone: Client, settings: Any) -> None:
    settings.ANKANG_DEMO = True
    for page in ("/", "/apply", "/sign-in", "/privacy", "/demo/phone"):
        html = phone.get(page).content.decode()
        assert re.findall(r'(?:src|href|action)="(?:https?:)?//[^"]*', html) == []
        assert "style=" not in html
        assert "onclick=" not in html
