"""Addresses of the citizen pages, and of sheets and cards in the console."""

from django.urls import path

from .views import apply, carriers, demo, home, me

urlpatterns = [
    path("", home.home, name="home"),
    path("privacy", home.privacy, name="privacy"),
    path("lang", home.language, name="language"),
    path("large", home.large_print, name="large_print"),
    path("apply", apply.who, name="apply"),
    path("apply/phone", apply.phone, name="apply_phone"),
    path("apply/code", apply.code, name="apply_code"),
    path("apply/details", apply.details, name="apply_details"),
    path("apply/done", apply.done, name="apply_done"),
    path("sign-in", me.sign_in, name="sign_in"),
    path("sign-in/code", me.sign_in_code, name="sign_in_code"),
    path("me", me.me, name="me"),
    path("me/consents/<slug:purpose>", me.consent, name="consent"),
    path("me/devices/<int:serial>/revoke", me.revoke, name="revoke_device"),
    path("me/carriers", carriers.mine, name="my_carriers"),
    path("me/carriers/sheet", carriers.my_sheet, name="my_sheet"),
    path("console/carriers/", carriers.find, name="find_carriers"),
    path("console/carriers/<int:person>/", carriers.of_person, name="staff_carriers"),
    path("console/carriers/<int:person>/sheet/", carriers.sheet_of, name="staff_sheet"),
    path("me/sign-out", me.sign_out, name="sign_out"),
    path("stopped", me.stopped, name="stopped"),
    path("demo/phone", demo.phone, name="demo_phone"),
    path("demo/phone/messages", demo.messages, name="demo_messages"),
]
