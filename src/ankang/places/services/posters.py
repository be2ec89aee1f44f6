"""Posters: the printed, SM2-signed place code of a checkpoint as a QR picture."""

from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO

import segno

from ankang.core import place_codes
from ankang.trust.keyring import keyring

from ..models import Checkpoint
from ..rules import type_word


@dataclass(frozen=True)
class Poster:
    """One printable page: the checkpoint, its type in both languages, the code's address, its QR as SVG."""

    checkpoint: Checkpoint
    type_zh: str
    type_en: str
    address: str
    qr: str


def place_url(checkpoint: Checkpoint, public_url: str) -> str:
    """The address that any phone's camera opens; signed anew each time, valid for the present edition."""
    ring = keyring()
    text = place_codes.printed(
        checkpoint.pk,
        checkpoint.type,
        ring.newest("code_sign").kid,
        checkpoint.generation,
        ring.code_signer(),
    )
    return f"{public_url}/p/{text}"


def qr_svg(text: str, label: str = "QR", border: int = 4) -> str:
    """``text`` as an inline SVG that scales with its box; black on white, ``border`` modules around it."""
    picture = BytesIO()
    segno.make(text, error="m", micro=False).save(
        picture,
        kind="svg",
        xmldecl=False,
        svgns=True,
        omitsize=True,
        light="#fff",
        title=label,
        border=border,
    )
    return picture.getvalue().decode()


def posters_of(checkpoints: Iterable[Checkpoint], public_url: str) -> list[Poster]:
    """The posters of ``checkpoints``, in their order."""
    return [_poster(checkpoint, place_url(checkpoint, public_url)) for checkpoint in checkpoints]


def _poster(checkpoint: Checkpoint, address: str) -> Poster:
    return Poster(
        checkpoint=checkpoint,
        type_zh=type_word(checkpoint.type, "zh"),
        type_en=type_word(checkpoint.type, "en"),
        address=address,
        qr=qr_svg(address, checkpoint.name, border=1),
    )
