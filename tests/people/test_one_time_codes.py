"""The code that proves a phone: six digits, five minutes, five tries, one a minute, ten a day."""

from datetime import timedelta

import pytest

from ankang.people.errors import CodeExpired, CodeTooSoon, CodeWrong, TooManyCodes
from ankang.people.messages import latest_messages
from ankang.people.models import OneTimeCode
from ankang.people.one_time_codes import confirm_phone, forget_old_codes, send_one_time_code

from .conftest import NOW, newest_code

PHONE = "+8613800000001"
pytestmark = pytest.mark.django_db


def a_wrong_code() -> str:
    return "000000" if newest_code(PHONE) != "000000" else "000001"


def test_the_right_code_proves_the_phone() -> None:
    sent = send_one_time_code(PHONE, "apply", NOW)
    assert confirm_phone(PHONE, "apply", newest_code(PHONE), NOW + timedelta(seconds=299)) == sent.pk


def test_a_code_ends_after_five_minutes() -> None:
    send_one_time_code(PHONE, "apply", NOW)
    with pytest.raises(CodeExpired):
        confirm_phone(PHONE, "apply", newest_code(PHONE), NOW + timedelta(seconds=300))


def test_a_code_works_once() -> None:
    send_one_time_code(PHONE, "apply", NOW)
    confirm_phone(PHONE, "apply", newest_code(PHONE), NOW)
    with pytest.raises(CodeExpired):
        confirm_phone(PHONE, "apply", newest_code(PHONE), NOW)


def test_five_wrong_tries_end_a_code() -> None:
    send_one_time_code(PHONE, "apply", NOW)
    left = []
    for _ in range(5):
        with pytest.raises(CodeWrong) as refusal:
            confirm_phone(PHONE, "apply", a_wrong_code(), NOW)
        left.append(refusal.value.details["left"])
    assert left == [4, 3, 2, 1, 0]
    with pytest.raises(CodeExpired):
        confirm_phone(PHONE, "apply", newest_code(PHONE), NOW)


def test_a_code_belongs_to_its_phone_and_purpose() -> None:
    send_one_time_code(PHONE, "apply", NOW)
    for phone, purpose in (("+8613800000002", "apply"), (PHONE, "sign_in")):
        with pytest.raises(CodeExpired):
            confirm_phone(phone, purpose, newest_code(PHONE), NOW)


def test_only_the_newest_code_works() -> None:
    send_one_time_code(PHONE, "apply", NOW)
    first = newest_code(PHONE)
    later = NOW + timedelta(seconds=60)
    send_one_time_code(PHONE, "apply", later)
    if first != newest_code(PHONE):
        with pytest.raises(CodeWrong):
            confirm_phone(PHONE, "apply", first, later)
    confirm_phone(PHONE, "apply", newest_code(PHONE), later)


def test_a_second_code_within_a_minute_is_refused_with_the_wait() -> None:
    send_one_time_code(PHONE, "apply", NOW)
    with pytest.raises(CodeTooSoon) as refusal:
        send_one_time_code(PHONE, "apply", NOW + timedelta(seconds=45))
    assert refusal.value.details == {"retry_after": 15}


def test_a_code_for_something_else_may_follow_soon_but_not_at_once() -> None:
    send_one_time_code(PHONE, "sign_in", NOW)
    with pytest.raises(CodeTooSoon) as refusal:
        send_one_time_code(PHONE, "close:7", NOW + timedelta(seconds=4))
    assert refusal.value.details == {"retry_after": 6}
    send_one_time_code(PHONE, "close:7", NOW + timedelta(seconds=10))
    with pytest.raises(CodeTooSoon):
        send_one_time_code(PHONE, "close:8", NOW + timedelta(seconds=40))


def test_the_eleventh_code_of_a_day_is_refused() -> None:
    for minute in range(10):
        send_one_time_code(PHONE, "apply", NOW + timedelta(minutes=2 * minute))
    with pytest.raises(TooManyCodes) as refusal:
        send_one_time_code(PHONE, "apply", NOW + timedelta(hours=23))
    assert refusal.value.details == {"retry_after": 3601}
    send_one_time_code(PHONE, "apply", NOW + timedelta(hours=24, seconds=1))


def test_the_table_holds_no_code() -> None:
    sent = send_one_time_code(PHONE, "apply", NOW)
    assert len(bytes(sent.code_hash)) == 32
    assert newest_code(PHONE).encode() not in bytes(OneTimeCode.objects.get().code_hash)


def test_the_message_comes_in_the_readers_language() -> None:
    send_one_time_code(PHONE, "apply", NOW)
    shown = latest_messages(PHONE, 1)[0]
    assert shown.before == "[Ankang code] Your code is "
    assert shown.after == ", valid for 5 minutes. We never ask for it by phone: tell it to nobody."


def test_codes_are_forgotten_after_two_days() -> None:
    send_one_time_code(PHONE, "apply", NOW - timedelta(days=3))
    send_one_time_code(PHONE, "apply", NOW)
    assert (forget_old_codes(NOW), OneTimeCode.objects.count()) == (1, 1)
