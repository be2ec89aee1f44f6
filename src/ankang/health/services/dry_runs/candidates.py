"""What a dry run tries out: a rule set, areas, or evidence that is not on file. Each subject is named once.

A room that has a subject of its own adds it to :data:`CANDIDATES` and :data:`SOURCES` in its ``AppConfig.ready``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ankang.base.errors import NotFound
from ankang.base.limits import is_number
from ankang.core.evidence_kinds import Evidence
from ankang.core.rules import Area, RuleSet, load

from ...models import DryRun, RuleRelease


@dataclass(frozen=True)
class Candidate:
    """What counts in the dry run: these rules; these areas, or those on file; this evidence beside that on file.

    ``own_rules``: the rules themselves are on trial, so their worked examples are executed too.
    """

    rule_set: RuleSet
    areas: Sequence[Area] | None = None
    extra: Mapping[int, Sequence[Evidence]] | None = None
    own_rules: bool = False


@dataclass(frozen=True)
class Source:
    """A candidate as it stands now: its SM3, its text (empty when :data:`CANDIDATES` does not need one), and the
    moment it is wanted for (None: now).
    """

    digest: bytes
    text: str = ""
    moment: datetime | None = None


CANDIDATES: dict[str, Callable[[DryRun], Candidate]] = {}
"""By subject: makes the candidate of a dry run, each time anew. Raises RuleSetFault, NotFound."""

SOURCES: dict[str, Callable[[str], Source]] = {}
"""By subject: what is behind a reference at this moment. Raises NotFound."""

RIGHTS: dict[str, tuple[str, str]] = {
    "rule_set": ("rules.view", "rules.edit"),
    "area": ("areas.view", "areas.declare"),
    "feed_batch": ("feeds.view", "feeds.send"),
}
"""By subject: the permission to look, and the permission to ask, stop and resume."""


def _rule_set(run: DryRun) -> Candidate:
    return Candidate(load(run.text), own_rules=True)


def _release(reference: str) -> Source:
    release = (
        RuleRelease.objects.filter(pk=reference).first()
        if is_number(reference)
        else None
    )
    if release is None:
        raise NotFound()
    return Source(bytes(release.digest), release.text, release.wanted_at)


CANDIDATES["rule_set"] = _rule_set
SOURCES["rule_set"] = _release
