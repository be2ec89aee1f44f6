"""A poster shows a code that a gate accepts, and a camera reads."""

import re
from io import BytesIO
from typing import Any

import pytest
import segno
import zxingcpp
from PIL import Image

from ankang.core import place_codes
from ankang.places.models import Checkpoint
from ankang.places.services import place_url, void_posters
from ankang.trust.keyring import keyring

from .builders import NOW, a_checkpoint, a_region, an_organisation, staff

pytestmark = pytest.mark.django_db


def _read(url: str) -> place_codes.PlaceCode:
    place = place_codes.parse(url.rsplit("/", 1)[1])
    ring = keyring()
    publics = {key.kid: key.public for key in ring.all("code_sign") if key.public}
    place_codes.check(place, publics, place_codes.place_mac_key(ring.place_key()), NOW.timestamp())
    return place


def test_the_code_names_the_checkpoint_its_type_and_its_edition() -> None:
    door = a_checkpoint(type="school")
    void_posters(door.pk, None)
    door.refresh_from_db()
    place = _read(place_url(door, "https://ankang.example"))
    assert (place.checkpoint, place.type, place.generation, place.minute) == (door.pk, door.type, 2, None)


def test_a_camera_reads_the_address_from_the_poster_s_symbol() -> None:
    url = place_url(a_checkpoint(), "https://ankang.example")
    picture = BytesIO()
    segno.make(url, error="m", micro=False).save(picture, kind="png", scale=4, border=4)
    assert zxingcpp.read_barcode(Image.open(picture)).text == url


def test_the_page_has_one_a4_sheet_a_checkpoint_in_both_languages(client: Any, settings: Any) -> None:
    doors = [a_checkpoint(), a_checkpoint(type="school")]
    client.force_login(staff("checkpoint_manager"))
    page = client.get(f"/console/places/posters/?ids={doors[0].pk},{doors[1].pk}").content.decode()
    assert page.count('<article class="poster"') == 2
    assert len(re.findall(r"<svg [^>]*viewBox", page)) == 2
    for words in (
        doors[0].name,
        doors[1].name,
        "学校",
        "School",
        "用手机相机扫一扫",
        "Scan with your phone’s camera",
    ):
        assert words in page


def test_nobody_prints_posters_of_places_beyond_their_region(client: Any) -> None:
    a_region("341881")
    elsewhere = a_checkpoint(organisation=an_organisation("341525"))
    client.force_login(staff("checkpoint_manager"))
    page = client.get(f"/console/places/posters/?ids={elsewhere.pk}").content.decode()
    assert (elsewhere.name in page, '<article class="poster"' in page) == (False, False)


def test_posters_need_the_permission(client: Any) -> None:
    client.force_login(staff("auditor"))
    assert client.get("/console/places/posters/").status_code == 403


def test_more_posters_than_a_file_holds_are_offered_part_by_part_and_none_is_left_out(client: Any) -> None:
    home = a_checkpoint().organisation
    more = [Checkpoint(organisation=home, name=f"第{n}门", type=1, state="planned") for n in range(501)]
    Checkpoint.objects.bulk_create(more)
    client.force_login(staff("checkpoint_manager"))
    for page in ("/console/places/posters.pdf", "/console/places/posters/"):
        offer = client.get(f"{page}?state=planned").content.decode()
        assert re.findall(r'href="\?(state=planned&amp;part=\d)">([^<]+)<', offer) == [
            ("state=planned&amp;part=1", "1–500"),
            ("state=planned&amp;part=2", "501–501"),
        ]
        assert client.get(f"{page}?state=planned&part=3").status_code == 404
    last = client.get("/console/places/posters/?state=planned&part=2").content.decode()
    assert (last.count('<article class="poster"'), "第500门" in last) == (1, True)
    files = [client.get("/console/places/posters.pdf?state=planned&part=2"), client.get("/api/v1/posters?state=planned&part=2")]
    assert [file.headers["Content-Disposition"] for file in files] == ['attachment; filename="posters-a4-501-501-of-501.pdf"'] * 2
    form = {"action": "posters", "select_across": "1", "_selected_action": [str(more[0].pk)]}
    refused = client.post("/console/places/checkpoint/", form, follow=True)
    assert (refused.redirect_chain[-1][0].startswith("/console/places/checkpoint/"), "500" in refused.content.decode()) == (True, True)
