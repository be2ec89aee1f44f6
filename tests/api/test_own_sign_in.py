"""One's own sign-in over the API: factors come and go, a passkey's ceremony in JSON, proving again, sessions, the password."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.test import Client

from ankang.base.models import SignInFailure
from ankang.staff.models import StaffEvent

from ..staff.authenticator import Passkey
from ..staff.builders import PASSWORD, a_code_generator, a_member, code_of, factors, is_in, sign_in
from ..staff.test_signing_in import age_session
from .test_door import JSON, a_token, bearing
from .test_door import code_of as error_of

pytestmark = pytest.mark.django_db
OWN = "/api/v1/staff/self"


@pytest.fixture
def user() -> Any:
    """A tracer with a code generator."""
    found = a_member("tracer")
    found.secret = a_code_generator(found)
    return found


@pytest.fixture
def desk(client: Client, user: Any) -> Client:
    """Signed in this moment."""
    sign_in(client, user, user.secret)
    return client


def a_passkey(desk: Client, name: str = "office key") -> tuple[Passkey, dict[str, Any]]:
    key = Passkey(settings.ANKANG_PUBLIC_URL)
    options = desk.post(f"{OWN}/factors/passkeys/begin").json()
    made = desk.post(f"{OWN}/factors/passkeys", {"name": name, "credential": key.register(options)}, JSON)
    assert made.status_code == 201, made.json()
    return key, made.json()


def test_a_code_generator_is_added_by_its_first_code_and_recovery_codes_are_told_once(
    client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    user = a_member("tracer")
    client.force_login(user)
    begun = client.post(f"{OWN}/factors/totp/begin").json()
    assert begun["secret"] in begun["address"]
    wrong = client.post(f"{OWN}/factors/totp", {"code": "12"}, JSON)
    assert (error_of(wrong), wrong.json()["details"]["fields"]) == ((422, "bad_input"), {"code": "incorrect_code"})
    with django_capture_on_commit_callbacks(execute=True):
        made = client.post(f"{OWN}/factors/totp", {"code": code_of(begun["secret"])}, JSON).json()
    assert (made["factor"]["kind"], len(made["recovery_codes"]), factors(user)) == ("totp", 10, ["recovery_codes", "totp"])
    assert error_of(client.post(f"{OWN}/factors/totp/begin")) == (409, "factor_exists")
    new = client.post(f"{OWN}/recovery-codes").json()["codes"]
    assert (len(new), set(new) & set(made["recovery_codes"])) == (10, set())
    assert [(row["kind"], row["left"]) for row in client.get(f"{OWN}/factors").json()["items"]] == [("totp", None), ("recovery_codes", 10)]
    assert error_of(client.delete(f"{OWN}/factors/{made['factor']['number']}")) == (409, "last_factor")
    assert set(StaffEvent.objects.values_list("what", flat=True)) == {"factor_added"}


def test_a_passkey_is_made_renamed_proves_who_is_there_and_goes(desk: Client, user: Any) -> None:
    key, made = a_passkey(desk)
    number = made["factor"]["number"]
    assert (made["factor"]["name"], factors(user)) == ("office key", ["recovery_codes", "totp", "webauthn"])
    assert desk.put(f"{OWN}/factors/{number}", {"name": "home"}, JSON).json()["name"] == "home"
    age_session(desk, confirmed_at=600)
    assert error_of(desk.delete(f"{OWN}/factors/{number}")) == (403, "confirm_yourself")
    options = desk.post(f"{OWN}/confirmation/passkey").json()
    forged = Passkey(settings.ANKANG_PUBLIC_URL).sign(options)
    assert error_of(desk.post(f"{OWN}/confirmation", {"credential": forged}, JSON)) == (403, "confirmation_refused")
    options = desk.post(f"{OWN}/confirmation/passkey").json()
    assert desk.post(f"{OWN}/confirmation", {"credential": key.sign(options)}, JSON).status_code == 204
    generator = Authenticator.objects.get(user=user, type="totp").pk
    assert desk.delete(f"{OWN}/factors/{generator}").status_code == 204
    assert error_of(desk.delete(f"{OWN}/factors/{number}")) == (409, "last_factor")
    assert StaffEvent.objects.filter(what="factor_removed", before="totp").count() == 1


def test_a_passkey_for_another_site_or_challenge_is_refused(desk: Client, user: Any) -> None:
    options = desk.post(f"{OWN}/factors/passkeys/begin").json()
    for credential in (Passkey("https://elsewhere.example").register(options), {}, {"id": "x", "response": 1}):
        answer = desk.post(f"{OWN}/factors/passkeys", {"credential": credential}, JSON)
        assert error_of(answer) in ((422, "bad_input"), (422, "passkey_unreadable")), answer.json()
    assert "webauthn" not in factors(user)


def test_a_wrong_proof_counts_like_a_wrong_password(desk: Client, user: Any) -> None:
    age_session(desk, confirmed_at=600)
    for proof in ({"password": "wrong"}, {"code": "000000"}, {}):
        assert error_of(desk.post(f"{OWN}/confirmation", proof, JSON)) == (403, "confirmation_refused")
    assert error_of(desk.post(f"{OWN}/confirmation", {"credential": {"id": []}}, JSON)) == (422, "passkey_unreadable")
    assert SignInFailure.objects.filter(name=user.username).count() >= 2
    assert error_of(desk.post(f"{OWN}/recovery-codes")) == (403, "confirm_yourself")
    assert desk.post(f"{OWN}/confirmation", {"password": PASSWORD}, JSON).status_code == 204
    assert desk.post(f"{OWN}/recovery-codes").status_code == 201


def test_a_token_administers_no_sign_in(user: Any) -> None:
    api = bearing(a_token(user, "tracer"))
    assert error_of(api.get(f"{OWN}/factors")) == (403, "session_only")
    assert error_of(api.post(f"{OWN}/confirmation", {"password": PASSWORD}, JSON)) == (403, "session_only")
    assert error_of(api.post(f"{OWN}/factors/totp/begin")) == (403, "confirm_yourself")


def test_i_end_my_other_sessions_and_change_my_password(desk: Client, user: Any) -> None:
    others = [Client(), Client()]
    for steps, other in enumerate(others):
        sign_in(other, user)
        other.post("/staff/second-factor/", {"code": code_of(user.secret, steps * 2 - 1)})
    rows = desk.get(f"{OWN}/sessions").json()["items"]
    assert sorted(row["here"] for row in rows) == [False, False, True]
    gone = next(row["number"] for row in rows if not row["here"])
    assert [desk.delete(f"{OWN}/sessions/{gone}").status_code for _ in range(2)] == [204, 404]
    assert desk.post(f"{OWN}/other-sessions/end").json() == {"sessions": 1}
    weak = desk.put(f"{OWN}/password", {"old": PASSWORD, "new": "1"}, JSON)
    assert (error_of(weak), list(weak.json()["details"]["fields"])) == ((422, "bad_input"), ["password1"])
    assert desk.put(f"{OWN}/password", {"old": PASSWORD, "new": "another-long-one-9"}, JSON).status_code == 204
    user.refresh_from_db()
    assert (user.check_password("another-long-one-9"), is_in(desk)) == (True, True)
