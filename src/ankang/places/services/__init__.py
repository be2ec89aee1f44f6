"""Use cases of places: the only door for other rooms."""

from .checkpoints import (
    add_checkpoint,
    checkpoints_of,
    edit_checkpoint,
    fetch_checkpoint,
    move_checkpoint,
    void_posters,
    without_scanner,
)
from .devices import (
    Paired,
    Pairing,
    devices_of,
    enrol_device,
    fetch_device,
    pair_device,
    renew_pairing,
    revoke_device,
)
from .ningguo import load_ningguo
from .organisations import add_organisation, edit_organisation, meant_by, organisations_of
from .policy_book import is_of_the_province, province
from .posters import Poster, place_url, posters_of, qr_svg

__all__ = [
    "Paired",
    "Pairing",
    "Poster",
    "add_checkpoint",
    "add_organisation",
    "checkpoints_of",
    "devices_of",
    "edit_checkpoint",
    "edit_organisation",
    "enrol_device",
    "fetch_checkpoint",
    "fetch_device",
    "is_of_the_province",
    "load_ningguo",
    "meant_by",
    "move_checkpoint",
    "organisations_of",
    "pair_device",
    "place_url",
    "posters_of",
    "province",
    "qr_svg",
    "renew_pairing",
    "revoke_device",
    "void_posters",
    "without_scanner",
]
