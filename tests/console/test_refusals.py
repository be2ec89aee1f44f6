"""Whatever is refused in the console is refused in the console: what was typed is kept, the first fault has the focus (I8).

Every address of the console that takes a form is asked with bad input, with an old form token, and by somebody whose duty was
taken away meanwhile; then every form on every page is sent with nonsense in each field.
"""

import json
import re
import time
from html.parser import HTMLParser
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from ankang.base.permissions import ADMINISTRATORS, PERMISSIONS, ROLES, STAFF
from ankang.core.policies import BY_SLUG
from ankang.places.models import Checkpoint
from tests.laws.access_ground import Side, a_side, staff_of
from tests.laws.test_access import ROUTES

pytestmark = pytest.mark.django_db

TYPED = "写了很久的话"
FRAME, CITIZENS = "nav-sidebar", 'href="/code"'
SECRET = {"password", "file", "hidden", "submit", "button", "checkbox", "radio"}
MOST = [one for one in ROLES if one not in ADMINISTRATORS or one == "security_administrator"]
PROGRAMS = "console/feeds/uploads"  # a script sends the pieces of a file there and reads JSON
FORMS = [
    one for one in ROUTES if one.method == "post" and one.pattern.startswith("console/") and not one.pattern.startswith(PROGRAMS)
]
AWAY = ("console/account/", "console/confirm/")  # pages of allauth, in our frame; their forms are looked at in tests/staff


@pytest.fixture
def side(db: None) -> Side:
    """One county with one of everything."""
    return a_side("ningguo")


def _browser(side: Side, name: str, *roles: str, strict: bool = False) -> Client:
    browser = Client(enforce_csrf_checks=strict)
    browser.force_login(staff_of(side, name, *roles))
    session = browser.session
    session["ankang_confirmed_at"] = time.time()
    session.save()
    return browser


def _post(browser: Client, address: str, form: dict[str, Any], page: str = "") -> tuple[int, str]:
    """Status and text of the answer; whatever it did is undone."""
    with transaction.atomic():
        answer = browser.post(address, form, headers={"referer": f"http://testserver{page}"} if page else {})
        html = answer.headers.get("Content-Type", "").startswith("text/html")
        text = answer.content.decode() if html and not answer.streaming else ""
        transaction.set_rollback(True)
    return answer.status_code, text


def _wrong(status: int, text: str, typed: bool = True) -> str:
    """What is wrong with a refusal; empty when nothing is."""
    if FRAME not in text or CITIZENS in text:
        return f"{status}: not in the console"
    if typed and TYPED not in text:
        return f"{status}: what was typed is lost"
    return "" if len(re.findall(r"<[^>]+\sautofocus[\s>=]", text)) == 1 else f"{status}: the focus is nowhere, or in two places"


def test_every_address_that_takes_a_form_refuses_in_the_console(side: Side) -> None:
    browser = _browser(side, "everything", *MOST)
    wrong = {}
    for route in FORMS:
        status, text = _post(browser, route.address(side), {"nonsense": TYPED, "note": TYPED})
        # A page of its own shows the fields it has; these two it has not.
        if status >= 400 and (told := _wrong(status, text, typed=status not in (409, 422))):
            wrong[route.pattern] = told
        assert status < 500, route.pattern
    assert len(FORMS) > 60
    assert wrong == {}, json.dumps(wrong, indent=1)


def test_an_old_form_and_a_lost_duty_keep_what_was_typed(side: Side) -> None:
    strict, nobody = _browser(side, "strict", *MOST, strict=True), _browser(side, "nobody")
    wrong = {}
    for route in FORMS:
        form = {"note": TYPED}
        told = _wrong(*_post(strict, route.address(side), form))
        if route.permission in PERMISSIONS and route.permission != STAFF:
            told = told or _wrong(*_post(nobody, route.address(side), form))
        if told:
            wrong[route.pattern] = told
    assert wrong == {}, json.dumps(wrong, indent=1)


