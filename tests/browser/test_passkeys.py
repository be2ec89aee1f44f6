"""Somebody invited sets up a passkey in a real browser, signs in with it, and confirms a sensitive act with it."""

from typing import Any

from tests.house import House

from .conftest import DESK, PHONE, picture
from .steps import sign_in


def an_authenticator(page: Any) -> None:
    """A fingerprint reader that says yes."""
    chrome = page.context.new_cdp_session(page)
    chrome.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    chrome.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_an_invitation_a_passkey_and_a_sign_in_without_a_password(windows: Any, house: House) -> None:
    office = windows.window(DESK).new_page()
    sign_in(office, house, "security")
    office.goto("/console/staff/invitations")
    office.fill("#name", "王明")
    office.fill("#phone", "13800000000")
    office.select_option("#role", "security_administrator")
    office.select_option("#region", "341881")
    office.click("section[aria-labelledby=one-title] .sheet__buttons button")
    link = office.inner_text(".token__text").strip()
    picture(office, "staff-invitations", full=True)

    phone = windows.window(PHONE).new_page()
    an_authenticator(phone)
    phone.goto(link)
    picture(phone, "staff-invitation", full=True)
    phone.fill("#id_username", "wang.ming")
    phone.fill("#id_password", "four-words-apart-enough")
    phone.fill("#id_again", "four-words-apart-enough")
    phone.click("button[type=submit]")
    phone.wait_for_url("**/staff/enrol/")
    picture(phone, "staff-enrol", full=True)
    phone.click("form[data-passkey] button")
    phone.wait_for_url("**/recovery-codes")
    picture(phone, "staff-recovery-codes", full=True)

    phone.goto("/console/account/")
    assert phone.locator("th", has_text="通行密钥").count() == 1
    picture(phone, "staff-own", full=True)
    phone.context.clear_cookies()
    phone.goto("/console/login/")
    picture(phone, "staff-sign-in", full=True)
    phone.click("form[data-passkey=login] button")
    phone.wait_for_url("**/console/")
    phone.goto("/console/confirm/passkey?next=/console/staff/")
    phone.click("form[data-passkey=get] button")
    phone.wait_for_url("**/console/staff/")

    for path, name in (("staff/", "list"), ("staff/trail", "trail"), ("staff/providers", "providers"), ("account/", "own-desk")):
        office.goto(f"/console/{path}")
        picture(office, f"staff-{name}", full=True)
    office.goto("/console/staff/")
    office.click("tbody tr th a >> nth=0")
    picture(office, "staff-member", full=True)
    office.goto("/permissions")
    picture(office, "staff-permissions", full=True)
