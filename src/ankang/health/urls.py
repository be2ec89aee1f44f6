"""Addresses of evidence, rules and colours."""

from django.urls import path

from .views import areas, citizen, dry_runs, evidence, history, rules, rules_edit, statements

urlpatterns = [
    path("console/areas/", areas.areas, name="areas"),
    path("console/areas/declare", areas.declare, name="declare_area"),
    path("console/areas/<int:number>/", areas.area, name="area"),
    path("console/areas/<int:number>/lift", areas.lift, name="lift_area"),
    path("console/health/people/<int:person>/evidence/<uuid:record>/", evidence.evidence, name="evidence_record"),
    path("console/health/people/<int:person>/evidence/<uuid:record>/retract", evidence.retract, name="retract_evidence"),
    path("console/health/people/<int:person>/history/", history.history, name="colour_history"),
    path("console/dry-runs/ask", dry_runs.ask, name="ask_dry_run"),
    path("console/dry-runs/<int:number>/", dry_runs.dry_run, name="dry_run"),
    path("console/dry-runs/<int:number>/counts.csv", dry_runs.dry_run_counts, name="dry_run_counts"),
    path("console/dry-runs/<int:number>/now", dry_runs.dry_run_fragment, name="dry_run_fragment"),
    path("console/dry-runs/<int:number>/resume", dry_runs.resume, name="resume_dry_run"),
    path("console/dry-runs/<int:number>/stop", dry_runs.stop, name="stop_dry_run"),
    path("console/rules/", rules.rules, name="rules"),
    path("console/rules/draft", rules_edit.draft, name="draft_rules"),
    path("console/rules/<int:number>/", rules.rule_release, name="rule_release"),
    path("console/rules/<int:number>/compare", rules_edit.compare, name="compare_rules"),
    path("console/rules/<int:number>/delete", rules_edit.delete, name="delete_rules"),
    path("console/rules/<int:number>/diff", rules.diff, name="diff_rules"),
    path("console/rules/<int:number>/edit", rules_edit.edit, name="edit_rules"),
    path("console/rules/<int:number>/examples/<int:position>", rules_edit.example, name="accept_example"),
    path("console/rules/<int:number>/rules.toml", rules.toml, name="rules_toml"),
    path("console/rules/<int:number>/submit", rules_edit.submit, name="submit_rules"),
    path("console/rules/<int:number>/text", rules_edit.edit_text, name="edit_rules_text"),
    path("console/rules/<int:number>/withdraw", rules_edit.withdraw, name="withdraw_rules"),
    path("rules", rules.rules_in_force, name="rules_in_force"),
    path("me/health", citizen.my_health, name="my_health"),
    path("me/health.json", citizen.my_health_file, name="my_health_file"),
    path("me/reason", statements.my_reason, name="my_reason"),
    path("me/reason.json", statements.my_reason_file, name="my_reason_file"),
    path("me/reason/<uuid:identity>", statements.my_earlier_reason, name="my_earlier_reason"),
    path("me/reason/<uuid:identity>.json", statements.my_earlier_reason_file, name="my_earlier_reason_file"),
    path("verify-reason", statements.verify_reason, name="verify_reason"),
    path(".well-known/ankang-keys.json", statements.keys, name="statement_keys"),
]
