"""Addresses of the citizen pages, and of sheets and cards in the console."""

from django.urls import path

from . import urls_family
from .views import apply, carrier_runs, carriers, claim, companions, consents, demo, home, me

urlpatterns = [
    path("", home.home, name="home"),
    path("privacy", home.privacy, name="privacy"),
    path("lang", home.language, name="language"),
    path("large", home.large_print, name="large_print"),
    path("apply", apply.who, name="apply"),
    path("apply/entry", claim.claim, name="claim"),
    path("en/claim", claim.in_english, name="claim_in_english"),
    path("apply/phone", apply.phone, name="apply_phone"),
    path("apply/code", apply.code, name="apply_code"),
    path("apply/details", apply.details, name="apply_details"),
    path("apply/done", apply.done, name="apply_done"),
    path("sign-in", me.sign_in, name="sign_in"),
    path("sign-in/code", me.sign_in_code, name="sign_in_code"),
    path("me", me.me, name="me"),
    path("me/consents", consents.consents, name="consents"),
    path("me/consents/<slug:purpose>", consents.consent, name="consent"),
    path("me/devices/<int:serial>/revoke", me.revoke, name="revoke_device"),
    path("me/carriers", carriers.mine, name="my_carriers"),
    path("me/carriers/sheet", carriers.my_sheet, name="my_sheet"),
    path("me/companions", companions.mine, name="my_companions"),
    path("me/companions/add", companions.add, name="add_companion"),
    path("me/companions/confirm", companions.confirm, name="confirm_companion"),
    path("me/carriers/sheet.pdf", carriers.my_sheet_pdf, name="my_sheet_pdf"),
    path("console/carriers/lists/", carrier_runs.carrier_runs, name="carrier_runs"),
    path("console/carriers/lists/form/<slug:kind>.<slug:form>", carrier_runs.carrier_list_form, name="carrier_list_form"),
    path("console/carriers/lists/<int:run>/", carrier_runs.carrier_run, name="carrier_run"),
    path("console/carriers/lists/<int:run>/live/", carrier_runs.carrier_run_live, name="carrier_run_live"),
    path("console/carriers/lists/<int:run>/act/", carrier_runs.act_on_carrier_run, name="act_on_carrier_run"),
    path("console/carriers/lists/<int:run>/refused.<slug:form>", carrier_runs.carrier_run_refused, name="carrier_run_refused"),
    path("console/carriers/lists/<int:run>/sheets-<int:part>.pdf", carrier_runs.carrier_run_file, name="carrier_run_file"),
    path("console/carriers/<int:person>/sheet.pdf", carriers.sheet_pdf_of, name="staff_sheet_pdf"),
    path("console/carriers/", carriers.find, name="find_carriers"),
    path("console/carriers/<int:person>/", carriers.of_person, name="staff_carriers"),
    path("console/carriers/<int:person>/sheet/", carriers.sheet_of, name="staff_sheet"),
    path("me/sign-out", me.sign_out, name="sign_out"),
    path("stopped", me.stopped, name="stopped"),
    path("demo/phone", demo.phone, name="demo_phone"),
    path("demo/phone/messages", demo.messages, name="demo_messages"),
    *urls_family.urlpatterns,
]
