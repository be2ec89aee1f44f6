"""Addresses of reports."""

from django.urls import path

from . import views

urlpatterns = [
    path("console/board/", views.board, name="board"),
    path("console/operations/", views.operations, name="operations"),
    path("console/board/progress.xlsx", views.spreadsheet, name="board_spreadsheet"),
]
