"""The rulebook: what is in force, every version, one version as a table, differences, and the page everybody may read."""

from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ankang.base.approvals import approval_context
from ankang.base.models import Approval, Region
from ankang.base.permissions import may, public, requires
from ankang.core.rules import load, shipped
from ankang.trust.keyring import keyring

from ..forms import Moment
from ..models import DryRun, Recolouring, RuleRelease
from ..services.release_lookup import may_edit, newest_approved, next_to_come, release_of, verify_release
from ..services.releases import SUBJECT, fresh_dry_run
from ..services.rule_diffs import diff_lines, diff_releases
from ..services.rule_texts import check_text, province
from ..services.rulebook import release_at, shipped_text
from .rules_rows import diff_rows, examples_of, general_faults, rows_of, warnings_of

ROWS_A_PAGE = 60


@requires("rules.view")
@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """In force now, next to come, drafts and proposals, and every version there was."""
    now = timezone.now()
    versions = RuleRelease.objects.defer("text").order_by("-pk")
    kept = Paginator(versions.exclude(state__in=["draft", "submitted"]), 30).get_page(request.GET.get("page"))
    current = release_at(now)
    bases = [(str(one.pk), f"{one.name}/{one.version}") for one in versions.exclude(state="draft")[:50]]
    return page(
        request,
        "health/rules_list.html",
        title=_("Colour rules"),
        current=current,
        current_rules=len(load(current.text).rules),
        current_valid=verify_release(current),
        coming=next_to_come(now),
        open=with_places(versions.filter(state__in=["draft", "submitted"])[:100]),
        kept=kept,
        kept_rows=with_places(kept),
        bases=bases,
        shipped=[(name, load(shipped_text(name)).file.title.word(lang_of())) for name in shipped()],
        may_draft=may(request.user, "rules.edit"),
    )


@requires("rules.view")
@require_safe
def rule_release(request: HttpRequest, number: int) -> HttpResponse:
    """One version: its rules, warnings, examples, dry run, approval, and what it changes."""
    return release_page(request, release_of(number))


def release_page(request: HttpRequest, release: RuleRelease, status: int = 200, **more: Any) -> HttpResponse:
    """The page of one version, also after a refused submission (``moment_faults``, ``refused``)."""
    now, lang = timezone.now(), lang_of()
    checked = check_text(release.text, province())
    rows = Paginator(rows_of(release.text, checked, lang), ROWS_A_PAGE).get_page(request.GET.get("page"))
    base, newest = release.base, newest_approved()
    editable = may_edit(release, request.user)
    context = {
        "title": _("Rule set %s") % f"{release.name}/{release.version}",
        "release": release,
        "place": place_of(release.region),
        "checked": checked,
        "title_words": checked.rule_set.file.title.word(lang) if checked.rule_set else "",
        "faults": general_faults(checked, lang),
        "warnings": warnings_of(checked, lang),
        "rows": rows,
        "examples": examples_of(checked, lang),
        "examples_right": sum(checked.examples),
        "examples_wrong": len(checked.examples) - sum(checked.examples),
        "digest": bytes(release.digest).hex(),
        "signature": bytes(release.signature).hex() if release.signature is not None else "",
        "valid": verify_release(release),
        "base": base,
        "outdated": release.state in ("draft", "submitted") and base != newest,
        "newest": newest,
        "diff": diff_rows(diff_releases(base.text, release.text), lang) if base and base.text != release.text else [],
        "is_draft": release.state == "draft",
        "may_edit": editable,
        "may_withdraw": editable and release.state == "approved" and release == newest and _later(release, now),
        "dry_run": _shown_dry_run(release),
        "dry_run_subject": SUBJECT,
        "dry_run_reference": str(release.pk),
        "dry_run_counts": fresh_dry_run(release, now) is not None,
        "wanted": Moment(required=False).widget.render("wanted_at", request.POST.get("wanted_at", ""), {"id": "wanted-at"}),
        "recolourings": Recolouring.objects.filter(cause=SUBJECT, reference=str(release.pk)).order_by("-pk"),
        **approval_context(Approval.objects.filter(pk=release.approval).first(), request.user),
        **more,
    }
    return page(request, "health/rules_release.html", status, **context)


@requires("rules.view")
@require_safe
def diff(request: HttpRequest, number: int) -> HttpResponse:
    """What changes from another version (``with``; left out: the one it was begun from) to this one."""
    release, lang = release_of(number), lang_of()
    other = release_of(request.GET["with"]) if request.GET.get("with") else release.base or release
    versions = RuleRelease.objects.defer("text").order_by("-pk")[:100]
    return page(
        request,
        "health/rules_diff.html",
        title=_("Rule set %s") % f"{release.name}/{release.version}",
        release=release,
        other=other,
        diff=diff_rows(diff_releases(other.text, release.text), lang),
        lines=[(line[:1], line) for line in diff_lines(other.text, release.text)],
        versions=versions,
    )


@requires("rules.view")
@require_safe
def toml(request: HttpRequest, number: int) -> HttpResponse:
    """The text as a file, byte for byte as it was signed."""
    release = release_of(number)
    response = HttpResponse(release.text.encode(), content_type="application/toml; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="rules-{release.pk}-v{release.version}.toml"'
    return response


@public("everybody may read the rules that colour them")
@require_safe
def rules_in_force(request: HttpRequest) -> HttpResponse:
    """The rules in force, for everybody, to read and to print; with version, digest, signature and key."""
    now, lang = timezone.now(), lang_of()
    release = release_at(now)
    checked = check_text(release.text, "")
    assert checked.rule_set is not None
    context = {
        "release": release,
        "file": checked.rule_set.file,
        "title_words": checked.rule_set.file.title.word(lang),
        "rows": rows_of(release.text, checked, lang),
        "digest": bytes(release.digest).hex(),
        "signature": bytes(release.signature or b"").hex(),
        "key": keyring().statement_keys().get(release.kid or 0, b"").hex(),
        "valid": verify_release(release),
        "coming": next_to_come(now),
    }
    return render(request, "health/rules_public.html", context)


def page(request: HttpRequest, template: str, status: int = 200, **context: Any) -> HttpResponse:
    """A page of the console."""
    return TemplateResponse(request, template, {**admin.site.each_context(request), **context}, status=status)


def lang_of() -> str:
    """The reader's language."""
    return get_language() or "zh-hans"


def place_of(code: str) -> str:
    """The name of a region in the reader's language."""
    region = Region.objects.filter(pk=code).first()
    if region is None:
        return code
    return region.name if lang_of().startswith("zh") else region.name_en or region.name


def with_places(releases: Any) -> list[tuple[RuleRelease, str]]:
    """Releases, each with the name of the region that proposes it."""
    found = list(releases)
    names = {code: place_of(code) for code in {one.region for one in found}}
    return [(one, names[one.region]) for one in found]


def _shown_dry_run(release: RuleRelease) -> DryRun | None:
    """The last dry run of this text, or of an earlier one of this draft."""
    runs = DryRun.objects.filter(subject=SUBJECT, reference=str(release.pk)).order_by("-asked_at", "-pk")
    return runs.filter(digest=bytes(release.digest)).first() or runs.first()


def _later(release: RuleRelease, now: Any) -> bool:
    return release.effective_at is not None and release.effective_at > now
