"""Nobody gets in with a password alone; sessions end by themselves; sensitive acts ask again."""

import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from ankang.base.confirming import MINUTES
from ankang.base.models import Duty, SignInFailure
from ankang.base.sign_in import TRIES
from ankang.staff.models import Member, StaffEvent

from .builders import PASSWORD, a_code_generator, a_member, a_region, code_of, factors, is_in, security, sign_in

pytestmark = pytest.mark.django_db


def age_session(client: Any, **stamps: int) -> None:
    """Put the session's moments into the past, in seconds."""
    session = client.session
    for name, seconds in stamps.items():
        session[f"ankang_{name}"] = time.time() - seconds
    session.save()


def test_a_first_sign_in_ends_in_enrolling_a_code_generator_and_shows_the_recovery_codes_once(client: Any) -> None:
    user = a_member("tracer")
    assert (sign_in(client, user).url, is_in(client)) == ("/staff/enrol/", False)
    page = client.get("/staff/enrol/")
    assert client.get("/console/").status_code == 302
    answer = client.post("/staff/enrol/", {"code": code_of(page.context["secret"])})
    assert (answer.url, is_in(client), factors(user)) == ("/console/account/recovery-codes", True, ["recovery_codes", "totp"])
    first, second = client.get(answer.url), client.get(answer.url)
    assert (len(first.context["unused_codes"]), set(second.context["unused_codes"])) == (10, {"****"})
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert page.context["secret"] not in stored
    assert list(StaffEvent.objects.values_list("what", "after")) == [("factor_added", "totp")]


def test_password_and_code_sign_in_and_no_code_works_twice(client: Any) -> None:
    user = a_member("tracer")
    secret = a_code_generator(user)
    code = code_of(secret)
    client.post("/console/login/", {"username": user.username, "password": PASSWORD, "next": "/console/approvals/"})
    assert client.get("/console/account/").status_code == 302
    assert client.post("/staff/second-factor/", {"code": code}).url == "/console/approvals/"
    other = Client()
    sign_in(other, user)
    cache.clear()  # another process, or another machine, remembers nothing of the first
    assert (other.post("/staff/second-factor/", {"code": code}).status_code, is_in(other)) == (200, False)


def test_the_admins_own_page_for_a_password_leads_to_ours_and_changes_nothing(client: Any) -> None:
    user = a_member("tracer")
    secret = a_code_generator(user)
    sign_in(client, user)
    client.post("/staff/second-factor/", {"code": code_of(secret)})
    given = {"old_password": PASSWORD, "new_password1": "another long one 9", "new_password2": "another long one 9"}
    assert client.post("/console/password_change/", given).url == "/console/account/password"
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    assert "/console/password_change/" not in client.get("/console/").content.decode()


def test_wrong_codes_count_like_wrong_passwords_and_the_name_rests(client: Any) -> None:
    user = a_member("tracer")
    secret = a_code_generator(user)
    sign_in(client, user)
    for _ in range(TRIES):
        client.post("/staff/second-factor/", {"code": "000000"})
    assert SignInFailure.objects.filter(name=user.username).count() == TRIES
    answer = client.post("/staff/second-factor/", {"code": code_of(secret)})
    assert ("密码输错次数过多" in answer.content.decode(), is_in(client)) == (True, False)


def test_a_finished_sign_in_forgives_earlier_slips(client: Any) -> None:
    user = a_member("tracer")
    client.post("/console/login/", {"username": user.username, "password": "wrong"})
    sign_in(client, user, a_code_generator(user))
    assert (is_in(client), SignInFailure.objects.count()) == (True, 0)


def test_a_recovery_code_works_once_in_place_of_the_app(client: Any) -> None:
    user = a_member("tracer")
    secret = sign_in(client, user) and client.get("/staff/enrol/").context["secret"]
    client.post("/staff/enrol/", {"code": code_of(secret)})
    code = client.get("/console/account/recovery-codes").context["unused_codes"][0]
    outcomes = []
    for _ in range(2):
        other = Client()
        sign_in(other, user)
        outcomes.append(other.post("/staff/second-factor/", {"code": code}).status_code)
    assert outcomes == [302, 200]


