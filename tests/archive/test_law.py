"""Law: what other offices send for the archive can never move a colour."""

from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from ankang.base.permissions import ROLES
from ankang.exchange import services as exchange
from ankang.exchange.kinds import FeedKind, all_kinds
from ankang.health.models import ColourChange, Evidence
from tests.people.conftest import NOW, a_document

from .conftest import officer

SECTIONS = {slug: kind for slug, kind in all_kinds().items() if kind.section}
ROOM = Path(__file__).parents[2] / "src" / "ankang" / "archive"


def test_a_feed_is_evidence_or_a_section_and_a_section_worsens_nothing() -> None:
    kind = next(iter(SECTIONS.values()))
    assert [one.worsens for one in SECTIONS.values()] == ["never"] * 5
    for wrong in ({"worsens": "some"}, {"evidence": "stay"}, {"section": ""}):
        given = {"slug": "x", "zh": "x", "en": "x", "worsens": "never", "columns": kind.columns, "section": kind.section}
        with pytest.raises(ValueError, match="evidence, or a section"):
            FeedKind(**given | wrong)


def test_the_archive_has_no_hand_on_evidence_or_colours() -> None:
    words = ("record_evidence", "check_person", "append_changes", "retract", "health.engine")
    used = {word for path in ROOM.rglob("*.py") for word in words if word in path.read_text(encoding="utf-8")}
    assert used == set()


@pytest.mark.django_db
@pytest.mark.parametrize("slug", SECTIONS)
def test_a_row_of_every_section_is_taken_for_its_person_and_moves_nothing(resident: Any, slug: str) -> None:
    kind = SECTIONS[slug]
    role = next(role for role, held in ROLES.items() if kind.permission in held)
    row = {column.zh: column.example for column in kind.columns if column.example}
    row |= {"证件号码": a_document(), "姓名": "王小明"}
    before = (list(Evidence.objects.values_list("pk")), list(ColourChange.objects.values_list("seq")))
    with transaction.atomic():
        sent = exchange.send_rows(slug, [row], officer(role), NOW)
    assert [answer.outcome for answer in sent.rows] == ["success"]
    assert (list(Evidence.objects.values_list("pk")), list(ColourChange.objects.values_list("seq"))) == before
