"""What an applicant has filled in so far: kept in the session, encrypted, so that no table holds a name in clear."""

import json
from base64 import b64decode, b64encode
from typing import Any

from django.http import HttpRequest

from ankang.core.sm import SealBroken
from ankang.trust.keyring import KeyMissing, keyring

Draft = dict[str, Any]


def read_draft(request: HttpRequest, name: str) -> Draft:
    """The draft ``name`` of this browser; empty if there is none or it cannot be opened any more."""
    sealed = request.session.get(f"draft.{name}")
    if sealed is None:
        return {}
    try:
        return dict(json.loads(keyring().unseal("people", b64decode(sealed), f"draft.{name}")))
    except (SealBroken, KeyMissing, ValueError):
        return {}


def write_draft(request: HttpRequest, name: str, draft: Draft) -> None:
    """Keep ``draft`` under ``name`` until the session ends."""
    sealed = keyring().seal("people", json.dumps(draft).encode(), f"draft.{name}")
    request.session[f"draft.{name}"] = b64encode(sealed).decode()


def drop_draft(request: HttpRequest, name: str) -> None:
    """Forget the draft."""
    request.session.pop(f"draft.{name}", None)


def remember_number(request: HttpRequest, phone: str) -> None:
    """Let the demonstration's on-screen phone show this number's messages."""
    write_draft(request, "demo_phone", {"phone": phone})


def remembered_number(request: HttpRequest) -> str:
    """The number the on-screen phone shows; empty before any was used."""
    return str(read_draft(request, "demo_phone").get("phone", ""))
