"""Who leaves has nothing left; who lost the phone is helped by two."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from ankang.base.approvals import decide, waiting_for
from ankang.base.errors import BadInput
from ankang.exchange.models import Agent
from ankang.staff.models import Invitation, StaffEvent
from ankang.staff.services import ask_reset, deactivate, invite

from .builders import PASSWORD, a_code_generator, a_member, factors, is_in, security, sign_in

pytestmark = pytest.mark.django_db


def test_leaving_ends_everything_at_once(client: Any) -> None:
    whom, now = security(), timezone.now()
    sign_in(client, whom, a_code_generator(whom))
    SocialAccount.objects.create(user=whom, provider="bureau", uid="7")
    invite("王明", [{"role": "tracer", "region": "341881"}], whom, now, phone="13800000000", public_url="https://x")
    Agent.objects.create(
        user=whom.pk, feeds=["tests"], token_blind=b"t", region_id="341881", issued_at=now,
        expires_at=now + timedelta(days=1),
    )
    assert is_in(client)
    deactivate(whom.pk, security(), now, reason="离职")
    whom.refresh_from_db()
    left = {
        "in": is_in(client),
        "active": whom.is_active,
        "password": whom.check_password(PASSWORD),
        "sessions": UserSession.objects.filter(user=whom).count(),
        "factors": factors(whom),
        "links": SocialAccount.objects.filter(user=whom).count(),
        "duties": whom.duties.count(),
        "tokens": Agent.objects.filter(user=whom.pk, revoked_at=None).count(),
        "invitations": Invitation.objects.filter(invited_by=whom.pk, revoked_at=None).count(),
    }
    assert left == {
        "in": False, "active": False, "password": False, "sessions": 0, "factors": [], "links": 0, "duties": 0,
        "tokens": 0, "invitations": 0,
    }
    assert Session.objects.filter(pk=client.session.session_key).count() <= 1
    assert sign_in(Client(), whom).status_code == 200
    assert StaffEvent.objects.filter(what="deactivated", whom=whom.pk).count() == 1


def test_leaving_needs_a_reason() -> None:
    with pytest.raises(BadInput):
        deactivate(a_member("tracer").pk, security(), timezone.now(), reason=" ")


def reset_asked(whom: User, by: User) -> Any:
    return ask_reset(whom.pk, by, timezone.now(), reason="手机丢失")


def test_factors_are_reset_by_two_security_administrators_and_sessions_end(client: Any) -> None:
    whom, first, second = a_member("tracer"), security(), security()
    sign_in(client, whom, a_code_generator(whom))
    asked = reset_asked(whom, first)
    assert (list(waiting_for(first)), list(waiting_for(second))) == ([], [asked])
    assert factors(whom) == ["totp"]
    decide(asked.pk, second, True, bytes(asked.digest), timezone.now())
    assert (factors(whom), is_in(client)) == ([], False)
    assert sign_in(Client(), whom).url == "/staff/enrol/"


def test_a_reset_is_void_when_the_factors_changed_meanwhile() -> None:
    whom, first, second = a_member("tracer"), security(), security()
    a_code_generator(whom)
    asked = reset_asked(whom, first)
    Authenticator.objects.create(user=whom, type="recovery_codes", data={"seed": "", "used_mask": 0})
    decide(asked.pk, second, True, bytes(asked.digest), timezone.now())
    assert factors(whom) == ["recovery_codes", "totp"]
    assert StaffEvent.objects.filter(what="factor_reset_void").exists()


def test_the_member_page_does_it_all_and_the_auditor_only_looks(client: Any) -> None:
    whom, by = a_member("tracer"), security()
    client.force_login(by)
    page = f"/console/staff/{whom.pk}/"
    assert client.get(page).status_code == 200
    assert client.post(f"{page}duties", {"role": "grid_worker", "region": "341881", "reason": "x"}).url == page
    taken = whom.duties.get(role="tracer")
    assert client.post(f"{page}duties/{taken.pk}/take", {"reason": "x"}).url == page
    assert client.post(f"{page}sessions").url == page
    assert client.post(f"{page}factors", {"reason": "x"}).url == page
    assert client.post(f"{page}leave", {"reason": "x"}).url == page
    shown = client.get(page).content.decode()
    assert [words in shown for words in ("终止访问", "授予岗位", "申请重置第二因素")] == [True] * 3
    auditor = Client()
    auditor.force_login(a_member("auditor"))
    assert (auditor.get(page).status_code, auditor.get("/console/staff/trail").status_code) == (200, 200)
    assert auditor.post(f"{page}leave", {"reason": "x"}).status_code == 403
