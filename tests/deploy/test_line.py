"""The serial line's grammar, and the box's clock, queue and keyboard, each by itself (docs/device-contract.md)."""

import os
import re
import struct
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "deploy" / "devices"))

from ankang_device.clock import Clock  # noqa: E402
from ankang_device.journal import Journal, JournalFull  # noqa: E402
from ankang_device.keyboard import Typed  # noqa: E402
from ankang_device.line import LineFault, Message, Port, decode, encode  # noqa: E402
from ankang_device.settings import read_settings  # noqa: E402

CONTRACT = (ROOT / "docs" / "device-contract.md").read_text()


def test_the_documents_examples_are_lines() -> None:
    examples = re.findall(r"^\$[^\n]+$", CONTRACT, re.MULTILINE)
    assert len(examples) >= 5
    for line in examples:
        assert encode(decode(line.encode())) == line.encode() + b"\r\n", line


@given(st.integers(0, 255), st.lists(st.text(max_size=40), max_size=4))
def test_whatever_is_sent_arrives(seq: int, fields: list[str]) -> None:
    message = Message(seq, "CODE", tuple(field.encode(errors="ignore").decode() for field in fields))
    raw = encode(message)
    if len(raw) <= 512:
        assert decode(raw) == message
        assert re.fullmatch(rb"\$[!-~]+\r\n", raw)


@given(st.integers(0, 30), st.integers(0, 7))
def test_a_flipped_bit_is_noticed(at: int, bit: int) -> None:
    raw = bytearray(encode(Message(7, "CODE", ("AK1:ABC $%*+-./:", "entry"))))
    raw[at % (len(raw) - 2)] ^= 1 << bit
    with pytest.raises(LineFault):
        decode(bytes(raw))


@pytest.mark.parametrize("raw", [b"", b"$", b"CODE", b"$256,X*0000", b"$1,X*00G0", b"$1*E5CC", b"$" + b"1" * 600])
def test_what_is_no_line_is_refused(raw: bytes) -> None:
    with pytest.raises(LineFault):
        decode(raw)


def test_a_command_is_sent_again_until_acknowledged_and_done_once() -> None:
    ours, theirs = os.openpty()
    os.set_blocking(ours, False)
    try:
        import tty

        tty.setraw(theirs)
        box, lock = Port(ours), Port(theirs)
        box.send("OPEN", "3000", at=0.0)
        box.tick(0.05)
        box.tick(0.11)  # no acknowledgement yet: the same line again
        assert [message.verb for message in lock.receive()] == ["OPEN"]
        assert (box.receive(), box.lost) == ([], 0)
        box.tick(9.0)
        box.send("SHUT", "colour", at=10.0)
        for moment in (10.2, 10.4, 10.6, 10.8):
            box.tick(moment)
        assert box.lost == 1
    finally:
        os.close(ours)
        os.close(theirs)


def test_a_keyboard_reader_types_a_code() -> None:
    reading, writing = os.pipe()
    keyboard = Typed(reading, events=True)
    for code, value in ((42, 1), (30, 1), (30, 0), (37, 1), (42, 0), (2, 1), (42, 1), (39, 1), (42, 0), (12, 1), (28, 1)):
        os.write(writing, struct.pack("llHHi", 0, 0, 1, code, value))
    assert keyboard.receive() == ["AK1:-"]
    os.close(reading)
    os.close(writing)


def test_a_clock_that_is_off_is_not_trusted_without_a_network(tmp_path: Path) -> None:
    journal, moment = Journal(tmp_path / "j"), [1_000_000.0]

    def clock() -> Clock:
        return Clock(journal, 30.0, 7.0, system=lambda: moment[0], monotonic=lambda: 50.0)

    assert clock().why_not() == "clock_unknown"
    met = clock()
    met.meet(1_000_600.0, 0.2)
    assert (round(met.now()), round(met.offset), met.why_not()) == (1_000_600, -600, "")  # goes by the server's time
    assert clock().why_not() == "clock_set_back"  # after a restart it has only its own, ten minutes behind
    moment[0] = 1_000_601.0
    clock().meet(1_000_601.0, 0.0)
    assert clock().why_not() == ""
    moment[0] += 8 * 86_400
    assert clock().why_not() == "clock_unknown"


def test_the_queue_survives_and_has_an_end(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j", most=2)
    for nonce in ("a", "b", "a"):
        if nonce != "a" or journal.count() < 1:
            journal.keep({"nonce": nonce, "code": "x"})
    with pytest.raises(JournalFull):
        journal.keep({"nonce": "c", "code": "x"})
    again = Journal(tmp_path / "j")
    assert [scan["nonce"] for scan in again.first()] == ["a", "b"]
    again.stored(["a"])
    assert Journal(tmp_path / "j").count() == 1


def test_the_example_settings_are_good_and_faults_are_named(tmp_path: Path) -> None:
    example = ROOT / "deploy" / "devices" / "device.example.toml"
    assert read_settings(example).when_revoked == "shut"
    bad = tmp_path / "device.toml"
    bad.write_text(example.read_text() + '\nwhen_revoked = "melt"\n')
    with pytest.raises(ValueError, match=r"when_revoked|overwrite"):
        read_settings(bad)
    bad.write_text("colour = 1\n")
    with pytest.raises(ValueError, match="unknown settings: colour"):
        read_settings(bad)
