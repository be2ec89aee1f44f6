"""Addresses of what every room shares: the approvals inbox."""

from django.urls import path

from . import views

urlpatterns = [
    path("console/approvals/", views.approvals, name="approvals"),
    path("console/approvals/<int:approval>/decide", views.decide_approval, name="decide_approval"),
    path("console/approvals/<int:approval>/withdraw", views.withdraw, name="withdraw_approval"),
]
