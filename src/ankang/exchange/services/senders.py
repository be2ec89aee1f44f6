"""Who sends: the right to it, the organisation and the region; and whose batches somebody may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from ankang.base.errors import NotAllowed, NotFound
from ankang.base.permissions import ROLES, may, regions_where
from ankang.base.services import region_codes_below
from ankang.places.models import Organisation

from ..errors import NoRegion
from ..kinds import all_kinds
from ..models import Agent, Batch

SEND, VIEW = "feeds.send", "feeds.view"


@dataclass(frozen=True)
class Sender:
    """A member of staff, or a machine that acts for one."""

    user: int
    name: str
    organisation: str
    region: str
    agent: int | None


def sender_of(by: Any, feed: str, now: datetime, region: str | None = None, agent: Agent | None = None) -> Sender:
    """Who sends, narrowed to ``region`` when one is named. Raises NotAllowed, NoRegion."""
    if not may(by, SEND) or (agent is not None and not _agent_may(agent, feed, now)):
        raise NotAllowed(details={"permission": SEND})
    own = all_kinds()[feed].permission
    if not concerns(by, feed):
        raise NotAllowed(details={"permission": own or SEND})
    if agent is not None:
        return Sender(by.pk, f"{agent.label} ({_name(by)})", agent.organisation, agent.region_id, agent.pk)
    tops = regions_where(by, own or SEND)
    if region is not None and region not in region_codes_below(tops):
        raise NoRegion(details={"region": region})
    if not tops:
        raise NoRegion()
    return Sender(by.pk, _name(by), organisation_of(by), region or tops[0], None)


def organisation_of(by: Any) -> str:
    """The name of the organisation for which ``by`` sends; the member of staff's own name when no duty names one."""
    numbers = [duty.office for duty in by.duties.all() if SEND in ROLES.get(duty.role, frozenset())]
    found = Organisation.objects.filter(pk__in=[number for number in numbers if number]).order_by("pk").first()
    return found.name if found else _name(by)


def batches_of(user: Any, permission: str = VIEW) -> "QuerySet[Batch]":
    """The batches of the regions where ``user`` holds ``permission``, newest first."""
    mine = Batch.objects.filter(region__in=reach(user, permission)).exclude(feed__in=closed_feeds(user))
    return mine.order_by("-created_at", "-pk")


def closed_feeds(user: Any) -> list[str]:
    """The feeds of other offices: sections that ``user`` has no duty for, and evidence for who has a section only."""
    return [slug for slug in all_kinds() if not concerns(user, slug)]


def concerns(user: Any, feed: str) -> bool:
    """Whether a duty of ``user`` is about this feed: an officer of a section of the archive sends and sees that section."""
    permissions = [ROLES.get(duty.role, frozenset()) for duty in user.duties.all()]
    own = all_kinds()[feed].permission
    if own:
        return any(own in held for held in permissions)
    sections = {kind.permission for kind in all_kinds().values() if kind.permission}
    return any({SEND, VIEW, "feeds.approve"} & held and not sections & held for held in permissions)


def batch_of(user: Any, batch: int, permission: str = VIEW) -> Batch:
    """One of them. Raises NotFound."""
    found = batches_of(user, permission).filter(pk=batch).first()
    if found is None:
        raise NotFound()
    return found


def own_batch(by: Any, batch: int, now: datetime, agent: Agent | None = None) -> Batch:
    """The batch, locked, that this very sender began. Raises NotFound, NotAllowed."""
    found = Batch.objects.select_for_update().filter(pk=batch, sender=by.pk, agent=agent).first()
    if found is None:
        raise NotFound()
    if not may(by, SEND) or (agent is not None and not _agent_may(agent, found.feed, now)):
        raise NotAllowed(details={"permission": SEND})
    return found


def sent_batch(by: Any, batch: int) -> Batch:
    """The batch, locked, of a region where ``by`` may send. Raises NotFound."""
    found = Batch.objects.select_for_update().filter(pk=batch, region__in=reach(by, SEND)).first()
    if found is not None and found.feed in closed_feeds(by):
        raise NotFound()
    if found is None:
        raise NotFound()
    return found


def reach(user: Any, permission: str) -> Sequence[str]:
    """The region codes in which ``user`` holds ``permission``."""
    return region_codes_below(regions_where(user, permission))


def _agent_may(agent: Agent, feed: str, now: datetime) -> bool:
    return feed in agent.feeds and agent.revoked_at is None and agent.expires_at > now


def _name(by: Any) -> str:
    return str(by.get_full_name() or by.username)
