"""Agencies' own sign-in providers (OpenID Connect), entered by a security administrator within the reach."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.text import slugify

from ankang.base.errors import BadInput, NotFound

from ..models import OidcProvider
from .duties import check_duty
from .reach import EDIT, VIEW, check_reach, reach_of
from .trail import note

FIELDS = ("name", "issuer", "client_id", "second_factor", "active")


def providers_for(by: Any, permission: str = VIEW) -> QuerySet[OidcProvider]:
    """The providers in the reach of ``by``."""
    return OidcProvider.objects.filter(reach_of(by, permission)).order_by("name", "pk")


def save_provider(
    by: Any,
    now: datetime,
    *,
    pk: int | None = None,
    slug: str = "",
    region: str,
    organisation: int | None = None,
    secret: str = "",
    **fields: Any,
) -> OidcProvider:
    """Enter a provider, or change one (``pk``); an empty ``secret`` keeps the one on file. The secret is not on the trail.

    Raises BadInput, NotFound, OutsideReach.
    """
    check_duty("agency", region, organisation)
    check_reach(by, region, organisation)
    row = OidcProvider(slug=slugify(slug)[:40]) if pk is None else _fetch(pk, by)
    before = None if pk is None else _said(row)
    row.region_id, row.organisation = region, organisation
    for field in FIELDS:
        setattr(row, field, fields[field].strip() if isinstance(fields[field], str) else fields[field])
    row.issuer = row.issuer.rstrip("/")
    if secret.strip():
        row.secret = secret.strip()
    _check(row)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise BadInput(details={"fields": {"slug": "taken"}}) from None
    note("provider_changed" if pk else "provider_added", by, now, region=region, before=before, after=_said(row))
    return row


def _fetch(pk: int, by: Any) -> OidcProvider:
    found = providers_for(by, EDIT).select_for_update().filter(pk=pk).first()
    if found is None:
        raise NotFound()
    return found


def _check(row: OidcProvider) -> None:
    faults = {field: "required" for field in ("slug", "name", "client_id") if not getattr(row, field)}
    if not row.secret:
        faults["secret"] = "required"
    parts = urlsplit(row.issuer)
    near = parts.hostname in ("localhost", "127.0.0.1")
    if parts.scheme != "https" and not (parts.scheme == "http" and near) or parts.username or parts.query:
        faults["issuer"] = "https_address"
    if faults:
        raise BadInput(details={"fields": faults})


def _said(row: OidcProvider) -> dict[str, Any]:
    return {"slug": row.slug, "region": row.region_id, "organisation": row.organisation} | {
        field: getattr(row, field) for field in FIELDS
    }
