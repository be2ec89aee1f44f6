"""The API does what the pages do."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from ankang.base.reading import as_csv

from .builders import a_checkpoint, an_organisation, staff
from .policy_people import author, somebody

pytestmark = pytest.mark.django_db
JSON = "application/json"


def test_a_place_is_managed_over_the_api(client: Any) -> None:
    door, home = a_checkpoint(), an_organisation()
    client.force_login(staff("checkpoint_manager"))
    base = f"/api/v1/places/{door.pk}"
    assert client.put(f"{base}/hours", {"hours": "1-5 08:00-17:30"}, JSON).json()["hours"] == "1-5 08:00-17:30"
    assert client.put(f"{base}/hours", {"hours": "x"}, JSON).json()["error"] == "hours_refused"
    assert client.post(f"{base}/closure", {"reason": "消杀"}, JSON).json()["closed_from"]
    assert client.delete(f"{base}/closure").json()["closed_from"] is None
    assert client.post(f"{base}/void", {"reason": "贴错"}, JSON).json() == {"edition": 2}
    assert client.post(f"{base}/move", {"organisation": home.pk}, JSON).status_code == 200
    mine = f"/api/v1/places/organisations/{home.pk}/move"
    assert client.post(mine, {"organisation": home.pk}, JSON).json()["error"] == "under_itself"
    assert client.get("/api/v1/places/coverage").json()[-1]["in_use"] == 1
    seen = client.get(base).json()
    assert (seen["policy"]["version"], seen["published"]) == (0, [])
    assert client.get("/api/v1/places/9999999999999999999").status_code == 404


def test_a_list_is_handed_in_confirmed_and_undone_over_the_api(client: Any) -> None:
    client.force_login(staff("checkpoint_manager"))
    rows = [["单位名称", "区划", "检查点名称", "场所类型"], ["甲", "341881", "东门", "超市"], ["乙", "341881", "西门", "火星"]]
    file = SimpleUploadedFile("list.csv", b"".join(as_csv(rows)))
    made = client.post("/api/v1/places/lists", {"file": file})
    assert (made.status_code, made.json()["counts"]) == (201, {"new": 1, "fault": 1})
    address = f"/api/v1/places/lists/{made.json()['number']}"
    assert client.get(address).json()["faults"] == [{"line": 3, "faults": [["type", "bad_choice"]]}]
    assert [client.post(f"{address}/{act}").json()["state"] for act in ("confirm", "undo")] == ["finished", "undone"]
    assert client.post(f"{address}/confirm").json()["error"] == "import_not_ready"


def test_regulators_and_the_province_work_over_the_api(client: Any) -> None:
    door = a_checkpoint()
    client.force_login(staff("health_regulator"))
    entry = {"section": "health", "kind": "disinfection", "title": "终末消毒", "source": "疾控", "happened_on": "2021-03-04"}
    made = client.post(f"/api/v1/places/{door.pk}/archive", entry, JSON)
    assert made.status_code == 201
    assert client.post(f"/api/v1/places/archive/{made.json()['number_on_file']}/retract", {"reason": "错"}, JSON).json()["retracted_at"]
    assert client.post("/api/v1/policies/drafts").json()["error"] == "not_allowed"
    client.force_login(somebody("city", "health_commission", "3418", 5))
    wish = {"type": "school", "wish": "48小时核酸", "reason": "开学"}
    number = client.post("/api/v1/policies/requests", wish, JSON).json()["number"]
    client.force_login(author())
    draft = client.post("/api/v1/policies/drafts").json()
    cells = {"revision": draft["revision"], "cells": {"school.test_hours": "48"}}
    saved = client.patch(f"/api/v1/policies/drafts/{draft['number']}", cells, JSON).json()
    assert saved["changes"] == [{"type": "school", "field": "test_hours", "old": 0, "new": 48}]
    answered = client.post(f"/api/v1/policies/requests/{number}/answer", {"accepted": True, "draft": draft["number"]}, JSON)
    assert answered.json()["state"] == "accepted"
    assert client.post(f"/api/v1/policies/drafts/{draft['number']}/submit", {}, JSON).json()["state"] == "submitted"
    assert client.get("/api/v1/policies").json()["version"] == 0
    assert client.get("/api/v1/policies/versions/0").json()["changes"] == []
