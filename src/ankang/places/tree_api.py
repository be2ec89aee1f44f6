"""HTTP of the tree: organisations, checkpoints and devices within the reader's reach (B1, B3)."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from ankang.base.api.paging import Page, PageIn, page_of
from ankang.base.api.shapes import Given, Number, Short
from ankang.base.api.versions import check_unchanged, tagged
from ankang.base.errors import BadInput, NotFound
from ankang.base.permissions import requires
from ankang.core.policies import PLACE_TYPES

from .models import Checkpoint, Device, Organisation
from .services import (
    add_checkpoint,
    add_organisation,
    checkpoints_of,
    devices_of,
    edit_checkpoint,
    edit_organisation,
    enrol_device,
    fetch_checkpoint,
    fetch_device,
    move_checkpoint,
    organisations_of,
    renew_pairing,
    revoke_device,
)

router = Router(tags=["places"])
Slug = Annotated[str, Field(max_length=40, examples=["supermarket"])]


class FindIn(PageIn):
    """``q`` searches names."""

    q: Short = ""


class OrganisationIn(Given):
    """A unit below ``parent``; ``kind``: city, town, site, building, unit."""

    name: Short
    name_en: Short = ""
    kind: Literal["city", "town", "site", "building", "unit"] = "unit"
    parent: Number


class NamesIn(Given):
    """Other names."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    name_en: Short = ""


class OrganisationOut(Schema):
    """A unit of the tree; ``path`` lists the numbers from the top down to it."""

    number: int
    name: str
    name_en: str
    kind: str
    region: str
    parent: int | None
    path: str


class CheckpointIn(Given):
    """A door of an organisation of mine; ``type``: the slug of its type of place (see ``/policies``)."""

    organisation: Number
    name: Short
    name_en: Short = ""
    type: Slug
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None


class CheckpointEditIn(Given):
    """A new type voids the posters."""

    name: Short
    name_en: Short = ""
    type: Slug


class CheckpointOut(Schema):
    """A door; ``edition``: of its poster."""

    number: int
    organisation: int
    name: str
    name_en: str
    type: str
    state: str
    edition: int
    hours: str
    closed_from: datetime | None
    closed_until: datetime | None


class StateIn(Given):
    """Where it shall be."""

    state: Literal["planned", "built", "in_use", "closed"]


class DeviceIn(Given):
    """A device at a checkpoint, or at an organisation for all its doors (one of the two)."""

    name: Short
    kind: Literal["scanner", "turnstile", "gate", "access_control", "thermometer", "kiosk"] = "scanner"
    checkpoint: Number | None = None
    organisation: Number | None = None
    lane: Annotated[str, Field(max_length=40)] = ""


class DeviceOut(Schema):
    """A device."""

    number: int
    name: str
    kind: str
    lane: str
    organisation: int
    checkpoint: int | None
    enrolled_at: datetime | None
    revoked_at: datetime | None


class PairingOut(Schema):
    """What the device is paired with, once, before ``expires_at``."""

    device: int
    pairing: str
    expires_at: datetime


@router.get("organisations", response=Page[OrganisationOut])
@requires("checkpoints.view")
def list_organisations(request: HttpRequest, wanted: Query[FindIn]) -> Any:
    """The organisations of my reach."""
    rows = _named(organisations_of(request.user, "checkpoints.view"), wanted.q)
    return page_of(rows, ("pk",), wanted, _organisation, "organisations")


@router.post("organisations", response={201: OrganisationOut})
@requires("checkpoints.edit")
def post_organisation(request: HttpRequest, body: OrganisationIn) -> Any:
    """A unit below one of mine. Errors: name_taken, not_found."""
    parent = _organisation_of(request, body.parent)
    with transaction.atomic():
        made = add_organisation(body.name, body.kind, parent.region_id, parent, body.name_en, request.user)
    return 201, _organisation(made)


@router.get("organisations/{number}", response=OrganisationOut)
@requires("checkpoints.view")
def get_organisation(request: HttpRequest, response: HttpResponse, number: Number) -> Any:
    """An organisation of my reach; ``ETag`` for an edit."""
    return tagged(response, _organisation(_organisation_of(request, number, "checkpoints.view")))


@router.put("organisations/{number}", response=OrganisationOut)
@requires("checkpoints.edit")
def put_organisation(request: HttpRequest, response: HttpResponse, number: Number, body: NamesIn) -> Any:
    """Rename a unit, with ``If-Match`` only as it was read. Errors: name_taken, changed_meanwhile."""
    _organisation_of(request, number)
    unit = Organisation.objects.select_for_update().get(pk=number)
    check_unchanged(request, _organisation(unit))
    return tagged(response, _organisation(edit_organisation(unit, body.name, body.name_en, request.user)))


@router.get("checkpoints", response=Page[CheckpointOut])
@requires("checkpoints.view")
def list_checkpoints(request: HttpRequest, wanted: Query[FindIn]) -> Any:
    """The checkpoints of my reach."""
    rows = _named(checkpoints_of(request.user, "checkpoints.view"), wanted.q)
    return page_of(rows, ("pk",), wanted, _checkpoint, "checkpoints")


