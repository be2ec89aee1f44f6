"""What one does to one's own or to somebody, leaves everybody else's as it was; and each of it is on the trail."""

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client
from django.utils import timezone

from ankang.base.approvals import decide
from ankang.base.errors import BadInput
from ankang.staff.models import StaffEvent
from ankang.staff.services import ask_reset, grantable, issue_token, revoke_token
from ankang.staff.services.factors import factors_of
from ankang.staff.services.members import end_this_session

from .builders import a_code_generator, a_member, factors, is_in, security, sign_in

pytestmark = pytest.mark.django_db


def test_a_reset_takes_the_factors_of_the_one_it_was_asked_for() -> None:
    bystander, whom, first, second = a_member("tracer"), a_member("tracer"), security(), security()
    for user in (bystander, whom):
        a_code_generator(user)
    assert [row.user_id for row in factors_of(whom)] == [whom.pk]
    asked = ask_reset(whom.pk, first, timezone.now(), reason="手机丢失")
    a_code_generator(a_member("tracer"))  # what others enrol meanwhile does not matter
    decide(asked.pk, second, True, bytes(asked.digest), timezone.now())
    assert (factors(bystander), factors(whom)) == (["totp"], [])
    told = StaffEvent.objects.get(what="factors_reset")
    assert (told.whom, told.by, told.before) == (whom.pk, second.pk, ["totp"])


def test_a_reset_needs_a_reason() -> None:
    whom = a_member("tracer")
    a_code_generator(whom)
    with pytest.raises(BadInput):
        ask_reset(whom.pk, security(), timezone.now(), reason="  ")


def test_signing_out_here_takes_this_session_alone_off_the_list() -> None:
    user, here, there = a_member("tracer"), Client(), Client()
    secret = a_code_generator(user)
    sign_in(here, user, secret)
    there.force_login(user)
    assert is_in(there)
    UserSession.objects.get_or_create(
        user=user, session_key=there.session.session_key, defaults={"ip": "::1", "user_agent": "", "data": {}}
    )
    end_this_session(here.session.session_key)
    assert list(UserSession.objects.filter(user=user).values_list("session_key", flat=True)) == [there.session.session_key]


def test_a_token_that_ends_is_told_as_ended_and_is_on_the_trail_once() -> None:
    user, now = a_member("checkpoint_manager"), timezone.now()
    duty = user.duties.get()
    number = issue_token("nightly", duty.pk, grantable(duty), user, now).row.pk
    assert revoke_token(number, user, now).revoked_at == now
    revoke_token(number, user, now)
    assert [event.before for event in StaffEvent.objects.filter(what="token_revoked", whom=user.pk)] == [{"token": number}]
