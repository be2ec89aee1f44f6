"""HTTP shapes of places: a device pairs itself."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from ninja import Field, Router

from ankang.base.api.shapes import Given
from ankang.base.permissions import public
from ankang.core.policies import PLACE_TYPES

from .models import Checkpoint
from .place_api import router as place_router
from .policy_api import router as policy_router
from .posters_api import router as posters_router
from .rules import CREDENTIAL_DAYS, policy_words
from .services import Paired, pair_device
from .services.policy_book import policies_at
from .tree_api import router as tree_router

router = Router(tags=["places"])
router.add_router("", policy_router)
router.add_router("", tree_router)
router.add_router("", place_router)
router.add_router("", posters_router)
DEVICE_COOKIE = "ankang_device"


class PairingIn(Given):
    """``pairing`` is the QR's code, ``label`` what the device calls itself; ``bearer`` asks for the token."""

    pairing: str = Field(max_length=100)
    label: str = Field("", max_length=100)
    bearer: bool = False


@router.post("devices/pair", response=dict[str, Any], auth=None)
@public("the pairing code itself is the proof, made by staff for this one device")
def pair(request: HttpRequest, body: PairingIn) -> HttpResponse:
    """Pair a scanner: the credential is an HttpOnly cookie, and in the body only when asked for.

    Errors: pairing_unknown, pairing_used, pairing_expired, device_revoked.
    """
    paired = pair_device(body.pairing, body.label, timezone.now())
    response = JsonResponse(_answer(paired, body.bearer))
    response.set_cookie(
        DEVICE_COOKIE,
        paired.bearer,
        max_age=CREDENTIAL_DAYS * 86400,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Strict",
    )
    return response


def _answer(paired: Paired, with_bearer: bool) -> dict[str, Any]:
    device = paired.device
    answer: dict[str, Any] = {
        "device": device.pk,
        "name": device.name,
        "organisation": {"id": device.organisation_id, "name": device.organisation.name},
        "checkpoint": _checkpoint(device.checkpoint),
        "policy": policy_words(device.checkpoint.type, policies_at(timezone.now())) if device.checkpoint else None,
        "expires_at": _seconds(paired.expires_at),
    }
    return {**answer, "bearer": paired.bearer} if with_bearer else answer


def _checkpoint(checkpoint: Checkpoint | None) -> dict[str, Any] | None:
    if checkpoint is None:
        return None
    return {
        "id": checkpoint.pk,
        "name": checkpoint.name,
        "name_en": checkpoint.name_en,
        "type": PLACE_TYPES[checkpoint.type].slug,
        "state": checkpoint.state,
    }


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
