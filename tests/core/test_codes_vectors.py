"""Every vector of the dynamic code, read as another team would read it (docs/code-format.md)."""

from typing import Any

import pytest

from ankang.core import codes, sm
from ankang.core.colours import Colour
from ankang.core.epochs import epoch_start
from tests.core.vectors import fault_of, vectors

VECTORS = vectors("code-d")
PUBLIC_KEYS = {int(kid): bytes.fromhex(public) for kid, public in VECTORS["public_keys"].items()}
DAY_KEYS = {int(epoch): sm.HmacSm3(bytes.fromhex(key)) for epoch, key in VECTORS["day_keys"].items()}
EXAMPLE = VECTORS["pass"]


def _day_key_of(kid: int, epoch: int) -> sm.HmacSm3 | None:
    return DAY_KEYS.get(epoch)


@pytest.mark.parametrize("case", VECTORS["shown"], ids=lambda case: case["about"])
def test_a_shown_code_is_accepted_or_refused_at_each_moment(case: dict[str, Any]) -> None:
    code = codes.parse(case["text"])
    answers = [
        {
            "now": moment["now"],
            "gate": fault_of(codes.check_as_gate, code, _day_key_of, moment["now"]),
            "stranger": fault_of(codes.check_as_stranger, code, PUBLIC_KEYS, moment["now"]),
        }
        for moment in case["moments"]
    ]
    assert code.raw.hex() == case["bytes"]
    assert answers == case["moments"]


@pytest.mark.parametrize("case", VECTORS["refused"], ids=lambda case: case["about"])
def test_what_is_not_a_code_is_refused_before_any_key_is_needed(case: dict[str, Any]) -> None:
    assert fault_of(codes.parse, case["text"]) == {"reason": case["reason"], "detail": case["detail"]}


def test_the_worked_example_comes_out_byte_by_byte() -> None:
    header = codes.encode_header(
        EXAMPLE["kid"],
        EXAMPLE["index"],
        EXAMPLE["issued_at"],
        Colour.GREEN,
        EXAMPLE["flags"],
        bytes.fromhex(EXAMPLE["anchor"]),
        EXAMPLE["name"],
    )
    assert header.hex() == EXAMPLE["header"]
    assert epoch_start(VECTORS["epoch"]) == VECTORS["epoch_start"] == EXAMPLE["issued_at"]
    assert sm.sm3(bytes.fromhex(VECTORS["issuer"]["z"]) + header).hex() == EXAMPLE["e"]
    assert sm.sm2_verify(PUBLIC_KEYS[1], header, bytes.fromhex(EXAMPLE["signature"]))


def test_the_day_key_comes_from_the_epoch_master() -> None:
    master, header = bytes.fromhex(VECTORS["epoch_master"]), bytes.fromhex(EXAMPLE["header"])
    keys = [codes.gate_key(codes.day_mac_key(master, VECTORS["epoch"]), header)]
    assert keys == [codes.gate_key(DAY_KEYS[VECTORS["epoch"]], header)]
    assert keys[0].hex() == EXAMPLE["gate_key"]


def test_the_phone_shows_the_text_of_the_worked_example() -> None:
    shown, gate_key = VECTORS["step_480"], bytes.fromhex(EXAMPLE["gate_key"])
    pass_, preimage = bytes.fromhex(EXAMPLE["pass"]), bytes.fromhex(shown["preimage"])
    assert codes.show(pass_, gate_key, 480, preimage) == shown["text"]
    code = codes.parse(shown["text"])
    assert (code.step, code.preimage.hex(), code.mac.hex()) == (480, shown["preimage"], shown["mac"])


def test_the_private_key_of_the_vectors_signs_for_its_public_key() -> None:
    issuer = VECTORS["issuer"]
    signer = sm.Sm2Signer(bytes.fromhex(issuer["private"]), bytes.fromhex(issuer["public"]))
    pass_ = codes.split_pass(codes.sign_pass(bytes.fromhex(EXAMPLE["header"]), signer))
    assert sm.sm2_verify(PUBLIC_KEYS[1], pass_.header, pass_.signature)
