"""Addresses of rides."""

from django.urls import path

from . import console, views

urlpatterns = [
    path("console/rides/authorities/", console.authorities, name="ride_authorities"),
    path("me/rides", views.mine, name="my_rides"),
    path(".well-known/ankang-ride-keys.json", views.keys, name="ride_keys"),
    path(".well-known/ankang-ride-revoked.akr", views.revoked, name="ride_revoked"),
]
