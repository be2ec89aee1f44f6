"""Who may give which duty to whom, and where a duty reaches."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from ankang.base.errors import BadInput, NotFound
from ankang.base.models import Duty
from ankang.base.permissions import ADMINISTRATORS, organisations_where, regions_where
from ankang.places.services import checkpoints_of, organisations_of
from ankang.places.services.imports import _regions
from ankang.staff.errors import AdministratorsAreSeparate, DutyHeldAlready, NotOneself, OutsideReach
from ankang.staff.models import StaffEvent
from ankang.staff.services import add_duty, deactivate, remove_duty, staff_for
from ankang.staff.services.tokens import issue_token, user_of_token

from .builders import a_member, an_organisation, security

pytestmark = pytest.mark.django_db


def give(whom: Any, by: Any, role: str = "tracer", region: str = "341881", **more: Any) -> Duty:
    return add_duty(whom.pk, role, region, by, timezone.now(), reason="新到岗", **more)


def test_a_duty_given_and_taken_is_on_the_trail_with_before_and_after() -> None:
    whom, by = a_member("door_staff"), security()
    made = give(whom, by)
    remove_duty(made.pk, by, timezone.now(), reason="调岗")
    duty = {"role": "tracer", "region": "341881", "organisation": None, "employer": None}
    rows = StaffEvent.objects.order_by("id").values_list("what", "by_name", "whom_name", "before", "after")
    assert list(rows) == [
        ("duty_added", by.username, whom.username, None, {**duty, "reason": "新到岗"}),
        ("duty_removed", by.username, whom.username, duty, {"reason": "调岗"}),
    ]


@pytest.mark.parametrize("statement", ["UPDATE staff_event SET by_name = 'x'", "DELETE FROM staff_event"])
def test_the_trail_is_append_only(statement: str) -> None:
    give(a_member("door_staff"), security())
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("first", ADMINISTRATORS)
@pytest.mark.parametrize("second", ADMINISTRATORS)
def test_nobody_holds_two_of_the_three_administrations(first: str, second: str) -> None:
    whom, by = a_member(first), security("34")
    expected = DutyHeldAlready if first == second else AdministratorsAreSeparate
    with pytest.raises(expected):
        give(whom, by, second, "3418")
    with pytest.raises(IntegrityError), transaction.atomic():
        Duty.objects.create(user=whom, role=second, region_id="3418")


def test_administrators_stay_within_their_region_and_organisation_and_off_themselves() -> None:
    head = an_organisation()
    branch, stranger = an_organisation(parent=head), an_organisation()
    by, whom = security(organisation=head.pk), a_member("door_staff", organisation=branch.pk)
    give(whom, by, organisation=branch.pk)
    for more in ({"organisation": stranger.pk}, {"organisation": None}):
        with pytest.raises(OutsideReach):
            give(whom, by, "grid_worker", **more)
    with pytest.raises(NotFound):
        give(a_member("door_staff", organisation=stranger.pk), by, organisation=branch.pk)
    with pytest.raises(NotOneself):
        give(by, by, organisation=branch.pk)
    with pytest.raises(NotFound):
        give(a_member("door_staff", region="3401"), security(), region="341881")


def test_who_has_a_duty_elsewhere_is_not_changed_from_here() -> None:
    whom = a_member("door_staff")
    Duty.objects.create(user=whom, role="tracer", region_id=security("3401").duties.get().region_id)
    with pytest.raises(OutsideReach):
        deactivate(whom.pk, security(), timezone.now(), reason="离职")


@pytest.mark.parametrize(
    ("role", "region", "more", "faults"),
    [
        ("king", "341881", {}, {"role": "unknown"}),
        ("tracer", "99", {}, {"region": "unknown"}),
        ("tracer", "341881", {"organisation": 987654}, {"organisation": "unknown"}),
        ("tracer", "341881", {"employer": 987654}, {"employer": "unknown"}),
    ],
)
def test_a_duty_that_cannot_exist_is_refused(role: str, region: str, more: dict, faults: dict) -> None:
    with pytest.raises(BadInput) as refused:
        give(a_member("door_staff"), security(), role, region, **more)
    assert refused.value.details == {"fields": faults}


def test_an_organisation_of_another_region_narrows_nothing_here() -> None:
    foreign = an_organisation("3401")
    with pytest.raises(BadInput) as refused:
        give(a_member("door_staff"), security(), organisation=foreign.pk)
    assert refused.value.details == {"fields": {"organisation": "outside_region"}}


def test_a_duty_narrowed_to_an_organisation_reaches_its_subtree_and_nothing_of_the_region() -> None:
    head = an_organisation()
    branch = an_organisation(parent=head)
    an_organisation()
    user = a_member("health_commission", organisation=head.pk)
    assert (regions_where(user, "people.view"), organisations_where(user, "people.view")) == ([], [("341881", head.pk)])
    assert {one.pk for one in organisations_of(user, "checkpoints.view")} == {head.pk, branch.pk}
    assert list(checkpoints_of(user, "checkpoints.view")) == []


def test_a_token_opens_no_organisation_but_for_the_permissions_it_carries() -> None:
    head = an_organisation()
    branch = an_organisation(parent=head)
    other = an_organisation()
    wide, narrow = a_member("checkpoint_manager"), a_member("checkpoint_manager", organisation=head.pk)
    seen = {}
    for user in (wide, narrow):
        issued = issue_token("gates", user.duties.get().pk, ["devices.view"], user, timezone.now())
        by, _row = user_of_token(issued.token, timezone.now())
        seen[user] = [{one.pk for one in organisations_of(by, permission)} for permission in ("devices.view", "checkpoints.edit")]
        assert [_regions(by)[1], _regions(user)[1]] == [[], ["341881"]]
    assert seen == {wide: [{head.pk, branch.pk, other.pk}, set()], narrow: [{head.pk, branch.pk}, set()]}


def test_the_list_shows_those_in_reach_and_nobody_else() -> None:
    by = security()
    here, town, elsewhere = a_member("tracer"), a_member("grid_worker", region="341881-01"), a_member("tracer", region="3401")
    seen = {user.pk for user in staff_for(by)}
    assert (seen >= {here.pk, town.pk}, elsewhere.pk in seen) == (True, False)


def test_a_role_change_in_the_middle_of_a_session_is_in_force_with_the_next_request(client: Any) -> None:
    whom, by = a_member("auditor"), security()
    client.force_login(whom)
    assert client.get("/console/staff/trail").status_code == 200
    remove_duty(whom.duties.get().pk, by, timezone.now(), reason="调岗")
    assert client.get("/console/staff/trail").status_code == 403
    give(whom, by, "security_administrator")
    assert client.get("/console/staff/invitations").status_code == 200
