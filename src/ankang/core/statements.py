"""The signed reason (requirement I1): why a code is yellow or red, as a text that its holder keeps and anybody can check.

**Canonical form.** What is signed is the statement as JSON in UTF-8: keys sorted, no space between the signs, text
written as itself (only ``"``, ``\\`` and control characters are escaped), every number an integer, every moment unix
seconds. That is RFC 8785 for documents that hold integers only.

**Signature.** SM2 with SM3 and the default user id over those bytes: r ‖ s, 64 bytes, in base64url without padding.

**File.** ``{"statement": {…}, "signature": "…", "kid": 1, "public_key": "04…"}``. The public key is there for readers;
a check never trusts it, it uses the issuer's list of keys.

**Compact form**, for a QR code on paper: ``AKR1:`` and the base45 text of signature (64 bytes) ‖ zlib(canonical form).

docs/reasons.md describes both for other implementations; tests/vectors/statement.json has examples.
"""

import json
import zlib
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
from msgspec import Meta, Struct

from ankang.core import base45
from ankang.core.base64url import from_base64url, to_base64url
from ankang.core.rules.language import Text
from ankang.core.sm import Sm2Signer, sm2_verify, sm3

FORMAT = "ankang-reason/1"
PREFIX = "AKR1:"
LIMIT = 32 * 1024  # bytes of a file, and of what a compact form may unpack to
SIGNATURE_BYTES = 64

Moment = Annotated[int, Meta(ge=0, le=4_102_444_800)]
Kid = Annotated[int, Meta(ge=1, le=255)]


class _Part(Struct, frozen=True, forbid_unknown_fields=True):
    """Part of a statement: every field is there, nothing else is."""


class Issuer(_Part, frozen=True):
    """Who says so, and the address under which the keys are found."""

    name: Text
    url: str


class Holder(_Part, frozen=True):
    """Whose it is: masked, but enough for the holder and a door to see it (王*明, 3425************12)."""

    name: str
    document_kind: str
    document: str


class RuleSetNamed(_Part, frozen=True):
    """The rules that were applied; ``digest`` is the SM3 of their text (UTF-8) in hex."""

    name: str
    version: Annotated[int, Meta(ge=1)]
    digest: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]


class StatedReason(_Part, frozen=True):
    """One rule that holds: its words, the records it rests on, since when, until when (null: open), what ends it,
    and the line of the published document it comes from.
    """

    rule: str
    text: Text
    evidence: tuple[str, ...]
    since: Moment
    until: Moment | None
    ends_when: Text
    source: str


class Statement(_Part, frozen=True):
    """The whole. Worst reason first."""

    format: Literal["ankang-reason/1"]
    issuer: Issuer
    holder: Holder
    colour: Literal["yellow", "red"]
    since: Moment
    until: Moment | None
    rule_set: RuleSetNamed
    reasons: Annotated[tuple[StatedReason, ...], Meta(min_length=1)]
    appeal: Text
    issued_at: Moment
    kid: Kid

    @property
    def text(self) -> str:
        """The canonical form."""
        return canonical(msgspec.to_builtins(self))

    @property
    def digest(self) -> bytes:
        """SM3 of the content: the same for two statements that differ only in when and with which key they were made."""
        content = msgspec.to_builtins(self)
        del content["issued_at"], content["kid"]
        return sm3(canonical(content).encode())


class Verified(NamedTuple):
    """A genuine statement: what it says, its canonical form, and its signature."""

    statement: Statement
    text: str
    signature: bytes


class StatementFault(ValueError):
    """Why a statement is not accepted.

    ``code``: too_large, bad_json (no file of ours and no compact form), bad_format (fields are missing, foreign or wrong),
    unknown_key (the issuer never had this key), foreign_key (names a key number of the issuer but brings another key: a
    forgery), bad_signature (changed after it was signed, or signed by somebody else).
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def canonical(value: Any) -> str:
    """The one way to write ``value`` (objects, lists, texts, integers, true, false, null) as JSON text."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def make_statement(
    issuer: Issuer,
    holder: Holder,
    colour: str,
    since: int,
    until: int | None,
    rule_set: RuleSetNamed,
    reasons: Sequence[StatedReason],
    appeal: Text,
    issued_at: int,
    kid: int,
) -> Statement:
    """A checked statement, not yet signed. Raises :class:`StatementFault` (bad_format)."""
    made = Statement(
        FORMAT, issuer, holder, colour, since, until, rule_set, tuple(reasons), appeal, issued_at, kid  # type: ignore[arg-type]
    )
    return _checked(msgspec.to_builtins(made))


def sign_statement(statement: Statement, signer: Sm2Signer) -> bytes:
    """The signature of the canonical form: r ‖ s, 64 bytes. ``signer`` is the key that ``statement.kid`` names."""
    return signer.sign(statement.text.encode())