def test_demonstration_accounts_skip_the_second_factor_in_the_demonstration_and_do_not_sign_in_elsewhere(
    client: Any, settings: Any
) -> None:
    user = a_member("tracer")
    Member.objects.create(user=user, region_id=a_region("341881"), demo=True, joined_at=timezone.now())
    assert (sign_in(client, user).url, is_in(client)) == ("/staff/closed/", False)
    settings.ANKANG_DEMO = True
    assert (sign_in(client, user).url, is_in(client)) == ("/console/", True)
    real = Client()
    assert sign_in(real, a_member("tracer")).url == "/staff/enrol/"
    assert "演示账号登录不需要第二因素" in Client().get("/console/login/").content.decode()


def test_a_session_ends_after_a_quarter_of_an_hour_without_use_and_says_so(client: Any) -> None:
    client.force_login(a_member("tracer"))
    age_session(client, seen=14 * 60, since=14 * 60)
    assert is_in(client)
    age_session(client, seen=16 * 60, since=16 * 60)
    assert not is_in(client)
    assert "超过 15 分钟没有操作" in client.get("/console/login/").content.decode()


def test_a_session_ends_after_eight_hours_however_busy(client: Any) -> None:
    client.force_login(a_member("tracer"))
    age_session(client, since=8 * 3600 + 60, seen=1)
    assert not is_in(client)
    assert "登录满 8 小时自动退出" in client.get("/console/login/").content.decode()


def test_a_page_that_asks_for_news_by_itself_keeps_no_session_alive(client: Any) -> None:
    client.force_login(a_member("tracer"))
    age_session(client, seen=10 * 60, since=10 * 60)
    before = client.session["ankang_seen"]
    client.get("/console/account/", headers={"Sec-Fetch-Mode": "cors"})
    assert client.session["ankang_seen"] == before
    client.get("/console/account/", headers={"Sec-Fetch-Mode": "navigate"})
    assert client.session["ankang_seen"] > before


def test_i_see_where_i_am_signed_in_and_end_one_session_or_all_others(client: Any) -> None:
    user = a_member("tracer")
    a_code_generator(user)
    browsers = [Client(headers={"User-Agent": f"Browser {number}"}) for number in range(3)]
    for number, browser in enumerate(browsers):
        sign_in(browser, user)
        browser.post("/staff/second-factor/", {"code": code_of(_secret(user), number - 1)})
    first = browsers[0]
    rows = first.get("/console/account/").context["sessions"]
    assert sorted(row.user_agent for row in rows) == ["Browser 0", "Browser 1", "Browser 2"]
    second = next(row for row in rows if row.user_agent == "Browser 1")
    first.post(f"/console/account/sessions/{second.pk}/end")
    assert [is_in(browser) for browser in browsers] == [True, False, True]
    first.post("/console/account/sessions/end-others")
    assert [is_in(browser) for browser in browsers] == [True, False, False]
    stranger = Client()
    stranger.force_login(a_member("tracer"))
    mine = first.get("/console/account/").context["sessions"][0].pk
    assert stranger.post(f"/console/account/sessions/{mine}/end").status_code == 404


def _secret(user: User) -> str:
    row = Authenticator.objects.get(user=user, type="totp")
    from allauth.mfa.utils import decrypt

    return str(decrypt(row.data["secret"]))


