"""Addresses of places, all inside the console."""

from django.urls import path

from . import views

urlpatterns = [
    path("console/places/posters/", views.posters, name="places_posters"),
    path("console/places/change/<str:wanted>/", views.change, name="places_change"),
    path("console/places/devices/<int:pk>/pairing/", views.pairing, name="places_pairing"),
    path("console/places/devices/<int:pk>/revoke/", views.revoke, name="places_revoke"),
]
