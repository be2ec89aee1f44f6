"""Addresses of evidence, rules and colours."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
