"""Tokens for machines that send by themselves: issued (shown once), listed, withdrawn."""

from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ankang.base.permissions import requires

from ..forms import TokenForm
from ..models import Agent
from ..services import agents_of, feed_kinds, feeds_for, issue_agent, revoke_agent
from .feeds import page_of, sending_of


@requires("feeds.send")
def tokens(request: HttpRequest) -> HttpResponse:
    """My tokens, and a form for a new one; the new token is on this answer alone."""
    form = TokenForm(feeds_for(request.user), request.POST if request.method == "POST" else None)
    issued = None
    if request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data
        region = request.POST.get("region") or None
        issued = issue_agent(
            wanted["label"], wanted["feeds"], request.user, timezone.now(), days=wanted["days"], region=region
        )
    lang, now = get_language() or "zh-hans", timezone.now()
    words = {kind.slug: kind.word(lang) for kind in feed_kinds()}
    context = {
        "title": _("Tokens for machines"),
        "form": form if issued is None else TokenForm(feeds_for(request.user)),
        "issued": issued,
        "address": settings.ANKANG_PUBLIC_URL,
        "rows": [
            (agent, [words.get(feed, feed) for feed in agent.feeds], _ended(agent, now))
            for agent in agents_of(request.user)
        ],
        **sending_of(request),
    }
    return page_of(request, "exchange/tokens.html", context, 422 if form.errors else 200)


@requires("feeds.send")
@require_POST
def revoke_token(request: HttpRequest, number: int) -> HttpResponse:
    """End it at once; what it sent stays."""
    agent = revoke_agent(number, request.user, timezone.now())
    messages.success(request, _("“%s” is withdrawn; it can send nothing any more.") % agent.label)
    return redirect("exchange:tokens")


def _ended(agent: Agent, now: datetime) -> str:
    """Why a token works no more; empty while it works."""
    if agent.revoked_at is not None:
        return _("token withdrawn")
    return _("expired") if agent.expires_at <= now else ""
