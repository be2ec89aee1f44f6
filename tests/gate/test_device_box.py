"""The reference box at a real door: a gate over HTTP, a lock on a serial line, a cable that is cut and put back (I6, E12)."""

import signal
import time
from pathlib import Path

from ankang.core.colours import Colour
from tests.gate.box import Box, wired
from tests.gate.ground import Device, Ground, InProcess, serving
from tests.gate.test_lists import publish

FIRE = "火警，请立即有序撤离，门已打开。"


def stored(ground: Ground, device: Device) -> list[tuple[object, ...]]:
    """(verdict, reason, kind) of the device's visits, in the order of their moments."""
    return ground.sql("select verdict, reason, kind from passage_visit where device = %s order by at", device.number)


def reported(ground: Ground, device: Device) -> tuple[object, ...]:
    """(hardware, mode, queue, has a list) of the device's machine."""
    query = "select hardware, mode, queue, list_age is not null from places_devicereport where device_id = %s"
    return next(iter(ground.sql(query, device.number)), ())


def is_ready(box: Box) -> bool:
    """It has learned what it needs when it stands alone."""
    return (box.folder / "state" / "door.json").exists() and any((box.folder / "state" / "lists").glob("1-*/0.akl"))


def test_a_door_works_on_line_off_line_and_again(ground: Ground, gate: InProcess, tmp_path: Path) -> None:
    checkpoint = ground.a_checkpoint()
    device = ground.a_device(checkpoint, kind="turnstile")
    greens, red, yellow = (
        [ground.a_person() for _ in range(4)],
        ground.a_person(Colour.RED),
        ground.a_person(Colour.YELLOW),
    )
    publish(ground)
    with (
        serving(ground) as served,
        wired(served.port, ground.settings.lists_folder, tmp_path, device.token, checkpoint) as box,
    ):
        box.wait_until(lambda: is_ready(box))
        heard, _ = box.show(greens[0].code(time.time()))
        assert (heard["OPEN"], heard["LAMP"], heard["SAY zh"][1]) == (("3000",), ("admit",), "请通行。")
        assert box.show(red.code(time.time()))[0]["SHUT"] == ("colour",)
        box.line.send("TEMP", "38.2", at=time.monotonic())
        assert box.show(greens[1].code(time.time()))[0]["SHUT"] == ("temperature",)
        box.wait_until(lambda: reported(ground, device) == ("TEST-BOX-1", "online", 0, True))

        box.cable.state = "cut"
        first = box.show(greens[2].code(time.time()))[0]
        assert (first["OPEN"], first["LAMP"]) == (("3000",), ("admit",))
        assert [box.show(one.code(time.time()))[0]["SHUT"] for one in (red, yellow)] == [("colour",), ("colour",)]
        assert box.show("AK1:FORGED")[0]["SHUT"] == ("invalid",)
        assert box.tell("CARD", "04A21B3C")[0]["SHUT"] == ("stale",)  # only the register knows cards
        box.stop(signal.SIGKILL)  # the queue is on disk, and so is what it knows
        box.start()
        box.cable.state = "silent"
        heard, _ = box.show(greens[3].code(time.time()))
        assert (heard["OPEN"], "by box" in box.said()) == (("3000",), True)

        box.cable.state = "whole"
        box.wait_until(lambda: len(stored(ground, device)) >= 9)
        box.wait_until(lambda: reported(ground, device)[1:3] == ("online", 0))
        # what the gate was asked in the silence reached it late: with the box's own upload it is one visit all the same
        assert sorted(row[:2] for row in stored(ground, device)) == [
            (1, 1), (1, 1), (1, 1), (2, 2), (2, 2), (2, 9), (2, 9), (3, 9), (3, 12),
        ]  # fmt: skip
        assert {row[2] for row in stored(ground, device)} == {1, 3}
        asked = {path: said for path, said in box.cable.places.items() if path.startswith("/g/")}
        paths = ("verify", "visits", "report", "door", "keys", "lists")
        assert asked == {f"/g/v1/{path}": {str(checkpoint)} for path in paths}  # one place, one gate behind a balancer


def test_fire_opens_and_a_revoked_device_says_so_and_shuts(ground: Ground, gate: InProcess, tmp_path: Path) -> None:
    checkpoint = ground.a_checkpoint()
    device, green = ground.a_device(checkpoint), ground.a_person()
    publish(ground)
    with (
        serving(ground) as served,
        wired(served.port, ground.settings.lists_folder, tmp_path, device.token, checkpoint) as box,
    ):
        box.wait_until(lambda: is_ready(box))
        heard, _ = box.tell("FIRE", "1")
        assert (heard["HOLD"], heard["SAY zh"][1]) == (("1",), FIRE)
        assert box.show("AK1:X")[0]["SAY zh"][1] == FIRE
        assert box.tell("FIRE", "0", until="HOLD")[0]["HOLD"] == ("0",)
        ground.sql("update places_device set revoked_at = now() where id = %s", device.number)
        ground.bump("places")
        box.wait_until(lambda: "停用" in box.show(green.code(time.time()))[0]["SAY zh"][1])
        box.cable.state = "cut"
        box.stop()
        box.start()  # it stays revoked, also over a restart and without a network
        heard, _ = box.show(green.code(time.time()))
        assert (heard["SHUT"], heard["LAMP"]) == (("revoked",), ("deny",))
