"""Migration 0004 of access: searches of the console, which had a log of their own, are look-ups like the others."""

from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from ankang.access.models import LookUp
from ankang.access.services import looking_up
from ankang.base.models import Duty
from tests.people.conftest import NOW, a_document, ningguo  # noqa: F401

pytestmark = pytest.mark.django_db
BEFORE = [("access", "0003_row_security"), ("base", "0011_export_rows")]


def test_each_search_becomes_a_look_up_and_its_number_a_blind_index(ningguo: None) -> None:  # noqa: F811
    clerk, gone = User.objects.create_user("clerk"), 987_654
    for role in ("operations", "hotline_agent"):
        Duty.objects.create(user=clerk, role=role, region_id="341881")
    apps = MigrationLoader(connection).project_state(BEFORE).apps
    old = apps.get_model("base", "PersonSearch")
    with connection.schema_editor() as editor:
        editor.create_model(old)
    for minute, (by, found) in enumerate(((clerk.pk, 1), (clerk.pk, 0), (gone, 8))):
        at = NOW + timedelta(minutes=minute)
        said = {"purpose": f"工单 {minute}" if found else "", "wanted": f" {a_document()[:-1]}x ", "wanted_blind": b""}
        old.objects.create(by=by, by_name=f"by {by}", at=at, found=found, **said)
    import_module("ankang.access.migrations.0004_one_log").move(apps, editor)
    looking_up.look_up(clerk, f"{a_document()[:-1]}X", "工单 9", NOW + timedelta(minutes=9))
    names = ("by", "by_name", "role", "region", "office", "purpose", "sought", "outcome", "person")
    rows: list[Any] = list(LookUp.objects.order_by("at").values_list(*names))
    me, other = (clerk.pk, f"by {clerk.pk}", "operations", "341881"), (gone, f"by {gone}", "", "34")
    assert rows[:3] == [
        (*me, None, "工单 0", "number", "found", None),
        (*me, None, "–", "number", "nobody", None),
        (*other, None, "工单 2", "number", "found", None),
    ]
    assert list(LookUp.objects.order_by("at").values_list("at", flat=True))[:3] == [NOW + timedelta(minutes=one) for one in range(3)]
    assert len({bytes(row.number_blind) for row in LookUp.objects.all()}) == 1, "the same number is the same index before and after"
