"""Every address of the control plane. Each room brings its own; tests/laws checks that each states a permission."""

from importlib import import_module
from importlib.util import find_spec

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from .api import api
from .api_reference import reference
from .bulk import bulk_sheets

ROOMS = ("base", "staff", "people", "places", "health", "access", "passage", "archive", "scenes.rides", "exchange", "insight")

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", api.urls),
    path("docs/api/", reference, name="api_reference"),
    *(
        path("", include(import_module(f"ankang.{room}.urls")))
        for room in ROOMS
        if find_spec(f"ankang.{room}.urls")
    ),
    path("console/bulk-runs/<int:number>/sheets.pdf", bulk_sheets, name="bulk_sheets"),
    path("console/", admin.site.urls),
]

handler400 = "ankang.base.views.bad_request"
handler403 = "ankang.base.views.not_allowed"
handler404 = "ankang.base.views.not_found"
handler500 = "ankang.base.views.broken"
