"""Another province's authority at our gate: its codes are authentic or not, and its riders are in no list of ours."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from ankang.cli.ride import ride as command
from ankang.core import lists, ride
from ankang.core.codes import CodeFault
from ankang.core.colours import Colour
from ankang.core.sm import Sm2Signer, compressed, sm2_generate
from ankang.core.verdicts import Direction
from tests.core.ride_ground import (
    AUTHORITIES,
    CERTIFICATE,
    EPOCH,
    ISSUER,
    KEYS,
    NOON,
    a_certificate,
    a_code,
    an_authorisation,
    changed,
)
from tests.core.vectors import vectors

NUMBER, ZHEJIANG = 9, "33000001"
END = NOON + 3_600
THEIRS = ride.Authority(KEYS["stranger"].public, END, foreign=True)
BOTH: ride.Authorities = {**AUTHORITIES, NUMBER: THEIRS}
SIGNER = Sm2Signer(*sm2_generate())
EXAMPLE = vectors("ride")["example"]


def an_authority(kid: int = NUMBER, month: tuple[int, int] = (2022, 7), of: str = "stranger", by: str = "stranger") -> bytes:
    """An authority's certificate of itself."""
    return a_certificate(kid, "33000000", month, of, by)


def a_foreign_code(
    index: int = 6, by: str = "stranger", issuer: str = "issuer", phone: str = "phone", month: tuple[int, int] = (2022, 7)
) -> bytes:
    """A code of another province, whose software writes the custom field as ours does."""
    certificate = a_certificate(NUMBER, ZHEJIANG, month, by=by)
    given = an_authorisation(index, certificate=certificate, issuer=ZHEJIANG, platform=ZHEJIANG)
    return ride.show(ride.sign_authorisation(given, KEYS[issuer]), NOON, KEYS[phone])


def a_gate(authorities: ride.Authorities = BOTH, issuer: str | None = ISSUER) -> ride.RideGate:
    """With a list in which index 6 is red, and all others are green."""
    header = lists.Header(1, lists.Indices.DAY, 340_000, EPOCH, 1, NOON - 600, NOON + 3_000, 200_000_000)
    data = lists.seal_list(header, lists.entries([(6, Colour.RED)], 200_000_000), SIGNER)
    held = lists.take_list(data, lists.Terms(340_000, EPOCH, {1: SIGNER.public}))
    return ride.RideGate(authorities, [held], issuer=issuer)


def said(answer: ride.RideAnswer) -> tuple[str, str, str, str]:
    return answer.verdict.slug, answer.reason.slug, answer.colour.slug, answer.detail


@pytest.mark.parametrize("index", [6, 8])
def test_a_rider_of_another_house_is_authentic_and_never_looked_for_in_our_list(index: int) -> None:
    referred = ("refer", "stale", "grey", "foreign_issuer")
    assert said(a_gate().check(a_foreign_code(index), NOON)) == referred
    under_one_roof = {**AUTHORITIES, NUMBER: ride.Authority(KEYS["stranger"].public)}
    assert said(a_gate(under_one_roof).check(a_foreign_code(index), NOON)) == referred
    assert said(a_gate().check(a_foreign_code(index), NOON, Direction.EXIT))[:2] == ("admit", "ok")
    assert said(a_gate().check(a_code(), NOON)) == ("admit", "ok", "green", "")


@pytest.mark.parametrize(
    ("code", "answer"),
    [
        (a_foreign_code(by="authority"), ("deny", "invalid", "bad_authority_signature")),
        (a_foreign_code(month=(2020, 6)), ("deny", "expired", "expired_certificate")),
        (a_foreign_code(issuer="stranger"), ("deny", "invalid", "bad_issuer_signature")),
        (a_foreign_code(phone="stranger"), ("deny", "invalid", "bad_user_signature")),
    ],
    ids=["first level", "first level, too late", "second level", "third level"],
)
def test_each_link_of_a_foreign_chain_is_checked(code: bytes, answer: tuple[str, str, str]) -> None:
    verdict, reason, _, detail = said(a_gate().check(code, NOON))
    assert (verdict, reason, detail) == answer


def test_an_authority_that_ended_or_is_not_known_sends_to_the_staff() -> None:
    early = {**AUTHORITIES, NUMBER: replace(THEIRS, ends=NOON)}
    assert said(a_gate(early).check(a_foreign_code(), NOON)) == ("refer", "expired", "grey", "expired_authority")
    assert said(a_gate(AUTHORITIES).check(a_foreign_code(), NOON)) == ("refer", "invalid", "grey", "unknown_authority")


def test_another_house_cannot_write_our_revocations() -> None:
    theirs = a_certificate(NUMBER, ZHEJIANG, by="stranger")
    empty = ride.seal_revoked([], NOON, NOON + 1_800, theirs, KEYS["issuer"])
    with pytest.raises(CodeFault, match="foreign_issuer"):
        ride.read_revoked(empty, BOTH, NOON)
    assert ride.read_revoked(ride.seal_revoked([], NOON, NOON + 1_800, CERTIFICATE, KEYS["issuer"]), BOTH, NOON).entries == ()


def test_an_authority_signs_for_itself() -> None:
    read = ride.check_authority(an_authority(), NOON)
    assert (read.kid, read.public) == (NUMBER, compressed(KEYS["stranger"].public))
    assert len(ride.fingerprint(an_authority())) == 32
    faults = {
        "bad_certificate": changed(an_authority(), 0, 0x25),
        "bad_authority_key": changed(changed(an_authority(), 20, 2), 52, 5)[:21] + bytes(31) + b"\x05" + an_authority()[53:],
        "not_self_signed": an_authority(by="authority"),
        "expired_certificate": an_authority(month=(2020, 6)),
    }
    for detail, raw in faults.items():
        with pytest.raises(CodeFault, match=detail):
            ride.check_authority(raw, NOON)
    with pytest.raises(CodeFault, match="not_self_signed"):
        ride.check_authority(CERTIFICATE, NOON)  # an issuer's


def test_the_command_reads_the_file_with_other_authorities(tmp_path: Path) -> None:
    def verify(rows: list[dict[str, object]]) -> tuple[int, str]:
        keys = tmp_path / "keys.json"
        keys.write_text(json.dumps({"authorities": rows, "issuer": ISSUER, "keys": []}))
        lines = f"{a_foreign_code().hex()}\n{EXAMPLE['code']}\n"
        done = CliRunner().invoke(command, ["verify", "--keys", str(keys), "--at", str(NOON)], input=lines)
        return done.exit_code, done.output

    ours = {"kid": 1, "alg": "SM2", "public": KEYS["authority"].public.hex()}
    theirs = {"kid": NUMBER, "alg": "SM2", "public": THEIRS.public.hex(), "foreign": True, "not_after": END}
    status, output = verify([ours, theirs])
    foreign, own = (json.loads(line) for line in output.splitlines())
    assert status == 0
    assert (foreign["verdict"], foreign["detail"], foreign["issuer"], foreign["index"]) == ("refer", "foreign_issuer", ZHEJIANG, None)
    assert "no list of ours" in foreign["say"]["en"]
    assert (own["detail"], own["index"]) == ("no_list", 123_456_789)
    status, output = verify([ours, {**theirs, "kid": 1}])
    assert (status, "names authority 1 twice" in output) == (1, True)
    assert "holds no authority" in verify([{**theirs, "public": "04"}])[1]
