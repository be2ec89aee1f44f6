"""Addresses of groups: the citizen's pages, and the console's."""

from django.urls import path

from .groups import console, views

urlpatterns = [
    path("me/groups", views.mine, name="my_groups"),
    path("me/groups/join", views.join, name="join_group"),
    path("me/groups/<int:pk>", views.led, name="led_group"),
    path("console/groups/", console.groups, name="groups"),
    path("console/groups/<int:pk>/", console.group, name="group"),
]
