"""A transport authority, an issuer and a phone of the tests, and the writer of tests/vectors/ride.json.

``python -m tests.core.ride_ground`` writes the vectors anew; keys that are there are kept.
"""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from ankang.core import ride
from ankang.core.codes import CodeFault
from ankang.core.epochs import epoch_start
from ankang.core.sm import Sm2Signer, compressed, sm2_generate

FILE = Path(__file__).parents[1] / "vectors" / "ride.json"
EPOCH = 18_464
FOUR = epoch_start(EPOCH)
NOON = FOUR + 8 * 3_600
ISSUER = "34000001"
ACCOUNT = bytes.fromhex("00112233445566778899aabbccddeeff")


def signers() -> dict[str, Sm2Signer]:
    """The test keys of the vectors: authority, issuer, phone, stranger."""
    stored = json.loads(FILE.read_text())["private_keys"] if FILE.exists() else {}
    names = ("authority", "issuer", "phone", "stranger")
    pairs = {name: stored.get(name) for name in names}
    return {name: Sm2Signer(*(map(bytes.fromhex, pair) if pair else sm2_generate())) for name, pair in pairs.items()}


KEYS = signers()
AUTHORITIES = {1: KEYS["authority"].public}


def a_certificate(
    kid: int = 1, issuer: str = ISSUER, month: tuple[int, int] = (2022, 7), of: str = "issuer", by: str = "authority"
) -> bytes:
    """The issuer's certificate."""
    public = compressed(KEYS[of].public)
    return ride.sign_certificate(ride.Certificate(kid, issuer, month, 1, public), KEYS[by])


CERTIFICATE = a_certificate()


def an_authorisation(index: int = 123_456_789, **given: Any) -> ride.Authorisation:
    """What the issuer says of the phone's key; name only what differs."""
    base = ride.Authorisation(
        certificate=CERTIFICATE,
        account=ACCOUNT,
        card="00000012345678901234",
        issuer=ISSUER,
        platform=ISSUER,
        kind=1,
        limit=5_000,
        public=compressed(KEYS["phone"].public),
        expires=epoch_start(EPOCH + 1),
        valid=60,
        custom=ride.write_rider(ride.Rider(EPOCH, index)),
    )
    return replace(base, **given)


def a_code(generated: int = NOON, issuer: str = "issuer", phone: str = "phone", **given: Any) -> bytes:
    """A code shown at ``generated``, signed by whom the names say."""
    authorisation = ride.sign_authorisation(an_authorisation(**given), KEYS[issuer])
    return ride.show(authorisation, generated, KEYS[phone])


def changed(raw: bytes, place: int, value: int) -> bytes:
    """``raw`` with one byte replaced."""
    return raw[:place] + bytes((value,)) + raw[place + 1 :]


def _cases() -> list[tuple[str, bytes, list[int]]]:
    late = FOUR + 86_400
    point = bytes.fromhex("02") + bytes(31) + b"\x05"  # no point of the curve has this x
    return [
        ("as it should be", a_code(), [NOON - 31, NOON - 30, NOON, NOON + 90, NOON + 91]),
        ("a custom field of 32 bytes, of another issuer's own kind", a_code(custom=bytes(range(32))), [NOON]),
        ("an empty custom field", a_code(custom=b""), [NOON]),
        ("level 1: a certificate that a stranger signed", a_code(certificate=a_certificate(by="stranger")), [NOON]),
        ("level 1: a certificate of an authority we do not know", a_code(certificate=a_certificate(kid=2)), [NOON]),
        ("level 1: a certificate that ended", a_code(certificate=a_certificate(month=(2020, 6))), [NOON]),
        ("level 1: a certificate whose key was exchanged", _with_other_key(), [NOON]),
        ("level 1: an issuer's key that is no point", a_code(certificate=_pointless(point)), [NOON]),
        ("level 2: an authorisation that a stranger signed", a_code(issuer="stranger"), [NOON]),
        ("level 2: an index that was exchanged", _with_other_index(), [NOON]),
        ("level 2: a user's key that is no point", a_code(public=point), [NOON]),
        ("level 3: a generation that another phone signed", a_code(phone="stranger"), [NOON]),
        ("level 3: a generation time that was moved", _with_other_time(), [NOON]),
        ("an authorisation at its end", a_code(late - 1), [late - 1, late]),
        ("tomorrow's authorisation, shown today", a_code(custom=_rider(EPOCH + 1), expires=late + 86_400), [NOON]),
        ("one that wants to be good for an hour", a_code(valid=3_600), [NOON + 330, NOON + 331]),
    ]


def _rider(epoch: int) -> bytes:
    return ride.write_rider(ride.Rider(epoch, 7))


def _pointless(point: bytes) -> bytes:
    return ride.sign_certificate(ride.Certificate(1, ISSUER, (2022, 7), 1, point), KEYS["authority"])