class _Forms(HTMLParser):
    """The POST forms of a page: address and fields."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str], list[str]]] = []
        self._in = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self._in = (given.get("method") or "").lower() == "post"
            if self._in:
                self.forms.append((given.get("action") or "", {}, []))
        elif self._in and tag in ("input", "textarea", "select") and given.get("name"):
            name, kind = str(given["name"]), (given.get("type") or "text").lower()
            _address, hidden, texts = self.forms[-1]
            if kind == "hidden":
                hidden[name] = given.get("value") or ""
            elif kind not in SECRET and tag != "select" and given.get("autocomplete") != "one-time-code":
                texts.append(name)

    def handle_endtag(self, tag: str) -> None:
        self._in = self._in and tag != "form"


def test_every_form_on_every_page_sent_with_nonsense_keeps_it(side: Side) -> None:
    browser = _browser(side, "writer", *MOST)
    pages = {one.address(side) for one in ROUTES if one.method == "get" and one.pattern.startswith("console/")}
    wrong, sent, kept = {}, 0, 0
    for page in sorted(pages):
        answer = browser.get(page)
        html = answer.headers.get("Content-Type", "").startswith("text/html")
        if answer.status_code != 200 or not html or answer.streaming or page.startswith(tuple(f"/{one}" for one in AWAY)):
            continue
        for address, hidden, texts in _Forms(answer.content.decode()).forms:
            hidden.pop("csrfmiddlewaretoken", None)
            if not texts or (address or page) in ("/console/search/", "/console/logout/"):
                continue
            sent += 1
            nonsense = {name: f"{TYPED}{place}" for place, name in enumerate(texts)}
            status, text = _post(browser, (address or page).split("?")[0], hidden | nonsense, page)
            if status < 400 and "error" not in text and "fault" not in text:
                continue
            kept += 1
            lost = [name for name, value in nonsense.items() if value not in text]
            if told := _wrong(status, text, typed=False) or (f"lost {lost}" if lost else ""):
                wrong[f"{page} -> {address}"] = told
    assert (sent > 15, kept > 5) == (True, True)
    assert wrong == {}, json.dumps(wrong, indent=1)


def test_a_refused_request_comes_back_filled_with_the_fault_in_focus(side: Side) -> None:
    author = _browser(side, "asker", "health_commission")
    form = {"place_type": str(BY_SLUG["passage"].id), "wish": "要二十四小时核酸", "reason": ""}
    status, text = _post(author, "/console/policies/ask", form, "/console/policies/")
    area = re.search(r'<textarea[^>]*name="reason"[^>]*>', text)
    assert (status, area is not None and "autofocus" in area[0] and 'aria-invalid="true"' in area[0]) == (422, True)
    assert ("要二十四小时核酸" in text, "<details open" in text, "请填写" in text) == (True, True, True)


def test_no_other_site_fills_a_form_of_ours(side: Side) -> None:
    author = _browser(side, "careful", "health_commission", strict=True)
    form = {"place_type": "1", "wish": "别人写的", "reason": "别人写的"}
    for page in ("http://evil.example/console/policies/", ""):
        answer = author.post("/console/policies/ask", form, headers={"referer": page} if page else {})
        text = answer.content.decode()
        assert (answer.status_code, 'name="wish"' in text, "<input type=\"hidden\" name=\"wish\"" in text) == (403, False, False)


def test_a_session_that_ended_shows_what_was_typed_and_where_to_sign_in(side: Side) -> None:
    answer = Client().post("/console/policies/ask", {"wish": TYPED}, headers={"referer": "http://testserver/console/policies/"})
    text = answer.content.decode()
    assert (answer.status_code, TYPED in text, "/console/login/" in text) == (401, True, True)


def test_a_change_of_no_checkpoint_is_refused_with_a_sentence(side: Side) -> None:
    browser = _browser(side, "changer", "checkpoint_manager")
    for address in ("/console/places/change/closed/", "/console/places/change/closed/?ids=", "/console/places/change/closed/?ids=999999999"):
        answer = browser.get(address)
        assert (answer.status_code, "没有选中任何检查点" in answer.content.decode()) == (422, True)
    assert _post(browser, "/console/places/change/closed/", {})[0] == 422
    assert Checkpoint.objects.filter(state="closed").count() == 0


def test_secrets_are_never_written_back(side: Side) -> None:
    browser = _browser(side, "secret", *MOST, strict=True)
    _status, text = _post(browser, "/console/account/password", {"oldpassword": "very-secret-word", "note": TYPED})
    assert "very-secret-word" not in text
