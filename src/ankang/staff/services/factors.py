"""Somebody lost the phone: two security administrators reset the factors, and the person enrols anew (I2)."""

from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ankang.base.approvals import Subject, ask_approval
from ankang.base.errors import BadInput
from ankang.base.models import Approval
from ankang.core.sm.hashing import sm3

from .members import end_sessions
from .reach import EDIT, fetch_to_change, home_of
from .trail import note


def factors_of(user: User) -> list[Authenticator]:
    """The second factors of ``user``, passkeys among them."""
    return list(Authenticator.objects.filter(user=user).order_by("pk"))


def digest_of_factors(user: User) -> bytes:
    """SM3 of what a reset would take away; another factor enrolled meanwhile voids the approval."""
    rows = ",".join(f"{row.pk}:{row.type}" for row in factors_of(user))
    return sm3(f"factor_reset:{user.pk}:{rows}".encode())


def ask_reset(user: int, by: Any, now: datetime, *, reason: str) -> Approval:
    """Ask that another security administrator agrees to take ``user``'s factors away.

    Raises NotFound, NotOneself, OutsideReach, BadInput (no reason), AlreadyDecided (it waits already).
    """
    if not reason.strip():
        raise BadInput(details={"fields": {"reason": "required"}})
    whom = fetch_to_change(user, by)
    region = home_of(whom)
    assert region is not None  # who is in somebody's reach has a home or a duty
    asked = ask_approval(
        "factor_reset",
        str(whom.pk),
        digest_of_factors(whom),
        by,
        region=region,
        permission=EDIT,
        summary={"zh": f"重置 {whom.username} 的第二因素", "en": f"Reset the second factors of {whom.username}"},
        now=now,
        note=reason,
    )
    note("factor_reset_asked", by, now, whom=whom, after={"reason": reason.strip()})
    return asked


def _closed(asked: Approval, now: datetime) -> None:
    whom = User.objects.filter(pk=int(asked.reference)).first()
    if asked.state != "approved" or whom is None:
        return
    decider = asked.decisions.order_by("-at").first()
    by = User.objects.filter(pk=decider.by).first() if decider else None
    before = [row.type for row in factors_of(whom)]
    if digest_of_factors(whom) != bytes(asked.digest) or (by is not None and by.pk == whom.pk):
        note("factor_reset_void", by, now, whom=whom, before=before)
        return
    Authenticator.objects.filter(user=whom).delete()
    end_sessions(whom)
    note("factors_reset", by, now, whom=whom, before=before, after={"asked_by": asked.asked_by_name})


RESET = Subject("factor_reset", _("Reset of second factors"), lambda user: reverse("staff_member", args=[int(user)]), _closed)
