"""Policies as data of the province: drafted, approved by another organisation, in force at a moment, asked for from below."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from ankang.base.approvals import MakerCannotDecide, SameOrganisation
from ankang.base.errors import BadInput
from ankang.base.models import Revision
from ankang.core.policies import BY_SLUG
from ankang.core.verdicts import Reason, Verdict
from ankang.places.errors import (
    BaseOutdated,
    DraftChanged,
    MomentNotPossible,
    NotADraft,
    NotWithdrawable,
    PoliciesRefused,
    ProvinceOnly,
    RequestAnswered,
    SameAsBefore,
)
from ankang.places.models import PolicyRelease, PolicyRequest
from ankang.places.services import policy_book as book
from ankang.places.services import policy_drafts as drafts
from ankang.places.services.policy_releases import publish_due_policies, withdraw_policies
from ankang.places.services.policy_requests import answer_policy_request, ask_for_policy, read_policy_request

from .builders import NOW
from .policy_people import a_draft, approve, approver, author, row_of, somebody, submitted

pytestmark = pytest.mark.django_db

SCHOOL = BY_SLUG["school"].id
HOUR = timedelta(hours=1)


def revision() -> int:
    """What gates look at."""
    return Revision.objects.filter(name="policies").values_list("revision", flat=True).first() or 0


def test_a_set_takes_effect_by_somebody_else_at_its_moment_and_its_predecessor_is_kept() -> None:
    me, other = author(), approver()
    first = approve(submitted(me, school__yellow="refer"), other)
    assert (first.version, first.state, book.verify_policies(first)) == (1, "published", True)
    assert book.policy_for(SCHOOL, NOW).outcomes[2] == (Verdict.REFER, Reason.COLOUR)
    second = approve(submitted(me, NOW + HOUR, school__test_hours="48", school__mask="1"), other)
    assert (second.version, second.state, revision()) == (2, "approved", 2)
    assert [book.policies_at(NOW + HOUR * hours).version for hours in (0, 2)] == [1, 2]
    assert book.policies_at(NOW - HOUR).version == 0
    assert publish_due_policies(NOW + HOUR) == [second]
    first.refresh_from_db()
    assert (first.state, row_of(first.text, "school")["yellow"]) == ("superseded", "refer")


def test_a_release_is_verified_against_what_was_signed_and_by_which_key() -> None:
    me, other = author(), approver()
    first = approve(submitted(me, school__yellow="refer"), other)
    second = approve(submitted(me, NOW + HOUR, school__mask="1"), other)
    draft = a_draft(me, bus__mask="")
    assert [book.verify_policies(one) for one in (first, second, draft)] == [True, True, False]
    wrongs: list[dict[str, Any]] = [
        {"text": first.text.replace("refer", "admit", 1)},
        {"text": second.text, "digest": second.digest},
        {"digest": second.digest},
        {"signature": second.signature},
        {"signature": None},
        {"effective_at": NOW + HOUR},
        {"effective_at": None},
        {"version": first.version + 1},
        {"kid": 99},
        {"kid": None},
    ]
    for wrong in wrongs:
        forged = PolicyRelease.objects.get(pk=first.pk)
        for field, value in wrong.items():
            setattr(forged, field, value)
        assert book.verify_policies(forged) is False, wrong


def test_the_differences_say_what_changes() -> None:
    draft = a_draft(author(), bus__mask="", school__yellow="refer", temperature_limit="37.5")
    assert drafts.diff_policies(book.base_text(None), draft.text) == [
        ("", "temperature_limit", 37.3, 37.5),
        ("school", "yellow", "deny", "refer"),
        ("bus", "mask", True, False),
    ]


def test_only_the_province_drafts_and_only_another_organisation_approves() -> None:
    for place in ("3418", "341881"):
        if place == "341881":
            from .builders import a_region

            a_region(place)
        with pytest.raises(ProvinceOnly):
            drafts.draft_policies(somebody(f"city{place}", "rule_author", place, 1), NOW)
    release = submitted(author(), school__yellow="refer")
    with pytest.raises(SameOrganisation):
        approve(release, approver("colleague", employer=1))
    assert PolicyRelease.objects.get(pk=release.pk).state == "submitted"


def test_whoever_wrote_it_cannot_approve_what_a_colleague_submits() -> None:
    writer, colleague = author(), author("colleague")
    draft = a_draft(writer, school__yellow="refer")
    release = drafts.submit_policies(draft.pk, None, colleague, NOW)
    from ankang.base.models import Duty

    Duty.objects.create(user=writer, role="approver", region_id="34", employer=9)
    Duty.objects.filter(user=writer, employer=1).delete()
    with pytest.raises(MakerCannotDecide), transaction.atomic():
        approve(release, type(writer).objects.get(pk=writer.pk))


@pytest.mark.parametrize(
    ("cells", "code"),
    [({"market__green": "refer"}, "green_not_admitted"), ({"hospital__red": "admit"}, "red_admitted"),
     ({"school__red": "refer"}, "worse_admitted_easier")],
)  # fmt: skip
def test_a_set_that_no_version_may_be_is_kept_as_a_draft_and_not_submitted(cells: dict[str, str], code: str) -> None:
    me = author()
    draft = a_draft(me, **cells)
    with pytest.raises(PoliciesRefused) as refused:
        drafts.submit_policies(draft.pk, None, me, NOW)
    assert {fault[2] for fault in refused.value.details["faults"]} >= {code}


def test_cells_that_cannot_be_are_named() -> None:
    me = author()
    draft = drafts.draft_policies(me, NOW)
    cells = {"school.yellow": "maybe", "bus.test_hours": "169", "hall.mask": "perhaps", "temperature_limit": "nan"}
    with pytest.raises(BadInput) as refused:
        drafts.save_policies(draft.pk, cells, "", 1, me, NOW)
    assert refused.value.details["fields"] == {
        "school.yellow": "not_possible",
        "bus.test_hours": "not_possible",
        "hall.mask": "not_possible",
        "temperature_limit": "out_of_range",
    }


def test_of_two_who_save_the_second_is_told() -> None:
    me = author()
    draft = a_draft(me, school__yellow="refer")
    with pytest.raises(DraftChanged):
        drafts.save_policies(draft.pk, {"school.yellow": "deny"}, "", draft.revision - 1, me, NOW)


def test_moments_that_are_not_possible_and_a_set_that_changes_nothing_are_refused() -> None:
    me = author()
    for moment in (NOW - HOUR, NOW + timedelta(days=400)):
        with pytest.raises(MomentNotPossible), transaction.atomic():
            submitted(me, moment, school__yellow="refer")
    with pytest.raises(SameAsBefore):
        submitted(me, school__yellow="deny")


def test_a_set_measured_against_an_older_one_must_be_compared_anew() -> None:
    me, other = author(), approver()
    late = a_draft(me, taxi__mask="")
    approve(submitted(me, school__yellow="refer"), other)
    with pytest.raises(BaseOutdated):
        drafts.submit_policies(late.pk, None, me, NOW)
    drafts.compare_policies(late.pk, me)
    assert drafts.submit_policies(late.pk, NOW + HOUR, me, NOW).state == "submitted"


def test_what_is_approved_never_changes_and_what_is_not_in_force_can_be_withdrawn() -> None:
    me, other = author(), approver()
    release = approve(submitted(me, NOW + HOUR, school__yellow="refer"), other)
    for change in ({"text": "{}"}, {"signature": b"x"}, {"effective_at": NOW}):
        with pytest.raises(DatabaseError), transaction.atomic():
            PolicyRelease.objects.filter(pk=release.pk).update(**change)
    with pytest.raises(NotADraft):
        drafts.delete_policies(release.pk, me)
    assert withdraw_policies(release.pk, me, NOW).state == "withdrawn"
    in_force = approve(submitted(me, school__yellow="refer"), other)
    with pytest.raises(NotWithdrawable):
        withdraw_policies(in_force.pk, me, NOW)


def test_a_city_asks_and_the_province_answers_in_public(client: Any) -> None:
    city, me = somebody("city", "health_commission", "3418", 5), author()
    first = ask_for_policy(SCHOOL, "核酸48小时", "开学第一周", city, NOW)
    second = ask_for_policy(SCHOOL, "不让外地人进", "人多", city, NOW)
    with pytest.raises(ProvinceOnly):
        answer_policy_request(first.pk, True, "", None, city, NOW)
    draft = a_draft(me, school__test_hours="48")
    assert answer_policy_request(first.pk, True, "第一周", draft.pk, me, NOW).draft == draft
    with pytest.raises(BadInput):
        answer_policy_request(second.pk, False, " ", None, me, NOW)
    answer_policy_request(second.pk, False, "按户籍区别对待没有依据。", None, me, NOW)
    with pytest.raises(RequestAnswered):
        answer_policy_request(second.pk, True, "", None, me, NOW)
    page = client.get("/policies", headers={"accept-language": "zh"}).content.decode()
    assert "核酸48小时" in page
    assert "按户籍区别对待没有依据。" in page
    assert PolicyRequest.objects.filter(state="open").count() == 0


def test_what_a_city_asks_is_public_only_when_the_province_has_read_it(client: Any) -> None:
    me, city = author(), somebody("city", "health_commission", "3418", 5)
    asked = ask_for_policy(SCHOOL, "请查张三的核酸", "他住我对门", city, NOW)

    def public() -> tuple[bool, Any]:
        page = client.get("/policies", headers={"accept-language": "zh"}).content.decode()
        return "张三" in page, client.get("/api/v1/policies/requests").json()["items"][0]["wish"]

    assert public() == (False, None)
    with pytest.raises(ProvinceOnly):
        read_policy_request(asked.pk, "", city, NOW)
    client.force_login(me)
    client.post(f"/console/policies/requests/{asked.pk}", {"decision": "read", "withhold": "yes", "withheld": "写了姓名"})
    assert (public(), "写了姓名" in client.get("/policies").content.decode()) == ((False, None), True)
    client.post(f"/console/policies/requests/{asked.pk}", {"decision": "decline", "answer": "不点名检查任何人。"})
    assert (public(), "不点名检查任何人。" in client.get("/policies").content.decode()) == ((False, None), True)
    read_policy_request(asked.pk, "", me, NOW)
    assert public() == (True, "请查张三的核酸")


def test_the_pages_take_a_draft_from_the_table_to_the_door(client: Any) -> None:
    me, other = author(), approver()
    client.force_login(me)
    page = client.post("/console/policies/draft").headers["Location"]
    draft = PolicyRelease.objects.get()
    form = {"revision": "1", "note": "开学", "temperature_limit": "37.3", "school.green": "admit", "school.grey": "refer"}
    form |= {"school.yellow": "deny", "school.red": "refer", "school.test_hours": "72", "school.mask": "1"}
    kept = client.post(page, form, headers={"accept-language": "en"})
    assert (kept.status_code, "A worse colour would be let in more easily" in kept.content.decode()) == (200, True)
    done = client.post(page, {**form, "school.red": "deny", "revision": "2"})
    assert done.headers["Location"] == f"/console/policies/{draft.pk}/"
    assert client.post(page, {**form, "revision": "1"}).status_code == 409
    shown = client.get(f"/console/policies/{draft.pk}/", headers={"accept-language": "zh"}).content.decode()
    assert "72" in shown
    wrong = client.post(f"/console/policies/{draft.pk}/submit", {"wanted_at": "tomorrow"})
    assert wrong.status_code == 422
    assert client.post(f"/console/policies/{draft.pk}/submit", {"wanted_at": ""}).status_code == 302
    client.force_login(other)
    draft.refresh_from_db()
    answer = client.post(
        f"/console/approvals/{draft.approval}/decide",
        {"decision": "yes", "digest": bytes(draft.digest).hex()},
    )
    assert answer.status_code == 302
    draft.refresh_from_db()
    assert draft.state == "published"
    page = client.get("/policies", headers={"accept-language": "en"}).content.decode()
    assert "within 72 h" in page
    assert "Sealed" in page
    for address in ("/console/policies/", f"/console/policies/{draft.pk}/"):
        assert client.get(address, headers={"accept-language": "zh"}).status_code == 200
