"""Moving organisations and checkpoints in the tree: paths of the whole subtree follow, and nobody comes to lie below himself."""

from datetime import datetime
from typing import Any

from django.db import connection

from ankang.base.errors import NotFound
from ankang.base.services import bump_revision

from ..errors import NameTaken, UnderItself
from ..models import Checkpoint, CheckpointEvent, Organisation
from .organisations import organisations_of

_LOCK = 0x616B7472
"""Advisory lock of whoever changes the tree's shape, so that two moves never see half of each other."""
_FOLLOW = """
UPDATE places_organisation SET path = %s || substr(path, length(%s) + 1) WHERE path LIKE %s || '%%'
"""


def lock_tree() -> None:
    """Whoever changes who lies below whom holds this until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def move_organisation(pk: int, parent: int | None, by: Any, now: datetime) -> Organisation:
    """Put an organisation with all below it under another parent (None: at the top; only the system does that).

    Both must be in ``by``'s reach. Raises NotFound, UnderItself, NameTaken (the new parent has one of this name).
    """
    lock_tree()
    reach = organisations_of(by, "checkpoints.edit")
    moved = reach.filter(pk=pk).first()
    above = reach.filter(pk=parent).first() if parent is not None else None
    if moved is None or (above is None and (parent is not None or by is not None)):
        raise NotFound(details={"organisation": pk if moved is None else parent})
    if above is not None and above.path.startswith(moved.path):
        raise UnderItself(details={"organisation": pk, "parent": parent})
    if Organisation.objects.filter(parent=above, name=moved.name).exclude(pk=pk).exists():
        raise NameTaken(details={"name": moved.name})
    old, new = moved.path, f"{above.path if above else '/'}{pk}/"
    Organisation.objects.filter(pk=pk).update(parent=above)
    with connection.cursor() as cursor:
        cursor.execute(_FOLLOW, [new, old, old])
    bump_revision("places")
    moved.refresh_from_db()
    return moved


def move_checkpoint_to(pk: int, organisation: int, reason: str, by: Any, now: datetime) -> Checkpoint:
    """Give a checkpoint to another organisation. Its posters stay good: they name the checkpoint. Raises NotFound, NameTaken."""
    reach = organisations_of(by, "checkpoints.edit")
    door = Checkpoint.objects.select_for_update().filter(pk=pk, organisation__in=reach).first()
    home = reach.filter(pk=organisation).first()
    if door is None or home is None:
        raise NotFound(details={"checkpoint": pk, "organisation": organisation})
    if Checkpoint.objects.filter(organisation=home, name=door.name).exclude(pk=pk).exists():
        raise NameTaken(details={"name": door.name})
    before = door.organisation_id
    Checkpoint.objects.filter(pk=pk).update(organisation=home)
    note_event(pk, "moved", {"from": before, "to": home.pk}, reason, by, now)
    bump_revision("places")
    door.refresh_from_db()
    return door


def note_event(checkpoint: int, kind: str, detail: dict[str, Any], reason: str, by: Any, now: datetime) -> None:
    """Put on record what was done to a checkpoint, by whom and why."""
    CheckpointEvent.objects.create(
        checkpoint_id=checkpoint,
        kind=kind,
        detail=detail,
        reason=reason.strip()[:500],
        by=getattr(by, "pk", None),
        by_name=(by.get_full_name() or by.username) if by is not None else "system",
        at=now,
    )
