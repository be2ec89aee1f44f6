"""What devices say of themselves, held until the next write: the newest word of each machine, some every few seconds.

Nothing of it is a visit: a report that is lost is followed by another within a minute. The table is places_devicereport.
"""

import time
from typing import Annotated, Literal, NamedTuple

from msgspec import Meta, Struct

from ankang.gate.link import Connection

EVERY = 3.0
"""Seconds between two writes of a process."""
MACHINES = 16
"""Rows a device may have in the table: more machines under one credential are not told apart any more."""
MOST_WAITING = 100_000

_SAVE = f"""
    insert into places_devicereport as was (device_id, hardware, first_at, at, mode, clock_offset, queue, list_age, version,
        battery, temperature, faults)
    select $1, $2, to_timestamp($3), to_timestamp($3), $4, $5, $6, $7, $8, $9, $10, $11
    where exists (select from places_device where id = $1)
        and (select count(*) from places_devicereport where device_id = $1 and hardware <> $2) < {MACHINES}
    on conflict (device_id, hardware) do update set at = excluded.at, mode = excluded.mode,
        clock_offset = excluded.clock_offset, queue = excluded.queue, list_age = excluded.list_age, version = excluded.version,
        battery = excluded.battery, temperature = excluded.temperature, faults = excluded.faults
    where was.at < excluded.at"""


class ReportRequest(Struct, gc=False):
    """How a device is. ``hardware``: what the machine calls itself, for good; ``at``: its clock, unix seconds.

    ``queue``: visits waiting to be uploaded; ``list_age`` seconds; ``battery`` percent; ``temperature`` °C of the machine.
    """

    hardware: Annotated[str, Meta(min_length=4, max_length=64, pattern=r"^[A-Za-z0-9._:-]+$")]
    at: Annotated[float, Meta(ge=0, le=2**33)]
    version: Annotated[str, Meta(max_length=40, pattern=r"^[\x20-\x7e]*$")]
    mode: Literal["online", "offline", "stopped"] = "online"
    queue: Annotated[int, Meta(ge=0, le=2**31 - 1)] = 0
    list_age: Annotated[int, Meta(ge=0, le=2**31 - 1)] | None = None
    battery: Annotated[int, Meta(ge=0, le=100)] | None = None
    temperature: Annotated[float, Meta(ge=-60, le=120)] | None = None
    faults: Annotated[list[Annotated[str, Meta(pattern=r"^[a-z_]{1,32}$")]], Meta(max_length=8)] = []


class Told(NamedTuple):
    """One row, in the order of the statement."""

    device: int
    hardware: str
    at: float
    mode: str
    clock_offset: float
    queue: int
    list_age: int | None
    version: str
    battery: int | None
    temperature: float | None
    faults: str


class DeviceReports:
    """The reports of this process that are not written yet."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[int, str], Told] = {}
        self._written_at = 0.0

    def note(self, device: int, said: ReportRequest, now: float) -> float:
        """Keep a report; returns by how many seconds the device's clock is ahead."""
        offset = round(said.at - now, 3)
        if len(self._waiting) < MOST_WAITING:
            self._waiting[device, said.hardware] = Told(
                device, said.hardware, now, said.mode, offset, said.queue, said.list_age, said.version,
                said.battery, said.temperature, " ".join(said.faults),
            )  # fmt: skip
        return offset

    async def write(self, connection: Connection) -> None:
        """Write what waits, if it is time. What cannot be written waits on; raises what the connection raises."""
        if not self._waiting or time.monotonic() - self._written_at < EVERY:
            return
        self._written_at, going, self._waiting = time.monotonic(), self._waiting, {}
        try:
            await connection.executemany(_SAVE, sorted(going.values(), key=lambda row: row[:2]))
        except BaseException:
            self._waiting = going | self._waiting
            raise
