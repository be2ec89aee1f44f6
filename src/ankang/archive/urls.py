"""Addresses of the personal archive."""

from django.urls import path

from .views import console, mine, taking

urlpatterns = [
    path("me/archive", mine.mine, name="my_archive"),
    path("me/archive/take", taking.take, name="take_archive"),
    path("me/archive/correct/<uuid:item>", mine.correct, name="correct_archive"),
    path("me/archive/<slug:slug>", mine.one_section, name="my_archive_section"),
    path("console/archive/", console.find, name="archive_find"),
    path("console/archive/corrections/", console.queue, name="archive_corrections"),
    path("console/archive/corrections/<int:number>/", console.correction, name="archive_correction"),
    path("console/archive/corrections/<int:number>/document", console.document, name="archive_document"),
]
