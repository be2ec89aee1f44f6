"""One-time codes: send one to a phone, and confirm the phone with it (requirement A1)."""

import secrets
from datetime import datetime, timedelta
from hmac import compare_digest

from django.db.models import F
from django.utils.translation import gettext as _

from ankang.base.services import send_message
from ankang.trust.keyring import keyring

from .errors import CodeExpired, CodeTooSoon, CodeWrong, TooManyCodes
from .locks import lock_phone
from .models import OneTimeCode
from .rules import (
    CODE_PURPOSES,
    CODE_SECONDS,
    OTHER_GAP_SECONDS,
    PROOF_SECONDS,
    TRIES_PER_CODE,
    day_is_full,
    seconds_to_wait,
)


def send_one_time_code(phone: str, purpose: str, now: datetime, words: str = "") -> OneTimeCode:
    """Send six digits to ``phone`` (E.164), good for five minutes and five tries; earlier ones stop working.

    ``purpose``, and after a colon for whom, if for somebody: the digits confirm nothing else. ``words`` tell what they agree
    to, with ``%(digits)s`` in them. Raises CodeTooSoon (60 s between two of one purpose) and TooManyCodes (ten in 24 hours).
    """
    kind = purpose.partition(":")[0]
    if kind not in CODE_PURPOSES:
        raise ValueError(f"unknown purpose {purpose}")
    blind = keyring().blind("phone", phone)
    lock_phone(blind)
    _check_pace(blind, kind, now)
    OneTimeCode.objects.filter(phone_blind=blind, confirmed_at=None, expires_at__gt=now).update(expires_at=now)
    digits = f"{secrets.randbelow(10**6):06}"
    code = OneTimeCode.objects.create(
        phone_blind=blind,
        purpose=purpose,
        code_hash=_hash(phone, purpose, digits),
        sent_at=now,
        expires_at=now + timedelta(seconds=CODE_SECONDS),
    )
    send_message(phone, words % {"digits": digits} if words else _text(digits, kind), f"one_time_code.{kind}", now)
    return code


def confirm_phone(phone: str, purpose: str, digits: str, now: datetime) -> int:
    """Confirm that whoever typed ``digits`` holds ``phone``; returns the proof, which ``apply`` accepts for 20 minutes.

    Raises CodeWrong and CodeExpired. A wrong try must stay counted: the caller may not roll back on CodeWrong.
    """
    blind = keyring().blind("phone", phone)
    live = OneTimeCode.objects.filter(
        phone_blind=blind, purpose=purpose, confirmed_at=None, expires_at__gt=now, attempts__lt=TRIES_PER_CODE
    )
    code = live.select_for_update().order_by("-sent_at").first()
    if code is None:
        raise CodeExpired()
    if not compare_digest(bytes(code.code_hash), _hash(phone, purpose, digits)):
        OneTimeCode.objects.filter(pk=code.pk).update(attempts=F("attempts") + 1)
        raise CodeWrong(details={"left": TRIES_PER_CODE - code.attempts - 1})
    OneTimeCode.objects.filter(pk=code.pk).update(confirmed_at=now)
    return code.pk


def check_proof(proof: int, phone: str, now: datetime, purpose: str = "apply") -> None:
    """Check that ``proof`` belongs to ``phone``, is younger than 20 minutes and not spent. Raises CodeExpired."""
    good = OneTimeCode.objects.filter(
        pk=proof,
        phone_blind=keyring().blind("phone", phone),
        purpose=purpose,
        confirmed_at__gt=now - timedelta(seconds=PROOF_SECONDS),
        attempts__lt=TRIES_PER_CODE,
    )
    if not good.exists():
        raise CodeExpired()


def reopen(proof: int) -> None:
    """A code that was confirmed together with another one, which was wrong, may be given again while it lasts."""
    OneTimeCode.objects.filter(pk=proof).update(confirmed_at=None)


def spend_try(proof: int) -> None:
    """Count a wrong guess of a name against the proof, so that one phone cannot try names for ever."""
    OneTimeCode.objects.filter(pk=proof, attempts__lt=TRIES_PER_CODE).update(attempts=F("attempts") + 1)


def forget_old_codes(now: datetime) -> int:
    """Delete codes older than two days (pacing needs one); returns how many."""
    return OneTimeCode.objects.filter(sent_at__lt=now - timedelta(days=2)).delete()[0]


def _check_pace(blind: bytes, kind: str, now: datetime) -> None:
    """The minute is between two codes of one kind; one of another kind may follow after ten seconds. The day counts all."""
    since = now - timedelta(days=1)
    rows = list(OneTimeCode.objects.filter(phone_blind=blind, sent_at__gt=since).values_list("sent_at", "purpose"))
    sent = [at for at, _ in rows]
    same = [at for at, purpose in rows if purpose.partition(":")[0] == kind]
    if wait := max(seconds_to_wait(same, now), seconds_to_wait(sent, now, OTHER_GAP_SECONDS)):
        raise CodeTooSoon(details={"retry_after": wait})
    if day_is_full(sent, now):
        oldest = sorted(sent)[-10]
        wait = int((oldest + timedelta(days=1) - now).total_seconds()) + 1
        raise TooManyCodes(details={"retry_after": wait})


def _hash(phone: str, purpose: str, digits: str) -> bytes:
    return keyring().blind("one-time-code", f"{purpose}:{phone}:{digits}")


def _text(digits: str, purpose: str) -> str:
    if purpose == "consent":
        return _(
            "[Ankang code] A relative wants to apply for your code and show it for you. If you agree, tell them %(digits)s "
            "within 5 minutes. If you do not know of this, tell it to nobody."
        ) % {"digits": digits}
    return _(
        "[Ankang code] Your code is %(digits)s, valid for 5 minutes. We never ask for it by phone: tell it to nobody."
    ) % {"digits": digits}
