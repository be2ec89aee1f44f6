"""Many rows at once: the preview says what will happen, one refusal leaves the others done, and there is a way back."""

import time
from datetime import timedelta
from typing import Any

import pytest

from ankang.base.bulk_actions import ACTIONS, NothingToUndo, ids_of, run, undo
from ankang.base.models import BulkRun
from ankang.core.policies import BY_SLUG
from ankang.places.models import Checkpoint, Device
from ankang.places.services import enrol_device
from ankang.staff.services.invitations import invite
from tests.places.builders import NOW, a_checkpoint, a_region, an_organisation, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(client: Any) -> Any:
    client.force_login(staff("checkpoint_manager"))
    session = client.session
    session["ankang_confirmed_at"] = time.time()
    session.save()
    return client


def _states(*doors: Checkpoint) -> list[str]:
    return [Checkpoint.objects.get(pk=door.pk).state for door in doors]


def test_the_preview_counts_exceptions_and_changes_nothing(manager: Any) -> None:
    open_door, planned, foreign = a_checkpoint(), a_checkpoint("planned"), a_checkpoint(organisation=an_organisation("341525"))
    page = manager.get(f"/console/bulk/checkpoints-closed/?ids={open_door.pk},{planned.pk},{foreign.pk}")
    text = page.content.decode()
    assert (open_door.name in text, planned.name in text, foreign.name in text) == (True, True, False)
    assert ("<dd>1</dd>" in text, _states(open_door, planned)) == (True, ["in_use", "planned"])


def test_closing_many_is_done_told_and_undone(manager: Any) -> None:
    doors = [a_checkpoint() for _ in range(3)]
    planned = a_checkpoint("planned")
    ids = ",".join(str(door.pk) for door in (*doors, planned))
    answer = manager.post("/console/bulk/checkpoints-closed/", {"ids": ids})
    assert _states(*doors, planned) == ["closed", "closed", "closed", "planned"]
    result = manager.get(answer.headers["Location"])
    assert (result.status_code, [row["outcome"] for row in BulkRun.objects.get().rows]) == (200, ["done"] * 3 + ["exception"])
    manager.post(f"{answer.headers['Location']}undo")
    assert _states(*doors, planned) == ["in_use", "in_use", "in_use", "planned"]
    assert manager.post(f"{answer.headers['Location']}undo").status_code == 409


def test_undoing_leaves_alone_what_somebody_else_has_moved_since(manager: Any) -> None:
    one, other = a_checkpoint(), a_checkpoint()
    by = staff("checkpoint_manager")
    made = run(ACTIONS["checkpoints-closed"], by, [one.pk, other.pk], {}, NOW, "en")
    Checkpoint.objects.filter(pk=one.pk).update(state="in_use")
    undone = undo(ACTIONS["checkpoints-closed"], made, by, NOW, "en")
    assert {row["id"]: row["outcome"] for row in undone.rows} == {one.pk: "kept", other.pk: "undone"}


def test_a_run_is_not_undone_after_a_day() -> None:
    by, door = staff("checkpoint_manager"), a_checkpoint()
    made = run(ACTIONS["checkpoints-closed"], by, [door.pk], {}, NOW, "en")
    with pytest.raises(NothingToUndo):
        undo(ACTIONS["checkpoints-closed"], made, by, NOW + timedelta(hours=25), "en")


def test_the_type_of_many_changes_once_it_is_chosen(manager: Any) -> None:
    doors = [a_checkpoint(type="passage") for _ in range(2)]
    ids = ",".join(str(door.pk) for door in doors)
    assert manager.post("/console/bulk/checkpoints-type/", {"ids": ids, "type": "999"}).status_code == 422
    manager.post("/console/bulk/checkpoints-type/", {"ids": ids, "type": BY_SLUG["school"].id})
    assert set(Checkpoint.objects.values_list("type", "generation")) == {(BY_SLUG["school"].id, 2)}


def test_devices_and_invitations_end_by_the_dozen(manager: Any) -> None:
    door = a_checkpoint()
    devices = [enrol_device(door, f"扫码枪{no}", None, NOW).device for no in range(3)]
    manager.post("/console/bulk/devices-revoke/", {"ids": ",".join(str(device.pk) for device in devices)})
    assert Device.objects.filter(revoked_at=None).count() == 0
    security = staff("security_administrator")
    duty = {"role": "door_staff", "region": "341881", "organisation": None, "employer": None}
    made = [invite(f"同事{no}", [duty], security, NOW, email=f"n{no}@example.org", public_url="http://localhost") for no in range(2)]
    done = run(ACTIONS["invitations-withdraw"], security, [one.invitation.pk for one in made], {}, NOW, "en")
    assert [row["outcome"] for row in done.rows] == ["done", "done"]


def test_an_action_of_other_duties_is_refused(client: Any) -> None:
    client.force_login(staff("door_staff"))
    refused = {key: client.post(f"/console/bulk/{key}/", {"ids": "1"}).status_code for key, one in ACTIONS.items() if one.permission}
    assert set(refused.values()) == {403}
    assert client.get("/console/bulk/nothing/").status_code == 404


def test_somebody_else_s_run_is_not_shown(manager: Any) -> None:
    a_region()
    made = run(ACTIONS["checkpoints-closed"], staff("checkpoint_manager"), [a_checkpoint().pk], {}, NOW, "en")
    assert manager.get(f"/console/bulk-runs/{made.pk}/").status_code == 404


def test_numbers_of_rows_are_read_strictly() -> None:
    assert ids_of("3,3,x,²,-1,99999999999999999999,4") == [3, 4]
