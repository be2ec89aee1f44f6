"""Addresses of families, changes, closing, and of the counter, the review queue and merges in the console."""

from django.urls import path

from .views import changes, closing, desk, family, legacy, merges, reviews

urlpatterns = [
    path("me/family", family.mine, name="family"),
    path("me/family/new", family.new, name="family_new"),
    path("me/family/consent", family.consent, name="family_consent"),
    path("me/family/pictures", family.pictures, name="family_pictures"),
    path("me/family/back", family.back, name="family_back"),
    path("me/family/<int:guardianship>/show", family.show, name="family_show"),
    path("me/family/<int:guardianship>/end", family.end, name="family_end"),
    path("me/requests/<int:number>/withdraw", family.withdraw, name="withdraw_request"),
    path("me/change", changes.overview, name="change"),
    path("me/change/town", changes.town, name="change_town"),
    path("me/change/phone", changes.phone, name="change_phone"),
    path("me/change/phone/code", changes.phone_code, name="change_phone_code"),
    path("me/change/name", changes.name, name="change_name"),
    path("me/change/old-code", changes.old_code, name="old_code"),
    path("me/close", closing.close, name="close"),
    path("console/desk/", desk.find, name="desk"),
    path("console/desk/register/", desk.register, name="desk_register"),
    path("console/desk/<int:person>/", desk.person, name="desk_person"),
    path("console/desk/states/<int:number>/", desk.leaving_page, name="desk_leaving"),
    path("console/requests/", reviews.queue, name="reviews"),
    path("console/requests/<int:number>/", reviews.review, name="review"),
    path("console/requests/<int:number>/pictures/<int:picture>/", reviews.picture, name="review_picture"),
    path("console/legacy/", legacy.lists, name="legacy_lists"),
    path("console/legacy/form.csv", legacy.form_file, name="legacy_form"),
    path("console/legacy/<int:number>/", legacy.one, name="legacy_list"),
    path("console/legacy/<int:number>/refused.csv", legacy.refused, name="legacy_refused"),
    path("console/merges/", merges.merges, name="merges"),
    path("console/merges/new/", merges.propose, name="propose_merge"),
    path("console/merges/<int:number>/", merges.merge, name="merge"),
]
