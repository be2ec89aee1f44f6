"""HTTP of agencies' own sign-in providers (OpenID Connect): list, enter, change, switch off."""

from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from ankang.base.api.paging import Page, PageIn, page_of
from ankang.base.api.shapes import Given, Number
from ankang.base.errors import NotFound
from ankang.base.permissions import requires, sensitive

from .models import OidcProvider
from .services import providers_for, save_provider

router = Router(tags=["staff"])


class ProviderIn(Given):
    """A provider; an empty ``secret`` keeps the one on file. ``second_factor``: it asks for one itself and says so."""

    name: Annotated[str, Field(min_length=1, max_length=100, examples=["公安厅"])]
    region: Annotated[str, Field(max_length=20, examples=["34"])]
    organisation: Number | None = None
    issuer: Annotated[str, Field(max_length=500, examples=["https://id.example.gov.cn"])]
    client_id: Annotated[str, Field(min_length=1, max_length=190)]
    secret: Annotated[str, Field(max_length=500)] = ""
    second_factor: bool = False


class NewProviderIn(ProviderIn):
    """The same with its short name in addresses."""

    slug: Annotated[str, Field(max_length=40, pattern="^[a-z0-9-]+$", examples=["police"])]


class ProviderOut(Schema):
    """A provider, without its secret."""

    number: int
    slug: str
    name: str
    region: str
    organisation: int | None
    issuer: str
    client_id: str
    second_factor: bool
    active: bool


@router.get("staff/providers", response=Page[ProviderOut])
@requires("staff.view")
def list_providers(request: HttpRequest, wanted: Query[PageIn]) -> Any:
    """The providers in my reach, by name."""
    return page_of(providers_for(request.user), ("name", "pk"), wanted, _provider, "staff.providers")


@router.post("staff/providers", response={201: ProviderOut})
@requires("staff.edit")
@sensitive
def post_provider(request: HttpRequest, body: NewProviderIn) -> Any:
    """Enter a provider; in use at once. Errors: not_found, outside_reach."""
    return 201, _provider(save_provider(request.user, timezone.now(), active=True, **body.dict()))


@router.put("staff/providers/{number}", response=ProviderOut)
@requires("staff.edit")
@sensitive
def put_provider(request: HttpRequest, number: Number, body: ProviderIn) -> Any:
    """Change a provider. Errors: outside_reach."""
    active = _found(request, number).active
    return _provider(save_provider(request.user, timezone.now(), pk=number, active=active, **body.dict()))


@router.post("staff/providers/{number}/off", response=ProviderOut)
@requires("staff.edit")
@sensitive
def post_off(request: HttpRequest, number: Number) -> Any:
    """Nobody signs in with it any more. Errors: outside_reach."""
    return _provider(_switch(request, number, active=False))


@router.post("staff/providers/{number}/on", response=ProviderOut)
@requires("staff.edit")
@sensitive
def post_on(request: HttpRequest, number: Number) -> Any:
    """In use again. Errors: outside_reach."""
    return _provider(_switch(request, number, active=True))


def _switch(request: HttpRequest, number: int, active: bool) -> OidcProvider:
    row = _found(request, number)
    said = {name: getattr(row, name) for name in ("name", "issuer", "client_id", "second_factor", "organisation")}
    return save_provider(request.user, timezone.now(), pk=number, region=row.region_id, active=active, **said)


def _found(request: HttpRequest, number: int) -> OidcProvider:
    row = providers_for(request.user, "staff.edit").filter(pk=number).first()
    if row is None:
        raise NotFound()
    return row


def _provider(row: OidcProvider) -> dict[str, Any]:
    names = ("slug", "name", "organisation", "issuer", "client_id", "second_factor", "active")
    return {"number": row.pk, "region": row.region_id, **{name: getattr(row, name) for name in names}}
