"""Addresses of what every room shares: the approvals inbox."""

from django.urls import path

from . import views
from .list_views import bulk, exports, filters, search

urlpatterns = [
    path("console/approvals/", views.approvals, name="approvals"),
    path("console/approvals/<int:approval>/decide", views.decide_approval, name="decide_approval"),
    path("console/approvals/<int:approval>/withdraw", views.withdraw, name="withdraw_approval"),
    path("console/exports/", exports.exports, name="exports"),
    path("console/exports/ask", exports.ask, name="ask_export"),
    path("console/exports/<int:number>/", exports.export, name="export"),
    path("console/exports/<int:number>/fetch", exports.fetch, name="fetch_export"),
    path("console/search/", search.search, name="console_search"),
    path("console/filters/keep", filters.keep_filter, name="keep_filter"),
    path("console/filters/<int:number>/forget", filters.forget_filter, name="forget_filter"),
    path("console/bulk/<slug:action>/", bulk.bulk, name="bulk"),
    path("console/bulk-runs/<int:number>/", bulk.bulk_run, name="bulk_run"),
    path("console/bulk-runs/<int:number>/undo", bulk.bulk_undo, name="bulk_undo"),
]