def _with_other_key() -> bytes:
    own = ride.sign_certificate(
        ride.Certificate(1, ISSUER, (2022, 7), 1, compressed(KEYS["stranger"].public)), KEYS["stranger"]
    )
    return a_code(certificate=own[:53] + CERTIFICATE[53:], issuer="stranger")


def _with_other_index() -> bytes:
    authorisation = ride.sign_authorisation(an_authorisation(), KEYS["issuer"])
    return ride.show(changed(authorisation, 205, authorisation[205] ^ 1), NOON, KEYS["phone"])


def _with_other_time() -> bytes:
    raw = a_code(NOON - 3_600)
    return raw[:-69] + NOON.to_bytes(4, "big") + raw[-65:]


def _misshapen() -> list[tuple[str, bytes]]:
    raw = a_code()
    return [
        ("nothing", b""),
        ("another version", changed(raw, 0, 0x81)),
        ("one byte too few", raw[:-1]),
        ("one byte too many", raw + b"\0"),
        ("half of it", raw[:170]),
        ("a custom field of 33 bytes", changed(raw, 197, 33) + bytes(25)),
        ("a length field that is wrong", changed(raw, 2, raw[2] ^ 1)),
        ("an issuer's signature of another algorithm", changed(raw, 206, 0x16)),
        ("a user's signature of another algorithm", changed(raw, len(raw) - 65, 0x16)),
        ("a certificate of another format", changed(raw, 3 + 6, 0x13)),
        ("a certificate for month 13", changed(raw, 3 + 11, 0x13)),
        ("a card account that is no digits", changed(raw, 136, 0xA0)),
        ("an issuer who is not the certificate's", changed(raw, 149, 0x02)),
    ]


def fault_of(check: Any, *arguments: Any) -> dict[str, str] | None:
    """What ``check`` refuses with, as the vectors write it."""
    try:
        check(*arguments)
    except CodeFault as fault:
        return {"reason": fault.reason.slug, "detail": fault.detail}
    return None


def _example() -> dict[str, Any]:
    authorisation = ride.sign_authorisation(an_authorisation(), KEYS["issuer"])
    code = ride.parse_ride(ride.show(authorisation, NOON, KEYS["phone"]))
    return {
        "certificate": CERTIFICATE.hex(),
        "account": ACCOUNT.hex(),
        "card": "00000012345678901234",
        "issuer": ISSUER,
        "platform": ISSUER,
        "kind": 1,
        "limit": 5_000,
        "public": compressed(KEYS["phone"].public).hex(),
        "expires": epoch_start(EPOCH + 1),
        "valid": 60,
        "custom": code.authorisation.custom.hex(),
        "epoch": EPOCH,
        "index": 123_456_789,
        "issuer_signature": code.issuer_signature.hex(),
        "authorisation": authorisation.hex(),
        "generated": NOON,
        "user_signature": code.user_signature.hex(),
        "code": code.raw.hex(),
        "ride_id": ride.ride_id(code).hex(),
    }


def _revoked() -> dict[str, Any]:
    accounts = [ACCOUNT, bytes(16), b"\xff" * 16]
    data = ride.seal_revoked(accounts, NOON, NOON + 1_800, CERTIFICATE, KEYS["issuer"])
    forged = ride.seal_revoked(accounts, NOON, NOON + 1_800, CERTIFICATE, KEYS["stranger"])
    return {
        "file": data.hex(),
        "issued": NOON,
        "next_update": NOON + 1_800,
        "revoked": [account.hex() for account in accounts],
        "not_revoked": ["01" * 16],
        "refused": [
            {"about": "signed by a stranger", "file": forged.hex(), "latest": 0, "detail": "bad_issuer_signature"},
            {"about": "older than what was held", "file": data.hex(), "latest": NOON + 1, "detail": "rollback"},
            {"about": "cut", "file": data[:-1].hex(), "latest": 0, "detail": "bad_revocations"},
        ],
    }


def build() -> dict[str, Any]:
    """All vectors, with what this implementation answers."""
    shown = []
    for about, raw, moments in _cases():
        code = ride.parse_ride(raw)
        answers = [{"now": now, "fault": fault_of(ride.check_ride, code, AUTHORITIES, now)} for now in moments]
        shown.append({"about": about, "code": raw.hex(), "moments": answers})
    refused = [
        {"about": about, "code": raw.hex(), **(fault_of(ride.parse_ride, raw) or {})} for about, raw in _misshapen()
    ]
    private = {name: [signer._private.hex(), signer.public.hex()] for name, signer in KEYS.items()}
    authorities = {str(kid): public.hex() for kid, public in AUTHORITIES.items()}
    return {
        "about": "Ride codes; docs/ride-format.md. Private keys are of these tests alone.",
        "private_keys": private,
        "authorities": authorities,
        "example": _example(),
        "shown": shown,
        "refused": refused,
        "revoked": _revoked(),
    }


if __name__ == "__main__":
    FILE.write_text(json.dumps(build(), ensure_ascii=False, indent=1) + "\n")