def test_a_sensitive_act_asks_again_after_five_minutes_and_keeps_the_form_sealed(client: Any) -> None:
    whom, by = a_member("tracer"), security()
    client.force_login(by)
    said = {"role": "grid_worker", "region": "341881", "reason": "张三丰 jede Woche"}
    age_session(client, confirmed_at=MINUTES * 60 + 1)
    answer = client.post(f"/console/staff/{whom.pk}/duties", said)
    assert answer.url == "/console/confirm/?next=/console/confirm/form"
    assert (Duty.objects.filter(user=whom).count(), "张三丰" in str(dict(client.session))) == (1, False)
    again = client.get(answer.url).url
    assert again == "/console/confirm/password?next=%2Fconsole%2Fconfirm%2Fform"
    assert client.post(again, {"password": "wrong"}).status_code == 200
    held = client.get(client.post(again, {"password": PASSWORD}).url)
    assert dict(held.context["kept"]["fields"]) == said
    client.post(held.context["kept"]["path"], dict(held.context["kept"]["fields"]))
    assert sorted(Duty.objects.filter(user=whom).values_list("role", flat=True)) == ["grid_worker", "tracer"]


def test_wrong_passwords_when_asked_again_count_too(client: Any) -> None:
    user = security()
    client.force_login(user)
    for _ in range(TRIES):
        client.post("/console/confirm/password", {"password": "wrong"})
    answer = client.post("/console/confirm/password", {"password": PASSWORD})
    assert "密码输错次数过多" in answer.content.decode()


def test_the_last_factor_stays(client: Any) -> None:
    user = a_member("tracer")
    a_code_generator(user)
    client.force_login(user)
    answer = client.post("/console/account/code/drop")
    assert ("请先添加通行密钥" in answer.content.decode(), factors(user)) == (True, ["totp"])


def test_a_new_password_ends_the_other_sessions(client: Any) -> None:
    user = a_member("tracer")
    secret = a_code_generator(user)
    sign_in(client, user, secret)
    other = Client()
    other.force_login(user)
    new = "another-four-words-long"
    answer = client.post("/console/account/password", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert (answer.status_code, is_in(client), is_in(other)) == (302, True, False)


def test_the_sign_in_leads_nowhere_else(client: Any) -> None:
    user = a_member("tracer")
    client.post("/console/login/", {"username": user.username, "password": PASSWORD, "next": "//evil.example/"})
    secret = client.get("/staff/enrol/").context["secret"]
    client.post("/staff/enrol/", {"code": code_of(secret)})
    away = Client()
    a = away.post("/console/login/?next=https://evil.example/", {"username": user.username, "password": PASSWORD})
    assert a.url == "/staff/second-factor/"
    assert away.post("/staff/second-factor/", {"code": code_of(secret, 1)}).url == "/console/"


def test_what_is_sent_to_sign_in_is_small(client: Any) -> None:
    client.force_login(a_member("tracer"))
    pages = ("/console/login/", "/staff/second-factor/", "/staff/passkey/", "/console/confirm/password")
    for address in (*pages, "/api/v1/staff/self/confirmation"):
        answer = client.post(address, {"credential": "x" * 66_000})
        said = answer.content.decode()
        assert (answer.status_code, "太大" in said or "body_too_large" in said) == (413, True), address


@pytest.mark.parametrize("said", ["{}", "[]", "null", '{"id": 1}', '{"id":"eA","rawId":"eA","response":{"clientDataJSON":"?"}}'])
def test_a_passkey_s_answer_of_another_shape_is_refused_everywhere(client: Any, said: str) -> None:
    user = a_member("tracer")
    assert client.post("/staff/passkey/", {"credential": said}).status_code in (200, 302, 422)
    sign_in(client, user)
    assert client.post("/staff/enrol/", {"credential": said}).status_code in (200, 302, 422)
    a_code_generator(user)
    sign_in(client, user)
    assert client.post("/staff/second-factor/", {"credential": said}).status_code in (200, 302, 422)
    client.force_login(user)
    for address in ("/console/confirm/passkey", "/console/account/passkeys/add"):
        assert client.post(address, {"credential": said}).status_code in (200, 302, 422)
    assert factors(user) == ["totp"]
