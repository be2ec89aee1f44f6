"""Checkpoints: enter, edit, open, close, void the posters. Gates follow by the revision of ``places``."""

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, QuerySet

from ankang.base.errors import BadInput, NotFound
from ankang.base.services import bump_revision
from ankang.core.policies import PLACE_TYPES

from ..errors import CheckpointMoveRefused, NameTaken, PosterEditionsUsedUp
from ..models import Checkpoint, Device, Organisation
from ..rules import MOST_GENERATIONS, MOVES, may_move
from .organisations import organisations_of, word_faults


def checkpoints_of(by: Any, permission: str) -> QuerySet[Checkpoint]:
    """The checkpoints on which ``by`` (a user; None is the system itself) holds ``permission``."""
    return Checkpoint.objects.filter(organisation__in=organisations_of(by, permission)).select_related("organisation")


def without_scanner(checkpoints: QuerySet[Checkpoint]) -> QuerySet[Checkpoint]:
    """Those of ``checkpoints`` in use that have no paired device of their own."""
    live = Device.objects.filter(checkpoint=OuterRef("pk"), revoked_at=None, enrolled_at__isnull=False)
    return checkpoints.filter(~Exists(live), state="in_use")


def fetch_checkpoint(pk: int, by: Any, permission: str = "checkpoints.view") -> Checkpoint:
    """The checkpoint, if ``by`` may; raises NotFound, which does not tell whether it exists elsewhere."""
    found = checkpoints_of(by, permission).filter(pk=pk).first()
    if found is None:
        raise NotFound(details={"checkpoint": pk})
    return found


def add_checkpoint(
    organisation: Organisation,
    name: str,
    type: int,
    name_en: str = "",
    state: str = "planned",
    site_no: int | None = None,
    latitude: float | None = None,
    longitude: float | None = None,
) -> Checkpoint:
    """Enter a checkpoint of place type ``type``. Raises NameTaken, BadInput (empty name, unknown type)."""
    _check(name, type)
    try:
        with transaction.atomic():
            made = Checkpoint.objects.create(
                organisation=organisation,
                name=name.strip(),
                name_en=name_en.strip(),
                type=type,
                state=state,
                site_no=site_no,
                latitude=latitude,
                longitude=longitude,
            )
    except IntegrityError as error:
        raise NameTaken(details={"name": name}) from error
    bump_revision("places")
    return made


def edit_checkpoint(pk: int, by: Any, *, type: int, name: str, **fields: Any) -> Checkpoint:
    """Change ``name``, ``type`` and any of ``name_en``, ``latitude``, ``longitude``.

    A new type voids the posters, because the type is part of the code printed on them.
    """
    _check(name, type)
    before = fetch_checkpoint(pk, by, "checkpoints.edit")
    try:
        with transaction.atomic():
            Checkpoint.objects.filter(pk=pk).update(name=name.strip(), type=type, **fields)
    except IntegrityError as error:
        raise NameTaken(details={"name": name}) from error
    if before.type != type:
        void_posters(pk, by)
    bump_revision("places")
    return Checkpoint.objects.get(pk=pk)


def move_checkpoint(pk: int, wanted: str, by: Any) -> Checkpoint:
    """Take the checkpoint to state ``wanted``; the row's own state is compared and set in one statement.

    Raises CheckpointMoveRefused, also for the slower of two who do the same.
    """
    fetch_checkpoint(pk, by, "checkpoints.edit")
    sources = [state for state in MOVES if may_move(state, wanted)]
    changed = Checkpoint.objects.filter(pk=pk, state__in=sources).update(state=wanted)
    now = Checkpoint.objects.get(pk=pk)
    if not changed:
        details = {"state": now.state, "wanted": wanted, "possible": list(MOVES[now.state])}
        raise CheckpointMoveRefused(details=details)
    bump_revision("places")
    return now


def void_posters(pk: int, by: Any) -> int:
    """Withdraw every poster printed so far; returns the new edition. Raises PosterEditionsUsedUp."""
    fetch_checkpoint(pk, by, "checkpoints.edit")
    rows = Checkpoint.objects.filter(pk=pk, generation__lt=MOST_GENERATIONS)
    if not rows.update(generation=F("generation") + 1):
        raise PosterEditionsUsedUp(details={"checkpoint": pk})
    bump_revision("places")
    return Checkpoint.objects.values_list("generation", flat=True).get(pk=pk)


def _check(name: str, type: int, name_en: str = "") -> None:
    faults = word_faults(name=name, name_en=name_en)
    if type not in PLACE_TYPES:
        faults["type"] = "unknown"
    if faults:
        raise BadInput(details={"fields": faults})
