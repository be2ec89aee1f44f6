"""The ride code: every vector as another team would read it, a second implementation's opinion, and what must hold for all."""

import shutil
import subprocess
from base64 import encodebytes
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ankang.core import ride
from ankang.core.sm import Sm2Signer, compressed, sm2_generate, uncompressed
from tests.core.ride_ground import AUTHORITIES, KEYS, NOON, a_certificate, a_code, an_authorisation, fault_of
from tests.core.vectors import vectors

VECTORS = vectors("ride")
EXAMPLE, REVOKED = VECTORS["example"], VECTORS["revoked"]
RAW = bytes.fromhex(EXAMPLE["code"])
DOCUMENT = (Path(__file__).parents[2] / "docs" / "ride-format.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("case", VECTORS["shown"], ids=lambda case: case["about"])
def test_a_code_is_accepted_or_refused_at_each_moment(case: dict[str, Any]) -> None:
    code = ride.parse_ride(bytes.fromhex(case["code"]))
    for moment in case["moments"]:
        assert fault_of(ride.check_ride, code, AUTHORITIES, moment["now"]) == moment["fault"]


@pytest.mark.parametrize("case", VECTORS["refused"], ids=lambda case: case["about"])
def test_what_is_no_ride_code_is_refused_before_any_key_is_needed(case: dict[str, str]) -> None:
    told = fault_of(ride.parse_ride, bytes.fromhex(case["code"]))
    assert told == {"reason": "invalid", "detail": case["detail"]}


def test_the_worked_example_is_read_field_by_field() -> None:
    code = ride.parse_ride(RAW)
    read = code.authorisation
    rider = ride.read_rider(read.custom)
    assert rider is not None
    found = {
        "certificate": read.certificate.hex(),
        "account": read.account.hex(),
        "card": read.card,
        "issuer": read.issuer,
        "platform": read.platform,
        "kind": read.kind,
        "limit": read.limit,
        "public": read.public.hex(),
        "expires": read.expires,
        "valid": read.valid,
        "custom": read.custom.hex(),
        "epoch": rider.epoch,
        "index": rider.index,
        "issuer_signature": code.issuer_signature.hex(),
        "authorisation": RAW[:-69].hex(),
        "generated": code.generated,
        "user_signature": code.user_signature.hex(),
        "code": code.raw.hex(),
        "ride_id": ride.ride_id(code).hex(),
    }
    assert found == EXAMPLE
    assert ride.parse_authorisation(RAW[:-69]) == read
    assert read.body() == code.body


def test_every_length_is_the_ministrys() -> None:
    assert [len(a_code(custom=bytes(size))) for size in (0, 8, 32)] == [332, 340, 364]
    assert len(a_certificate()) == 117


def test_every_fault_and_every_byte_of_the_example_are_in_the_document() -> None:
    answers = [moment["fault"] for case in VECTORS["shown"] for moment in case["moments"]]
    details = {fault["detail"] for fault in [*VECTORS["refused"], *answers, *REVOKED["refused"]] if fault}
    assert {detail for detail in details if f"`{detail}`" not in DOCUMENT} == set()
    squeezed = "".join(DOCUMENT.split())
    assert [part for part in ("certificate", "account", "public", "custom") if EXAMPLE[part] not in squeezed] == []
    assert len(details) >= 20


def test_openssl_follows_the_chain_from_the_compressed_points(tmp_path: Path) -> None:
    code = ride.parse_ride(RAW)
    certificate = code.authorisation.certificate
    chain = [
        (compressed(KEYS["authority"].public), certificate[:53], certificate[53:]),
        (ride.read_certificate(certificate).public, code.body, code.issuer_signature),
        (code.authorisation.public, code.shown, code.user_signature),
    ]
    said = [_openssl(tmp_path, *link) for link in chain]
    forged = _openssl(tmp_path, chain[1][0], code.body + b"\0", code.issuer_signature)
    assert (said, forged) == ([True, True, True], False)


def test_compressed_points_come_back_and_others_are_refused() -> None:
    for _ in range(8):
        public = sm2_generate()[1]
        assert uncompressed(compressed(public)) == public
    no_point, beyond = b"\x02" + bytes(31) + b"\x05", b"\x02" + b"\xff" * 32
    for wrong in (no_point, beyond, b"\x04" + bytes(32), b"\x02" + bytes(31), b""):
        with pytest.raises(ValueError, match="point"):
            uncompressed(wrong)


@settings(max_examples=40)
@given(st.integers(0, 8 * len(RAW) - 1))
def test_one_wrong_bit_anywhere_is_refused(bit: int) -> None:
    raw = bytearray(RAW)
    raw[bit // 8] ^= 1 << bit % 8

    def read() -> None:
        ride.check_ride(ride.parse_ride(bytes(raw)), AUTHORITIES, NOON)

    refused = fault_of(read)
    assert refused is not None
    assert refused["reason"] in {"invalid", "expired"}


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(raw: bytes) -> None:
    told = [fault_of(ride.parse_ride, text) for text in (raw, b"\x80" + raw, RAW[: len(raw)] + raw[:5])]
    assert {fault["reason"] for fault in told if fault} <= {"invalid"}


@given(st.integers(0, 2**30 - 1), st.integers(0, 2**24 - 1))
def test_a_rider_is_read_again(index: int, epoch: int) -> None:
    rider = ride.Rider(epoch, index)
    assert ride.read_rider(ride.write_rider(rider)) == rider


def test_foreign_custom_fields_name_nobody() -> None:
    good = ride.write_rider(ride.Rider(1, 1))
    assert [
        ride.read_rider(text) for text in (b"", good + b"\0", b"\x52" + good[1:], good[:4] + b"\x40" + good[5:])
    ] == [None] * 4


@pytest.mark.parametrize(
    "given", [{"custom": bytes(33)}, {"account": bytes(15)}, {"card": "1"}, {"issuer": "1"}, {"public": bytes(32)}]
)
def test_what_does_not_fit_is_not_signed(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="size|32 bytes"):
        an_authorisation(**given).body()


def test_a_certificate_counts_to_the_end_of_its_month_in_shanghai() -> None:
    certificate = a_certificate(month=(2020, 7))
    ends = ride.read_certificate(certificate).ends
    assert ends == 1_596_211_200  # 2020-08-01 00:00 +08:00
    assert fault_of(ride.check_certificate, certificate, AUTHORITIES, ends - 1) is None
    refused = fault_of(ride.check_certificate, certificate, AUTHORITIES, ends)
    assert refused == {"reason": "expired", "detail": "expired_certificate"}


def test_revocations_are_read_only_whole_signed_and_not_older() -> None:
    held = ride.read_revoked(bytes.fromhex(REVOKED["file"]), AUTHORITIES, NOON)
    assert (held.issued, held.next_update) == (REVOKED["issued"], REVOKED["next_update"])
    assert [bytes.fromhex(account) in held for account in REVOKED["revoked"]] == [True] * 3
    assert [bytes.fromhex(account) in held for account in REVOKED["not_revoked"]] == [False]
    for case in REVOKED["refused"]:
        told = fault_of(ride.read_revoked, bytes.fromhex(case["file"]), AUTHORITIES, NOON, case["latest"])
        assert told == {"reason": "invalid", "detail": case["detail"]}


def test_an_empty_list_of_revocations_is_one_too() -> None:
    data = ride.seal_revoked([], NOON, NOON + 60, a_certificate(), KEYS["issuer"])
    assert ride.read_revoked(data, AUTHORITIES, NOON).entries == ()


def test_a_phone_signs_what_the_vectors_phone_signs() -> None:
    private, public = (bytes.fromhex(text) for text in VECTORS["private_keys"]["phone"])
    raw = ride.show(bytes.fromhex(EXAMPLE["authorisation"]), NOON, Sm2Signer(private, public))
    assert raw[:-64] == RAW[:-64]
    assert fault_of(ride.check_ride, ride.parse_ride(raw), AUTHORITIES, NOON) is None


def _openssl(folder: Path, point: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the system's openssl accepts a signature (r ‖ s) under a compressed point; skips where it has no SM2."""
    if not shutil.which("openssl") or b"SM2" not in _run(folder, "ecparam", "-list_curves").stdout:
        pytest.skip("no openssl command with SM2 on this machine")
    der = bytes.fromhex("3039301306072a8648ce3d020106082a811ccf5501822d032200") + point
    (folder / "key.pem").write_text(
        f"-----BEGIN PUBLIC KEY-----\n{encodebytes(der).decode()}-----END PUBLIC KEY-----\n"
    )
    (folder / "message").write_bytes(message)
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    (folder / "signature").write_bytes(_der(r, s))
    told = _run(
        folder, "pkeyutl", "-verify", "-pubin", "-inkey", "key.pem", "-rawin", "-in", "message", "-sigfile", "signature",
        "-digest", "sm3", "-pkeyopt", "distid:1234567812345678",
    )  # fmt: skip
    assert told.returncode == 0 or b"Verification Failure" in told.stdout, told.stderr
    return told.returncode == 0


def _run(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, check=False)


def _der(*numbers: int) -> bytes:
    parts = [number.to_bytes(number.bit_length() // 8 + 1, "big") for number in numbers]
    body = b"".join(bytes((2, len(part))) + part for part in parts)
    return bytes((0x30, len(body))) + body
