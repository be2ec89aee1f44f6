"""Addresses of places."""

from django.urls import path

from .views import checkpoints, policies

urlpatterns = [
    path("policies", policies.policies, name="policies"),
    path("console/policies/", policies.policy_list, name="policy_list"),
    path("console/policies/ask", policies.policy_ask, name="ask_for_policy"),
    path("console/policies/draft", policies.policy_draft, name="draft_policies"),
    path("console/policies/<int:number>/", policies.policy_release, name="policy_release"),
    path("console/policies/<int:number>/edit", policies.policy_edit, name="edit_policies"),
    path("console/policies/<int:number>/submit", policies.policy_submit, name="submit_policies"),
    path("console/policies/<int:number>/<slug:act>", policies.policy_act, name="policy_act"),
    path("console/policies/requests/<int:number>", policies.policy_answer, name="answer_policy_request"),
    path("console/places/posters/", checkpoints.posters, name="places_posters"),
    path("console/places/change/<str:wanted>/", checkpoints.change, name="places_change"),
    path("console/places/devices/<int:pk>/pairing/", checkpoints.pairing, name="places_pairing"),
    path("console/places/devices/<int:pk>/revoke/", checkpoints.revoke, name="places_revoke"),
]
