"""Addresses of evidence, rules and colours."""

from django.urls import path

from .views import dry_runs

urlpatterns = [
    path("console/dry-runs/ask", dry_runs.ask, name="ask_dry_run"),
    path("console/dry-runs/<int:number>/", dry_runs.dry_run, name="dry_run"),
    path("console/dry-runs/<int:number>/counts.csv", dry_runs.dry_run_counts, name="dry_run_counts"),
    path("console/dry-runs/<int:number>/now", dry_runs.dry_run_fragment, name="dry_run_fragment"),
    path("console/dry-runs/<int:number>/resume", dry_runs.resume, name="resume_dry_run"),
    path("console/dry-runs/<int:number>/stop", dry_runs.stop, name="stop_dry_run"),
]
