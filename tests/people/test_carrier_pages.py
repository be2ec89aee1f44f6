"""The pages of sheets and cards: for the resident, and for staff at a counter with a purpose on record (A5)."""

import io
from collections.abc import Callable
from typing import Any

import pytest
import zxingcpp
from django.test import Client
from PIL import Image, ImageDraw

from ankang.base.models import AccessRecord
from ankang.core.cards import sheet_name
from ankang.people import carriers
from ankang.people.models import Carrier
from ankang.people.views.carriers import qr_of

from .conftest import HARBOUR, HELI, NOW, a_document
from .test_console import staff
from .test_pages import text

Apply = Callable[..., Any]
MINE, FIND = "/me/carriers", "/console/carriers/"


@pytest.fixture
def me(applied: Apply) -> Client:
    """The browser of 王小明, reading English."""
    client = Client()
    client.cookies["ankang_lang"] = "en"
    client.cookies["ankang_resident"] = applied().credential.token
    return client


def opened(clerk: Client, **given: str) -> str:
    """A clerk finds the person with a purpose; where the clerk lands."""
    answer = clerk.post(FIND, {"document": a_document(), "purpose": "window", "note": "no phone"} | given)
    return str(answer.headers.get("Location", ""))


def test_a_resident_makes_prints_and_ends_a_sheet(me: Client) -> None:
    assert "A printed sheet, or a card" in text(me.get("/me"))
    assert "Make my sheet" in text(me.get(MINE))
    assert me.get("/me/carriers/sheet").headers["Location"] == MINE
    assert me.post(MINE, {"do": "issue"}).headers["Location"] == MINE
    page = me.get("/me/carriers/sheet")
    carrier = Carrier.objects.get()
    sheet = carriers.print_sheet(carrier)
    assert sheet_name(sheet.number).endswith(carrier.last_digits)
    assert all(words in text(page) for words in (sheet.number, "王*明", a_document()[-4:]))
    assert "王小明" not in page.content.decode()
    assert page.headers["Cache-Control"] == "no-store"
    me.post(MINE, {"do": "lost", "carrier": carrier.pk})
    assert "reported lost" in text(me.get(MINE))
    assert Carrier.objects.get().void_reason == "lost"


def test_a_resident_binds_a_card_and_faults_are_said(me: Client, applied: Apply) -> None:
    other = applied(document=a_document(2), name="李大海", phone="+8613800000002").person
    carriers.bind_card(other.pk, "bus", "55556666", None, NOW)
    bad = {
        "": "Write the number",
        "x": "4 to 32",
        "nfc:12": "After nfc:",
        "1" * 70: "too long",
        "5555 6666": "somebody else",
    }
    for number, words in bad.items():
        answer = me.post(MINE, {"do": "bind", "kind": "bus", "number": number})
        assert (answer.status_code, words in text(answer)) == (422, True), number
    assert me.post(MINE, {"do": "bind", "kind": "fob", "number": "nfc:04:A2:1B:3C"}).status_code == 302
    assert "Access fob …1b3c" in text(me.get(MINE))


def test_nobody_touches_the_carriers_of_others(me: Client, applied: Apply) -> None:
    other = applied(document=a_document(2), name="李大海", phone="+8613800000002").person
    card = carriers.bind_card(other.pk, "bus", "55556666", None, NOW)
    assert me.post(MINE, {"do": "lost", "carrier": card.pk}).status_code == 404
    assert Carrier.objects.get().voided_at is None
    assert Client().get(MINE).status_code == 302


def test_staff_serve_a_person_whose_purpose_is_on_record(applied: Apply) -> None:
    person, clerk = applied().person, staff("operations")
    assert clerk.get(f"{FIND}{person.pk}/").headers["Location"] == FIND
    assert opened(clerk) == f"{FIND}{person.pk}/"
    clerk.post(f"{FIND}{person.pk}/", {"do": "issue"})
    clerk.post(f"{FIND}{person.pk}/", {"do": "bind", "kind": "bus", "number": "55556666"})
    page = text(clerk.get(f"{FIND}{person.pk}/"))
    assert "Bus card 6666" in page
    assert "王小明" not in page
    assert carriers.print_sheet(carriers.live_sheet(person.pk, NOW)).number in text(
        clerk.get(f"{FIND}{person.pk}/sheet/")
    )
    rows = AccessRecord.objects.order_by("at").values_list("person", "duty", "purpose", "fields")
    assert list(rows) == [(person.pk, "carriers.issue", "window: no phone", ["carriers"])] * 3


def test_staff_find_only_their_region_and_only_with_the_permission(applied: Apply) -> None:
    person = applied(town=HELI).person
    clerk = staff("operations", HARBOUR)
    answer = clerk.post(FIND, {"document": a_document(), "purpose": "window"})
    assert (answer.status_code, "Nobody with this document" in text(answer)) == (422, True)
    assert clerk.get(f"{FIND}{person.pk}/").status_code == 404
    assert clerk.get(f"{FIND}{person.pk}/sheet/").status_code == 404
    assert staff("auditor").get(FIND).status_code == 403
    assert AccessRecord.objects.count() == 0


@pytest.mark.parametrize("fold", [0.3, 0.5, 0.7])
def test_a_folded_and_stained_sheet_is_still_read(applied: Apply, fold: float) -> None:
    sheet = carriers.print_sheet(carriers.issue_sheet(applied().person.pk, None, NOW))
    picture = io.BytesIO()
    qr_of(sheet.text).save(picture, kind="png", scale=8, border=4)
    image = Image.open(picture).convert("L")
    width, height = image.size
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, height * fold, width, height * fold + 14), fill=255)  # the fold's white line
    pen.ellipse((width * 0.45, height * 0.45, width * 0.58, height * 0.58), fill=0)  # a stain
    assert [found.text for found in zxingcpp.read_barcodes(image)] == [sheet.text]
