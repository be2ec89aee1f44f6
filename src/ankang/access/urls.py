"""Addresses of this room."""

from django.urls import path

from .views import audit, look_up, mine

urlpatterns = [
    path("me/reads", mine.my_reads, name="my_reads"),
    path("me/reads/<uuid:read>/question", mine.question, name="question_read"),
    path("console/reads/", audit.reads, name="access_reads"),
    path("console/reads/questions/", audit.questions, name="access_questions"),
    path("console/reads/questions/<int:number>/", audit.question, name="access_question"),
    path("console/reads/alerts/", audit.alerts, name="access_alerts"),
    path("console/reads/alerts/<int:number>/", audit.alert, name="access_alert"),
    path("console/reads/look-ups/", audit.look_ups, name="access_look_ups"),
    path("console/look-up/", look_up.purpose, name="look_up"),
    path("console/look-up/number/", look_up.number, name="look_up_number"),
    path("console/look-up/people/<int:person>/", look_up.namesake, name="look_up_namesake"),
    path("console/look-up/people/<int:person>/serve/", look_up.serve, name="look_up_serve"),
]
