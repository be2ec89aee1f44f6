"""The demonstration's phone: what it shows is a code that a gate and a stranger accept."""

import pytest

from ankang.core import chain
from ankang.core.codes import (
    CodeFault,
    check_as_gate,
    check_as_stranger,
    day_mac_key,
    encode_header,
    gate_key,
    parse,
    sign_pass,
)
from ankang.core.colours import Colour
from ankang.core.epochs import epoch_of, epoch_start
from ankang.core.sm import Sm2Signer, sm2_generate
from ankang.demo.phone import Chain, NoPass, Phone

PRIVATE, PUBLIC = sm2_generate()
NOW = 1_646_100_000
EPOCH = epoch_of(NOW)
DAY_KEY = day_mac_key(b"m" * 32, EPOCH)


def a_phone_with_a_pass(issued_at: int = NOW) -> Phone:
    phone, links = Phone("http://nowhere", "ak1r_x"), Chain()
    header = encode_header(1, 12345, issued_at, Colour.GREEN, 0, links.anchor, "王*明")
    phone.keep(sign_pass(header, Sm2Signer(PRIVATE, PUBLIC)), gate_key(DAY_KEY, header), links)
    return phone


def test_links_are_those_of_the_chain() -> None:
    seed = bytes(range(16))
    links = Chain(seed)
    assert links.anchor == chain.anchor(seed)
    for step in (0, 1, 39, 40, 41, 719, 1439):
        assert links.preimage(step) == chain.link(seed, 1440 - step)


@pytest.mark.parametrize("later", [0, 60, 3600, 20_000])
def test_the_code_shown_is_accepted_by_gate_and_stranger(later: int) -> None:
    code = parse(a_phone_with_a_pass().show(NOW + later))
    check_as_gate(code, lambda kid, epoch: DAY_KEY if epoch == EPOCH else None, NOW + later)
    check_as_stranger(code, {1: PUBLIC}, NOW + later)
    assert (code.index, code.name) == (12345, "王*明")


def test_a_screenshot_is_refused_two_minutes_later() -> None:
    code = parse(a_phone_with_a_pass().show(NOW))
    with pytest.raises(CodeFault, match="expired_step"):
        check_as_gate(code, lambda kid, epoch: DAY_KEY, NOW + 120)


def test_without_a_pass_of_this_epoch_nothing_is_shown() -> None:
    phone = a_phone_with_a_pass()
    with pytest.raises(NoPass):
        phone.show(epoch_start(EPOCH + 1))
    assert phone.valid_until() == epoch_start(EPOCH + 1)
