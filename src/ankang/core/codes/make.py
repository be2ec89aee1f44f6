"""Making passes and codes: what the gate signs once a day and what the phone shows each minute."""

from ankang.core import base45
from ankang.core.codes.layout import (
    INDEX_SIZE,
    KIND_DYNAMIC,
    MAC_BYTES,
    NAME_MOST,
    PASS_LEAST,
    PREFIX,
    UNSEEN,
)
from ankang.core.colours import Colour
from ankang.core.epochs import STEPS
from ankang.core.sm import HmacSm3, Sm2Signer, hmac_sm3, kdf


def encode_header(
    kid: int, index: int, issued_at: int, colour: Colour, flags: int, anchor: bytes, name: str
) -> bytes:
    """The signed part of a pass, 28 to 37 bytes.

    ``index`` has 30 bits, ``flags`` must be 0 (reserved), ``anchor`` has 16 bytes, ``name`` is the masked
    name of at most 9 bytes in UTF-8. Anything else is a ``ValueError`` or ``OverflowError``.
    """
    written = name.encode()
    if not 0 <= index < INDEX_SIZE or flags or len(anchor) != 16 or len(written) > NAME_MOST:
        raise ValueError("index, flags, anchor or name do not fit the code")
    if UNSEEN.search(name):
        raise ValueError("a name in a code must be visible")
    return b"".join(
        (
            bytes((KIND_DYNAMIC, kid)),
            index.to_bytes(4, "big"),
            issued_at.to_bytes(4, "big"),
            bytes((colour,)),
            anchor,
            bytes((len(written),)),
            written,
        )
    )


def sign_pass(header: bytes, signer: Sm2Signer) -> bytes:
    """The day pass: header ‖ SM2 signature over the header (64 bytes)."""
    return header + signer.sign(header)


def day_mac_key(epoch_master: bytes, epoch: int) -> HmacSm3:
    """The day key under which the gate keys of one epoch are made, ready for :func:`gate_key`."""
    return HmacSm3(kdf(epoch_master, "day-mac", epoch.to_bytes(4, "big")))


def gate_key(day_key: HmacSm3, header: bytes) -> bytes:
    """The 16-byte key that the phone gets with its pass: HMAC-SM3(day key, header), first half."""
    return day_key.digest(header)[:16]


def show(pass_: bytes, gate_key: bytes, step: int, preimage: bytes) -> str:
    """The text shown at ``step`` (0 … 1,439); ``preimage`` is link 1,440 − step of the phone's chain."""
    if not 0 <= step < STEPS or len(preimage) != 16 or not 0 <= len(pass_) - PASS_LEAST <= NAME_MOST:
        raise ValueError("step, preimage or pass do not fit the code")
    proof = step.to_bytes(2, "big") + preimage
    return PREFIX + base45.encode(pass_ + proof + hmac_sm3(gate_key, proof)[:MAC_BYTES])