def file_text(text: str, signature: bytes, public_key: bytes | None = None) -> str:
    """The file a citizen keeps, from the canonical form and its signature; indented for people."""
    statement = json.loads(text)
    file = {"statement": statement, "signature": to_base64url(signature), "kid": statement["kid"]}
    if public_key is not None:
        file["public_key"] = public_key.hex()
    return json.dumps(file, ensure_ascii=False, sort_keys=True, indent=2) + "\n"


def compact_text(text: str, signature: bytes) -> str:
    """The form for a QR code, all in its alphanumeric alphabet."""
    return PREFIX + base45.encode(signature + zlib.compress(text.encode(), 9))


def verify_statement(presented: str, keys: Mapping[int, bytes]) -> Verified:
    """The statement in a file or a compact form that ``keys`` (the issuer's public keys by kid, 65 bytes each) signed.

    Raises :class:`StatementFault`. A genuine statement says what was so when it was issued, not what is so now.
    """
    if len(presented) > LIMIT or len(presented.encode("utf-8", "surrogatepass")) > LIMIT:
        raise StatementFault("too_large")
    presented = presented.lstrip("\ufeff \t\r\n")
    raw, signature, public = _of_compact(presented) if presented.startswith(PREFIX) else _of_file(presented)
    statement, text = _checked(raw), _written(raw)
    known = keys.get(statement.kid)
    if known is None:
        raise StatementFault("unknown_key")
    if public is not None and public != known.hex():
        raise StatementFault("foreign_key")
    if not sm2_verify(known, text.encode(), signature):
        raise StatementFault("bad_signature")
    return Verified(statement, text, signature)


def _of_file(presented: str) -> tuple[Any, bytes, str | None]:
    file = _parsed(presented)
    if not isinstance(file, dict) or not {"statement", "signature"} <= set(file) <= _FILE_FIELDS:
        raise StatementFault("bad_format")
    statement, public = file["statement"], file.get("public_key")
    if not isinstance(statement, dict) or file.get("kid", statement.get("kid")) != statement.get("kid"):
        raise StatementFault("bad_format")
    if public is not None and not isinstance(public, str):
        raise StatementFault("bad_format")
    return statement, _signature(file["signature"]), public.lower() if public is not None else None


def _signature(text: Any) -> bytes:
    try:
        signature = from_base64url(text)
    except (ValueError, AttributeError):
        raise StatementFault("bad_format") from None
    if len(signature) != SIGNATURE_BYTES:
        raise StatementFault("bad_format")
    return signature


def _of_compact(presented: str) -> tuple[Any, bytes, None]:
    body = presented.removeprefix(PREFIX).translate(_NO_LINES).rstrip(" ")  # base45 never ends with a space
    try:
        packed = base45.decode(body)
    except ValueError:
        raise StatementFault("bad_json") from None
    text = _unpacked(packed[SIGNATURE_BYTES:])
    raw = _parsed(text)
    if _written(raw) != text:  # one text for one statement
        raise StatementFault("bad_format")
    return raw, packed[:SIGNATURE_BYTES], None


def _unpacked(packed: bytes) -> str:
    """The text in ``packed``. Never unpacks more than the limit."""
    unpacking = zlib.decompressobj()
    try:
        data = unpacking.decompress(packed, LIMIT + 1)
        if len(data) > LIMIT:
            raise StatementFault("too_large")
        if not unpacking.eof or unpacking.unused_data:
            raise StatementFault("bad_json")
        return data.decode()
    except (zlib.error, UnicodeDecodeError):
        raise StatementFault("bad_json") from None


def _parsed(text: str) -> Any:
    """JSON with integers only and each key once. A text that two readers could read in two ways is refused."""
    try:
        return json.loads(
            text, object_pairs_hook=_each_once, parse_float=_refuse_number, parse_constant=_refuse_number
        )
    except (ValueError, RecursionError):
        raise StatementFault("bad_json") from None


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key twice")
    return found


def _refuse_number(text: str) -> Any:
    raise ValueError(f"{text[:20]} is no integer")


def _written(raw: Any) -> str:
    """The canonical form of what was read; texts that UTF-8 cannot hold are refused."""
    try:
        text = canonical(raw)
        text.encode()
    except (UnicodeEncodeError, ValueError):
        raise StatementFault("bad_format") from None
    return text


def _checked(raw: Any) -> Statement:
    try:
        return msgspec.convert(raw, Statement)
    except msgspec.ValidationError:
        raise StatementFault("bad_format") from None


_FILE_FIELDS = {"statement", "signature", "kid", "public_key"}
_NO_LINES: dict[int, None] = dict.fromkeys(map(ord, "\r\n\t"))
