"""Tokens for machines: 32 random bytes, kept as HMAC-SM3, for named feeds, with an end, and revocable (G1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db.models import QuerySet

from ankang.base.errors import BadInput, NotFound
from ankang.base.tokens import FEED, blind_of, new_token

from ..errors import AgentRefused
from ..models import Agent
from .kinds import feed_kind
from .senders import SEND, organisation_of, reach, sender_of

PREFIX = FEED
LONGEST_DAYS = 730


@dataclass(frozen=True)
class IssuedAgent:
    """A new token; ``token`` is shown this once and kept nowhere."""

    agent: Agent
    token: str


def issue_agent(
    label: str, feeds: Sequence[str], by: Any, now: datetime, days: int = 365, region: str | None = None
) -> IssuedAgent:
    """A token for ``feeds``; what it sends is sent in the name of ``by``, who therefore cannot approve it.

    Raises BadInput, FeedUnknown, NotAllowed, NoRegion.
    """
    faults = {"label": "required"} if not label.strip() else {}
    faults |= {"feeds": "required"} if not feeds else {}
    faults |= {"days": "out_of_range"} if not 1 <= days <= LONGEST_DAYS else {}
    if faults:
        raise BadInput(details={"fields": faults})
    sender = [sender_of(by, feed_kind(feed).slug, now, region) for feed in feeds][0]
    token = new_token(FEED)
    agent = Agent.objects.create(
        user=by.pk,
        user_name=sender.name,
        label=label.strip()[:100],
        organisation=organisation_of(by),
        region_id=sender.region,
        feeds=sorted({feed_kind(feed).slug for feed in feeds}),
        token_blind=blind_of(token),
        issued_at=now,
        expires_at=now + timedelta(days=days),
    )
    return IssuedAgent(agent, token)


def agent_of_token(token: str, now: datetime) -> tuple[Any, Agent]:
    """The member of staff behind a token, and the token's row. Raises AgentRefused."""
    agent = Agent.objects.filter(token_blind=blind_of(token), revoked_at=None, expires_at__gt=now).first()
    user = User.objects.filter(pk=agent.user, is_active=True).first() if agent else None
    if agent is None or user is None:
        raise AgentRefused()
    if agent.last_used_at is None or now - agent.last_used_at > timedelta(minutes=1):
        Agent.objects.filter(pk=agent.pk).update(last_used_at=now)
    return user, agent


def agents_of(user: Any) -> "QuerySet[Agent]":
    """The tokens of ``user``, newest first."""
    return Agent.objects.filter(user=user.pk).order_by("-issued_at")


def revoke_agent(agent: int, by: Any, now: datetime) -> Agent:
    """End a token of one's own, or of a region where one may send. Raises NotFound."""
    found = Agent.objects.filter(pk=agent).first()
    if found is None or (found.user != by.pk and found.region_id not in reach(by, SEND)):
        raise NotFound()
    Agent.objects.filter(pk=agent, revoked_at=None).update(revoked_at=now)
    found.refresh_from_db()
    return found


def end_agents_of(user: Any, now: datetime) -> None:
    """Whoever leaves takes the tokens along."""
    Agent.objects.filter(user=user.pk, revoked_at=None).update(revoked_at=now)
