"""The paper code P: a signed name tag without a colour, for people without a phone (docs/code-format.md §14).

A sheet says who, not whether he may pass: a gate looks the colour up, a scanner without a network asks its list of
permanent indices; since version 2 it says when it was issued, so that a list made before then is not asked about somebody whom
it cannot know. Its generation counts up; a newer sheet voids the older ones. Nothing here reads a clock.
"""

from collections.abc import Mapping

from ankang.core import base45
from ankang.core.codes.faults import CodeFault
from ankang.core.codes.layout import (
    INDEX_SIZE,
    KIND_PAPER,
    KIND_PAPER_DATED,
    NAME_MOST,
    PAPER_DATED,
    PAPER_FIXED,
    PAPER_TEXT_MOST,
    PREFIX,
    SIGNATURE_BYTES,
    UNSEEN,
)
from ankang.core.codes.read import DynamicCode, bytes_of, check_name, parse
from ankang.core.epochs import epoch_of
from ankang.core.sm import Sm2Signer, sm2_verify
from ankang.core.verdicts import Reason

GENERATIONS = 255
_KINDS = (bytes((KIND_PAPER,)), bytes((KIND_PAPER_DATED,)))
_ISSUED_AT = 10


class PaperCode:
    """A sheet's code: ``raw`` is header ‖ signature, ``header`` what is signed."""

    __slots__ = ("header", "raw")

    def __init__(self, raw: bytes, header: bytes) -> None:
        self.raw = raw
        self.header = header

    @property
    def kid(self) -> int:
        """The key id of the signature."""
        return self.header[1]

    @property
    def index(self) -> int:
        """The permanent index of the person, 30 bits."""
        return int.from_bytes(self.header[2:6], "big")

    @property
    def generation(self) -> int:
        """Which sheet of the person it is, 1 … 255."""
        return self.header[6]

    @property
    def expiry(self) -> int:
        """The last epoch in which it counts (days since 1970)."""
        return int.from_bytes(self.header[7:10], "big")

    @property
    def issued_at(self) -> int | None:
        """Unix seconds; None on a sheet of version 1, which does not say."""
        if self.header[0] == KIND_PAPER:
            return None
        return int.from_bytes(self.header[_ISSUED_AT : _ISSUED_AT + PAPER_DATED], "big")

    @property
    def name(self) -> str:
        """The masked name."""
        return self.header[_name_at(self.header[:1]) :].decode()

    @property
    def signature(self) -> bytes:
        """SM2 r ‖ s over the header, 64 bytes."""
        return self.raw[len(self.header) :]


def encode_paper(kid: int, index: int, generation: int, expiry: int, name: str, issued_at: int | None = None) -> bytes:
    """The signed part of a sheet's code, 11 to 24 bytes.

    ``index``: permanent index, 30 bits; ``generation`` 1 … 255; ``expiry``: its last epoch; ``name``: masked, at most
    9 bytes in UTF-8 and visible; ``issued_at``: unix seconds, None for version 1. Anything else is a ``ValueError`` or
    ``OverflowError``.
    """
    written = name.encode()
    if not 0 <= index < INDEX_SIZE or not 1 <= generation <= GENERATIONS or len(written) > NAME_MOST:
        raise ValueError("index, generation or name do not fit the code")
    if UNSEEN.search(name):
        raise ValueError("a name in a code must be visible")
    numbers = index.to_bytes(4, "big") + bytes((generation,)) + expiry.to_bytes(3, "big")
    dated = b"" if issued_at is None else issued_at.to_bytes(PAPER_DATED, "big")
    return _KINDS[issued_at is not None] + bytes((kid,)) + numbers + dated + bytes((len(written),)) + written


def sign_paper(header: bytes, signer: Sm2Signer) -> str:
    """The text to print: ``AK1:`` and the base45 of header ‖ SM2 signature; at most 136 characters."""
    return PREFIX + base45.encode(header + signer.sign(header))


def parse_paper(text: str) -> PaperCode:
    """The code behind a scanned ``text``; :class:`CodeFault` (INVALID) when its form is wrong. Needs no key."""
    raw = bytes_of(text, PAPER_TEXT_MOST)
    if raw[:1] not in (b"", *_KINDS):
        raise CodeFault(Reason.INVALID, "bad_kind")
    start = _name_at(raw[:1])
    if len(raw) < start + SIGNATURE_BYTES:
        raise CodeFault(Reason.INVALID, "truncated")
    length = raw[start - 1]
    if length > NAME_MOST:
        raise CodeFault(Reason.INVALID, "bad_name")
    end = start + length
    if len(raw) != end + SIGNATURE_BYTES:
        raise CodeFault(Reason.INVALID, "truncated" if len(raw) < end + SIGNATURE_BYTES else "oversized")
    if raw[2] > 0x3F:
        raise CodeFault(Reason.INVALID, "bad_index")
    if raw[6] == 0:
        raise CodeFault(Reason.INVALID, "bad_generation")
    check_name(raw[start:end])
    return PaperCode(raw, raw[:end])


def parse_shown(text: str) -> DynamicCode | PaperCode:
    """Whatever code a person may show, by its first byte; :class:`CodeFault` when it is none."""
    return parse_paper(text) if is_paper(text) else parse(text)


def is_paper(text: str) -> bool:
    """Whether ``text`` can only be a sheet's code: the first byte says so."""
    try:
        return text.startswith(PREFIX) and base45.decode(text[len(PREFIX) : len(PREFIX) + 3])[:1] in _KINDS
    except ValueError:
        return False


def check_paper(code: PaperCode, public_keys: Mapping[int, bytes], now: float) -> None:
    """Return when ``code`` is genuine and not expired at ``now`` (unix seconds); :class:`CodeFault` otherwise.

    ``public_keys``: key id → uncompressed point, 65 bytes. Whether a newer sheet was issued and what colour the person
    has, the caller asks his register or list. About 0.7 ms.
    """
    public = public_keys.get(code.kid)
    if public is None:
        raise CodeFault(Reason.INVALID, "unknown_key")
    if not sm2_verify(public, code.header, code.signature):
        raise CodeFault(Reason.INVALID, "bad_signature")
    if epoch_of(now) > code.expiry:
        raise CodeFault(Reason.EXPIRED, "expired_sheet")


def _name_at(kind: bytes) -> int:
    """Where the name begins; the byte before it is its length."""
    return PAPER_FIXED + (PAPER_DATED if kind == _KINDS[1] else 0)
