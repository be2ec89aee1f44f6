"""Use cases of keys: make, rotate, prepare days, destroy days (G1, G5)."""

import secrets
from datetime import date, datetime, timedelta

from ankang.config.keys import RootKey
from ankang.config.settings import load_settings
from ankang.core.epochs import day_of, epoch_of
from ankang.core.sm import sm2_generate

from . import keyring
from .models import DayKey, Key

ALGORITHMS = {
    "code_sign": "SM2",
    "credential": "HMAC-SM3",
    "epoch": "HMAC-SM3",
    "place": "HMAC-SM3",
    "blind": "HMAC-SM3",
    "card": "HMAC-SM3",
    "ride_authority": "SM2",
    "ride_issuer": "SM2",
    "statement_sign": "SM2",
    "data:archive": "SM4-GCM",
    "data:base": "SM4-GCM",
    "data:exchange": "SM4-GCM",
    "data:people": "SM4-GCM",
}
ROTATABLE = frozenset(
    {"code_sign", "ride_authority", "ride_issuer", "statement_sign", "data:archive", "data:base", "data:exchange", "data:people"}
)
DAYS_BEHIND = 8
DAYS_AHEAD = 14
ANNOUNCED = {"code_sign": timedelta(seconds=5)}
"""How long a new key is known before it is used. Gates read new keys within a second; a gate that signs with a key another
gate has not seen would have its codes refused there."""


class NotRotatable(Exception):
    """A key of this purpose cannot be replaced while data depends on it."""


def ensure_keys(now: datetime) -> list[str]:
    """Make the root key and one key of every purpose that has none; returns the purposes made. Idempotent."""
    path = load_settings().keys_folder / "root.key"
    has_keys = Key.objects.exists()
    root = RootKey.from_file(path) if has_keys else RootKey.create(path)
    made = [purpose for purpose in ALGORITHMS if not Key.objects.filter(purpose=purpose).exists()]
    for purpose in made:
        _store(root, purpose, 1, now)
    ensure_day_keys(now)
    keyring.forget()
    return made


def rotate_key(purpose: str, now: datetime) -> int:
    """Make the next key of ``purpose``; older ones still read. Returns its kid.

    Gates notice it by themselves within a second (gate.tables.REVISIONS); a pass is signed with it five seconds later.

    Raises NotRotatable for purposes whose values are derived for ever (blind index, epochs, credentials).
    """
    if purpose not in ROTATABLE:
        raise NotRotatable(purpose)
    newest = Key.objects.filter(purpose=purpose).order_by("-kid").first()
    kid = (newest.kid if newest else 0) + 1
    _store(keyring.root_key(), purpose, kid, now + ANNOUNCED.get(purpose, timedelta()))
    keyring.forget()
    return kid


def ensure_day_keys(now: datetime, behind: int = DAYS_BEHIND, ahead: int = DAYS_AHEAD) -> list[date]:
    """Make the pseudonym keys of the days around ``now`` that have none; returns the days made. Idempotent."""
    today = day_of(epoch_of(now.timestamp()))
    wanted = [today + timedelta(days=offset) for offset in range(-behind, ahead + 1)]
    known = set(DayKey.objects.filter(day__gte=wanted[0], day__lte=wanted[-1]).values_list("day", flat=True))
    missing = [day for day in wanted if day not in known]
    root = keyring.root_key()
    rows = [
        DayKey(day=day, secret=root.seal(secrets.token_bytes(16), f"day:{day.isoformat()}"), created_at=now)
        for day in missing
    ]
    DayKey.objects.bulk_create(rows, ignore_conflicts=True)
    return missing


def destroy_day_key(day: date, now: datetime) -> bool:
    """Destroy the pseudonym key of ``day``; True when this call destroyed it. It can never come back."""
    changed = DayKey.objects.filter(day=day, secret__isnull=False).update(secret=None, destroyed_at=now)
    return changed == 1


def _store(root: RootKey, purpose: str, kid: int, now: datetime) -> None:
    public = None
    if ALGORITHMS[purpose] == "SM2":
        secret, public = sm2_generate()
    else:
        secret = secrets.token_bytes(16 if purpose.startswith("data:") else 32)
    sealed = root.seal(secret, f"{purpose}:{kid}")
    Key.objects.create(
        purpose=purpose, kid=kid, alg=ALGORITHMS[purpose], secret=sealed, public=public, not_before=now
    )
