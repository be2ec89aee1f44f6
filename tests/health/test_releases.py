"""The life of a rule set: drafted, tried out, submitted, approved by another organisation, in force, superseded."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from ankang.base.approvals import ContentChanged, MakerCannotDecide, SameOrganisation, decide
from ankang.base.errors import NotAllowed, NotFound
from ankang.base.models import Approval, Duty, Region
from ankang.core.rules import load, shipped
from ankang.health.errors import (
    BaseOutdated,
    DryRunNeeded,
    MomentNotPossible,
    NotADraft,
    NotWithdrawable,
    ReleaseChanged,
    RuleTextRefused,
    SameAsInForce,
    VersionTaken,
)
from ankang.health.models import DryRun, Recolouring, RuleRelease
from ankang.health.services import releases
from ankang.health.services.rule_editing import apply_cells, with_header
from ankang.health.services.rulebook import ensure_first_release, release_at, rule_set_at

from .builders import NOW, days

pytestmark = pytest.mark.django_db
TEN_DAYS = {"r1.ends.0.steps.0.days": "10"}


@pytest.fixture(autouse=True)
def province(db: None) -> None:
    """Anhui with a city, and its first release."""
    for code, parent, level in (("34", None, "province"), ("3418", "34", "city")):
        Region.objects.get_or_create(code=code, defaults={"parent_id": parent, "name": code, "name_en": code, "level": level})
    ensure_first_release(NOW)


def staff(name: str, role: str, organisation: int = 1, region: str = "34") -> Any:
    """A member of staff with one duty."""
    user, _ = User.objects.get_or_create(username=name, defaults={"is_staff": True, "first_name": name})
    Duty.objects.get_or_create(user=user, role=role, region_id=region, employer=organisation)
    return User.objects.get(pk=user.pk)


def author() -> Any:
    return staff("author", "rule_author")


def approver(name: str = "approver", organisation: int = 2, region: str = "34") -> Any:
    return staff(name, "approver", organisation, region)


def a_dry_run(draft: RuleRelease, at: datetime = NOW, **more: Any) -> DryRun:
    """A finished dry run of exactly this text."""
    values = {"state": "finished", "asked_at": at, "finished_at": at, "moment": at, **more}
    return DryRun.objects.create(subject="rule_set", reference=str(draft.pk), digest=draft.digest, text=draft.text, **values)


@transaction.atomic
def a_draft(cells: dict[str, str] | None = None, by: Any = None, base: int | str | None = None) -> RuleRelease:
    """A draft of what is in force with other numbers, tried out."""
    by = by or author()
    draft = releases.draft_release(by, release_at(NOW).pk if base is None else base, NOW)
    text, faults = apply_cells(draft.text, TEN_DAYS if cells is None else cells)
    assert faults == {}
    draft = releases.save_draft(draft.pk, text, "缩短集中隔离", 1, by, NOW)
    a_dry_run(draft)
    return draft


@transaction.atomic
def submitted(draft: RuleRelease, wanted_at: datetime | None = None, by: Any = None) -> RuleRelease:
    return releases.submit_release(draft.pk, wanted_at, by or author(), NOW)


@transaction.atomic
def approve(release: RuleRelease, by: Any = None, now: datetime = NOW, yes: bool = True) -> RuleRelease:
    assert release.approval is not None
    decide(release.approval, by or approver(), yes, bytes(release.digest), now, "" if yes else "依据不足")
    release.refresh_from_db()
    return release


def test_a_fresh_installation_has_the_shipped_default_signed() -> None:
    first = release_at(NOW)
    assert (first.name, first.version, first.state, releases.verify_release(first)) == ("zhejiang-2020-07", 1, "published", True)


def test_a_draft_is_a_copy_with_the_next_version_for_this_province() -> None:
    draft = releases.draft_release(author(), release_at(NOW).pk, NOW)
    file = load(draft.text, "34").file
    assert (file.version, file.region, draft.version, draft.region, draft.base, draft.state) == (2, "34", 2, "34", release_at(NOW), "draft")
    assert "# Warning to whoever edits this file" in draft.text
    assert releases.draft_release(author(), draft.base_id or 0, NOW).version == 3


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_set_can_be_drafted_from(name: str) -> None:
    draft = releases.draft_release(author(), name, NOW)
    assert (draft.name, draft.version) == (name, 2)
    assert releases.check_text(draft.text, "34").sound


def test_what_is_no_set_cannot_be_drafted_from() -> None:
    for base in ("nothing", "../anhui", 999_999, 2**70):
        with pytest.raises(NotFound):
            releases.draft_release(author(), base, NOW)


def test_two_who_edit_do_not_overwrite_each_other() -> None:
    draft = releases.draft_release(author(), "everyday", NOW)
    releases.save_draft(draft.pk, draft.text + "# mine\n", "", 1, author(), NOW)
    with pytest.raises(ReleaseChanged):
        releases.save_draft(draft.pk, draft.text + "# yours\n", "", 1, author(), NOW)
    draft.refresh_from_db()
    assert (draft.text.endswith("# mine\n"), draft.revision) == (True, 2)


def test_a_draft_with_faults_is_kept_and_not_submitted() -> None:
    draft = a_draft({"r1.ends.0.steps.0.days": "0"})
    with pytest.raises(RuleTextRefused) as caught:
        submitted(draft)
    assert caught.value.details == {"findings": ["red.close_contact ends 1, steps 1, days: must be 1 or more"]}


CONTACT = '\n[[rules]]\nid = "yellow.{0}"\ncolour = "yellow"\nsource = "s"\ntext = {{ zh = "中", en = "e" }}\n'
CONTACT += 'ends_when = {{ zh = "中", en = "e" }}\nwhen = [{{ kind = "contact"{1} }}]\n{2}\n'


@pytest.mark.parametrize(
    ("rules", "complaint"),
    [
        (CONTACT.format("x", ', where = { relation = { one_of = ["close"], none_of = ["close"] } }', "within_days = 7"), "never fire"),
        (CONTACT.format("x", "", ""), "no end"),
        (
            CONTACT.format("x", "", 'ends = [{ steps = [{ on = "rule_over", rule = "yellow.y" }] }]')
            + CONTACT.format("y", "", 'ends = [{ steps = [{ on = "rule_over", rule = "yellow.x" }] }]'),
            "circular",
        ),
    ],
)
def test_rules_without_sense_are_not_submitted(rules: str, complaint: str) -> None:
    by, draft = author(), a_draft()
    draft = releases.save_draft(draft.pk, draft.text.replace("\n[[examples]]", rules + "\n[[examples]]", 1), "", 2, by, NOW)
    a_dry_run(draft)
    with pytest.raises(RuleTextRefused) as caught:
        submitted(draft)
    assert complaint in caught.value.details["findings"][0]


def test_contradictory_rules_are_a_warning() -> None:
    rules = CONTACT.format("x", "", "within_days = 7")
    draft = a_draft()
    draft = releases.save_draft(draft.pk, draft.text.replace("\n[[examples]]", rules + "\n[[examples]]", 1), "", 2, author(), NOW)
    assert "red.close_contact and yellow.x" in releases.check_text(draft.text, "34").warnings[0]


def test_a_set_for_another_province_is_not_submitted() -> None:
    draft = a_draft()
    draft = releases.save_draft(draft.pk, with_header(draft.text, {"region": "33"}), "", 2, author(), NOW)
    a_dry_run(draft)
    with pytest.raises(RuleTextRefused) as caught:
        submitted(draft)
    assert "for 浙江省 (33), not for 安徽省 (34)" in caught.value.details["findings"][0]


def test_nothing_is_submitted_without_a_fresh_dry_run_of_exactly_this_text() -> None:
    by = author()
    draft = releases.draft_release(by, "anhui-2022-01", NOW)
    for more in ({}, {"state": "running", "finished_at": None}, {"finished_at": NOW - days(1) - timedelta(seconds=1)}):
        if more:
            a_dry_run(draft, **more)
        with pytest.raises(DryRunNeeded):
            submitted(draft)
    a_dry_run(draft, finished_at=NOW - days(1))
    draft = releases.save_draft(draft.pk, draft.text + "\n# one more word\n", "", 1, by, NOW)
    with pytest.raises(DryRunNeeded):
        submitted(draft)


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [(NOW - timedelta(minutes=1), "past"), (NOW + days(400), "too_far")],
)
def test_a_moment_that_cannot_be_is_refused(wanted: datetime, reason: str) -> None:
    with pytest.raises(MomentNotPossible) as caught:
        submitted(a_draft(), wanted)
    assert caught.value.details["reason"] == reason


def test_no_set_comes_into_force_before_the_day_it_names() -> None:
    tomorrow = (NOW + days(3)).date().isoformat()
    draft = a_draft({"h.effective_from": tomorrow})
    with pytest.raises(MomentNotPossible) as caught:
        submitted(draft)
    assert caught.value.details["reason"] == "before_effective_from"
    assert submitted(draft, NOW + days(5)).state == "submitted"


def test_what_is_in_force_is_not_published_again_and_no_version_twice() -> None:
    first = a_draft(by=author())
    approve(submitted(first))
    same = releases.draft_release(author(), first.pk, NOW)
    a_dry_run(same)
    with pytest.raises(SameAsInForce):
        submitted(same)
    again = a_draft({"h.version": "2", "h.title.en": "Again"}, base=first.pk)
    with pytest.raises(VersionTaken):
        submitted(again)


def test_an_approved_set_is_signed_in_force_and_recolours() -> None:
    release = approve(submitted(a_draft()))
    assert (release.state, release.effective_at, releases.verify_release(release)) == ("published", NOW, True)
    assert [one.state for one in RuleRelease.objects.order_by("pk")] == ["superseded", "published"]
    assert rule_set_at(NOW).name == "zhejiang-2020-07/2"
    assert rule_set_at(NOW - timedelta(seconds=1)).name == "zhejiang-2020-07/1"
    assert list(Recolouring.objects.values_list("cause", "reference")) == [("rule_set", str(release.pk))]
    assert releases.publish_due(NOW) == []


def test_a_set_for_later_waits_for_its_moment() -> None:
    later = NOW + days(2)
    release = approve(submitted(a_draft(), later))
    assert (release.state, release.effective_at, releases.next_to_come(NOW)) == ("approved", later, release)
    assert (releases.publish_due(later - timedelta(seconds=1)), Recolouring.objects.count()) == ([], 0)
    assert rule_set_at(later).name == "zhejiang-2020-07/2", "in force by its moment, however late the job comes"
    assert releases.publish_due(later + days(1)) == [release]
    assert Recolouring.objects.count() == 1


def test_a_moment_that_passed_while_waiting_becomes_now() -> None:
    release = approve(submitted(a_draft(), NOW + days(1)), now=NOW + days(2))
    assert (release.state, release.effective_at) == ("published", NOW + days(2))


def test_a_changed_text_or_signature_does_not_verify() -> None:
    release = approve(submitted(a_draft()))
    for name, value in (("text", release.text + " "), ("effective_at", NOW + days(1)), ("signature", bytes(64)), ("kid", 99), ("version", 7)):
        changed = RuleRelease.objects.get(pk=release.pk)
        setattr(changed, name, value)
        assert not releases.verify_release(changed), name


def test_nobody_approves_alone() -> None:
    release = submitted(a_draft())
    staff("author", "approver", 2)
    with pytest.raises(MakerCannotDecide):
        approve(release, User.objects.get(username="author"))
    with pytest.raises(SameOrganisation):
        approve(release, approver("colleague", 1))
    with pytest.raises(NotAllowed):
        approve(release, approver("city", 3, "3418"))
    with pytest.raises(NotAllowed):
        approve(release, staff("health", "health_commission", 2))
    release.refresh_from_db()
    assert (release.state, release_at(NOW).version) == ("submitted", 1)


def test_who_wrote_it_cannot_approve_what_a_colleague_submitted() -> None:
    writer = staff("writer", "rule_author", 2)
    release = submitted(a_draft(by=writer), by=author())
    staff("writer", "approver", 2)
    with pytest.raises(MakerCannotDecide):
        approve(release, User.objects.get(username="writer"))


def test_an_alarm_needs_two_people() -> None:
    draft = a_draft()
    a_dry_run(draft, at=NOW + timedelta(seconds=1), alarm={"people": 5000})
    release = approve(submitted(draft))
    assert release.state == "submitted"
    assert approve(release, approver("approver2", 3)).state == "published"


def test_the_decision_is_about_what_was_shown() -> None:
    release = submitted(a_draft())
    with pytest.raises(ContentChanged):
        decide(release.approval or 0, approver(), True, bytes(32), NOW)


def test_a_no_keeps_the_text_and_the_reason() -> None:
    release = approve(submitted(a_draft()), yes=False)
    assert release.state == "rejected"
    assert releases.draft_release(author(), release.pk, NOW).text.count("days = 10") == 1


def test_a_submitted_set_is_neither_changed_nor_deleted_but_can_be_withdrawn() -> None:
    release = submitted(a_draft())
    for act in (
        lambda: releases.save_draft(release.pk, "x", "", release.revision, author(), NOW),
        lambda: releases.delete_draft(release.pk, author()),
        lambda: releases.submit_release(release.pk, None, author(), NOW),
    ):
        with pytest.raises(NotADraft):
            act()
    assert releases.withdraw_release(release.pk, author(), NOW).state == "withdrawn"
    assert Approval.objects.get().state == "withdrawn"
    with pytest.raises(NotWithdrawable):
        releases.withdraw_release(release.pk, author(), NOW)


def test_what_is_approved_for_later_can_be_withdrawn_until_its_moment() -> None:
    release = approve(submitted(a_draft(), NOW + days(2)))
    with pytest.raises(NotWithdrawable):
        releases.withdraw_release(release.pk, author(), NOW + days(2))
    assert releases.withdraw_release(release.pk, author(), NOW + days(1)).state == "withdrawn"
    assert rule_set_at(NOW + days(3)).name == "zhejiang-2020-07/1"


def test_a_city_proposes_and_leaves_the_provinces_drafts_alone() -> None:
    city = staff("city_author", "rule_author", 5, "3418")
    draft = a_draft(by=city)
    assert (draft.region, submitted(draft, by=city).state) == ("3418", "submitted")
    theirs = releases.draft_release(author(), "everyday", NOW)
    for act in (
        lambda: releases.save_draft(theirs.pk, "x", "", 1, city, NOW),
        lambda: releases.delete_draft(theirs.pk, city),
        lambda: releases.draft_release(approver(), "everyday", NOW),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_the_second_of_two_proposals_is_refused_and_can_be_compared_anew() -> None:
    one, other = submitted(a_draft()), submitted(a_draft({"r2.within_days": "21"}))
    waiting = a_draft({"r2.within_days": "28"})
    approve(one)
    with pytest.raises(BaseOutdated), transaction.atomic():
        approve(other)
    other.refresh_from_db()
    assert (other.state, Approval.objects.get(pk=other.approval).state) == ("submitted", "pending")
    with pytest.raises(BaseOutdated):
        submitted(waiting)
    releases.compare_anew(waiting.pk, author())
    assert submitted(waiting, NOW + timedelta(minutes=1)).state == "submitted"