@router.get("checkpoints/{number}", response=CheckpointOut)
@requires("checkpoints.view")
def get_checkpoint(request: HttpRequest, response: HttpResponse, number: Number) -> Any:
    """A checkpoint of my reach; ``ETag`` for an edit."""
    return tagged(response, _checkpoint(fetch_checkpoint(number, request.user)))


@router.post("checkpoints", response={201: CheckpointOut})
@requires("checkpoints.edit")
def post_checkpoint(request: HttpRequest, body: CheckpointIn) -> Any:
    """Enter a door; planned at first. Errors: name_taken, not_found."""
    home = _organisation_of(request, body.organisation)
    where = {"latitude": body.latitude, "longitude": body.longitude}
    return 201, _checkpoint(add_checkpoint(home, body.name, _type(body.type), body.name_en, **where))


@router.put("checkpoints/{number}", response=CheckpointOut)
@requires("checkpoints.edit")
def put_checkpoint(request: HttpRequest, response: HttpResponse, number: Number, body: CheckpointEditIn) -> Any:
    """Change name or type, with ``If-Match`` only as it was read.

    Errors: name_taken, poster_editions_used_up, changed_meanwhile.
    """
    kind, door = _type(body.type), fetch_checkpoint(number, request.user, "checkpoints.edit")
    check_unchanged(request, _checkpoint(Checkpoint.objects.select_for_update().get(pk=door.pk)))
    edited = edit_checkpoint(number, request.user, type=kind, name=body.name, name_en=body.name_en)
    return tagged(response, _checkpoint(edited))


@router.post("checkpoints/{number}/state", response=CheckpointOut)
@requires("checkpoints.edit")
def post_state(request: HttpRequest, number: Number, body: StateIn) -> Any:
    """Built, in use, closed. Errors: checkpoint_move_refused."""
    return _checkpoint(move_checkpoint(number, body.state, request.user))


@router.get("devices", response=Page[DeviceOut])
@requires("devices.view")
def list_devices(request: HttpRequest, wanted: Query[FindIn]) -> Any:
    """The devices of my reach."""
    return page_of(_named(devices_of(request.user, "devices.view"), wanted.q), ("pk",), wanted, _device, "devices")


@router.post("devices", response={201: PairingOut})
@requires("devices.enrol")
def post_device(request: HttpRequest, body: DeviceIn) -> Any:
    """Enter a device; the answer has its pairing code. Errors: not_found."""
    by = request.user
    if (body.checkpoint is None) == (body.organisation is None):
        raise BadInput(details={"fields": {"checkpoint": "one_of_two"}})
    place: Checkpoint | Organisation
    if body.checkpoint is not None:
        place = fetch_checkpoint(body.checkpoint, by, "devices.enrol")
    else:
        place = _organisation_of(request, body.organisation or 0, "devices.enrol")
    return 201, _pairing(enrol_device(place, body.name, by, timezone.now(), body.kind, body.lane))


@router.post("devices/{number}/pairing", response={201: PairingOut})
@requires("devices.enrol")
def post_pairing(request: HttpRequest, number: Number) -> Any:
    """A new pairing code; the one before is void. Errors: device_revoked."""
    return 201, _pairing(renew_pairing(number, request.user, timezone.now()))


@router.delete("devices/{number}", response=DeviceOut)
@requires("devices.enrol")
def delete_device(request: HttpRequest, number: Number) -> Any:
    """Take the device's credential away for good; again: nothing changes."""
    revoke_device(number, request.user, timezone.now())
    return _device(fetch_device(number, request.user, "devices.enrol"))


def _named(rows: Any, words: str) -> Any:
    return rows.filter(name__icontains=words.strip()) if words.strip() else rows


def _organisation_of(request: HttpRequest, number: int, permission: str = "checkpoints.edit") -> Organisation:
    found = organisations_of(request.user, permission).filter(pk=number).first()
    if found is None:
        raise NotFound(details={"organisation": number})
    return found


def _type(slug: str) -> int:
    number = next((one.id for one in PLACE_TYPES.values() if one.slug == slug), None)
    if number is None:
        raise BadInput(details={"fields": {"type": "unknown"}})
    return number


def _organisation(row: Organisation) -> dict[str, Any]:
    names = ("name", "name_en", "kind", "path")
    return {"number": row.pk, "region": row.region_id, "parent": row.parent_id, **{name: getattr(row, name) for name in names}}


def _checkpoint(row: Checkpoint) -> dict[str, Any]:
    names = ("name", "name_en", "state", "hours", "closed_from", "closed_until")
    kind, home = PLACE_TYPES[row.type].slug, row.organisation_id
    return {"number": row.pk, "organisation": home, "type": kind, "edition": row.generation, **{name: getattr(row, name) for name in names}}


def _device(row: Device) -> dict[str, Any]:
    names = ("name", "kind", "lane", "enrolled_at", "revoked_at")
    where = {"organisation": row.organisation_id, "checkpoint": row.checkpoint_id}
    return {"number": row.pk, **where, **{name: getattr(row, name) for name in names}}


def _pairing(made: Any) -> dict[str, Any]:
    return {"device": made.device.pk, "pairing": made.token, "expires_at": made.expires_at}
