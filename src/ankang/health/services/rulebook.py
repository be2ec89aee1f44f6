"""Which rule set is in force at a moment: always exactly one, province-wide (Z20 3(一))."""

from datetime import UTC, datetime
from functools import lru_cache
from importlib import resources

from ankang.base.releases import Releases
from ankang.core.rules import DEFAULT, RuleSet, load
from ankang.core.sm import sm3

from ..errors import BaseOutdated, MomentNotPossible
from ..models import RuleRelease

BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)
_SIGNED = "ankang rule set\n{name}/{version}\n{effective_at}\n{digest}\n"


def release_at(moment: datetime) -> RuleRelease:
    """The release in force at ``moment``; an installation has one from its first day on (:func:`ensure_first_release`)."""
    return RELEASES.at(moment) or approved_first()


def rule_set_at(moment: datetime) -> RuleSet:
    """The checked rules in force at ``moment``; parsed once a process and release."""
    release = release_at(moment)
    return _parsed(release.text)


def approved_first() -> RuleRelease:
    """The oldest approved release: what is asked about earlier moments."""
    return RuleRelease.objects.filter(state__in=RuleRelease.APPROVED).earliest("effective_at")


def ensure_first_release(now: datetime) -> RuleRelease:
    """Put the shipped default into force if no rule set was ever approved here. Idempotent; needs the keys."""
    approved = RuleRelease.objects.filter(state__in=RuleRelease.APPROVED)
    first = approved.order_by("effective_at").first()
    if first is not None:
        return first
    text = shipped_text(DEFAULT)
    file = load(text).file
    release = RuleRelease(
        name=file.name,
        version=file.version,
        text=text,
        digest=sm3(text.encode()),
        state="published",
        region="34",
        author_name="ankang",
        note="shipped with the platform",
        created_at=now,
        updated_at=now,
        effective_at=BEGINNING,
    )
    RELEASES.sign(release)
    release.save()
    return release


def signed_words(release: RuleRelease) -> bytes:
    """What the signature of a release covers, as UTF-8 text."""
    assert release.effective_at is not None
    return _SIGNED.format(
        name=release.name,
        version=release.version,
        effective_at=release.effective_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        digest=bytes(release.digest).hex(),
    ).encode()


def one_at_a_time() -> bool:
    """Whoever approves, publishes or withdraws holds the first approved release until the end of the transaction."""
    RuleRelease.objects.select_for_update().get(pk=approved_first().pk)
    return True


RELEASES = Releases(RuleRelease, signed_words, one_at_a_time, BaseOutdated, MomentNotPossible)
sign_release = RELEASES.sign


def shipped_text(name: str) -> str:
    """The file of a rule set that ships with the platform, as text."""
    return resources.files("ankang.core.rules").joinpath(f"data/{name}.toml").read_text(encoding="utf-8")


@lru_cache(maxsize=64)
def _parsed(text: str) -> RuleSet:
    return load(text)
