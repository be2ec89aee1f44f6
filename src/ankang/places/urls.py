"""Addresses of places."""

from django.urls import path

from .views import archive, checkpoints, imports, policies, posters, standing

urlpatterns = [
    path("places/<int:number>", archive.public_place, name="public_place"),
    path("console/places/archive/decisions/", archive.archive_decisions, name="archive_decisions"),
    path("console/places/archive/<int:number>/", archive.place_archive, name="place_archive"),
    path("console/places/archive/<int:number>/enter", archive.archive_enter, name="archive_enter"),
    path("console/places/archive/entries/<int:number>/retract", archive.archive_retract, name="archive_retract"),
    path("console/places/coverage/", standing.place_coverage, name="place_coverage"),
    path("console/places/lists/", imports.place_imports, name="place_imports"),
    path("console/places/lists/form.<slug:form>", imports.import_form, name="import_form"),
    path("console/places/lists/<int:number>/", imports.place_import, name="place_import"),
    path("console/places/lists/<int:number>/refused.<slug:form>", imports.import_refused, name="import_refused"),
    path("console/places/lists/<int:number>/<slug:act>", imports.import_act, name="import_act"),
    path("console/places/posters.pdf", posters.posters_file, name="places_posters_pdf"),
    path("console/places/standing/<int:number>/", standing.standing, name="place_standing"),
    path("policies", policies.policies, name="policies"),
    path("console/policies/", policies.policy_list, name="policy_list"),
    path("console/policies/ask", policies.policy_ask, name="ask_for_policy"),
    path("console/policies/draft", policies.policy_draft, name="draft_policies"),
    path("console/policies/<int:number>/", policies.policy_release, name="policy_release"),
    path("console/policies/<int:number>/edit", policies.policy_edit, name="edit_policies"),
    path("console/policies/<int:number>/submit", policies.policy_submit, name="submit_policies"),
    path("console/policies/<int:number>/<slug:act>", policies.policy_act, name="policy_act"),
    path("console/policies/requests/<int:number>", policies.policy_answer, name="answer_policy_request"),
    path("console/places/posters/", posters.posters, name="places_posters"),
    path("console/places/change/<str:wanted>/", checkpoints.change, name="places_change"),
    path("console/places/devices/<int:pk>/pairing/", checkpoints.pairing, name="places_pairing"),
    path("console/places/devices/<int:pk>/revoke/", checkpoints.revoke, name="places_revoke"),
]
