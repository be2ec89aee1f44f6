"""All that the handlers read: colours, window, places, devices, keys. Replaced in parts, never locked."""

from ankang.config.keys import RootKey
from ankang.config.settings import Settings
from ankang.core.opening import HoursFault, is_open
from ankang.core.policies import PLACE_TYPES, Policy
from ankang.core.voidings import is_void
from ankang.gate.carriers import Carriers
from ankang.gate.colours import Colours
from ankang.gate.companions import Companions
from ankang.gate.device_reports import DeviceReports
from ankang.gate.groups import Groups
from ankang.gate.keys import Keys
from ankang.gate.lists import PublishedLists
from ankang.gate.policies import Released
from ankang.gate.tables import EMPTY, CheckpointRow, DeviceRow, Tables
from ankang.gate.tests import Tests
from ankang.gate.window import Window

CLOCK_LIMIT = 30.0
"""Seconds by which the clock may differ from the database's: codes are of the minute."""


class Checkpoint:
    """A checkpoint; ``open`` when it is in use and its type is known. What its door asks for hangs on the type alone."""

    __slots__ = ("open", "row", "type_slug")

    def __init__(self, row: CheckpointRow) -> None:
        place_type = PLACE_TYPES.get(row.type)
        self.row = row
        self.type_slug = place_type.slug if place_type else ""
        self.open = row.state == "in_use" and place_type is not None

    def is_closed(self, now: float) -> bool:
        """Not in use, or closed for a time: nobody enters, whoever is inside leaves."""
        row = self.row
        if row.closed_from and row.closed_from <= now and (not row.closed_until or now < row.closed_until):
            return True
        return not self.open

    def is_out_of_hours(self, now: float) -> bool:
        """Outside its opening hours, when nobody of the staff stands at the door (docs/places.md)."""
        try:
            return bool(self.row.hours) and not is_open(self.row.hours, now)
        except HoursFault:
            return False


class State:
    """What a gate knows at this moment."""

    def __init__(self, settings: Settings) -> None:
        folder = settings.gate_folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.stale_after = settings.stale_after
        self.device_rate = settings.gate_device_rate
        self.resident_rate = settings.gate_resident_rate
        self.colours = Colours(folder / "colours.bin")
        self.window = Window(folder / "window.bin")
        self.tests = Tests(folder / "tests.bin")
        self.policies = Released()
        self.carriers = Carriers(folder / "carriers.bin")
        self.companions = Companions()
        self.groups = Groups()
        self.genuine_sheets: set[bytes] = set()
        self.lists = PublishedLists(settings.lists_folder)
        self.reports = DeviceReports()
        self.keys: Keys | None = None
        self.tables = EMPTY
        self.clock_error = 0.0
        """Seconds by which this machine's clock is ahead of the database's, when last compared."""
        self.version = 0
        self.checkpoints: dict[int, Checkpoint] = {}
        self.devices: dict[int, DeviceRow] = {}
        self.revoked: frozenset[int] = frozenset()
        self.voidings: dict[int, tuple[int, ...]] = {}

    def replace(self, tables: Tables, root: RootKey) -> None:
        """Take new tables; raises SealBroken (and changes nothing) when the keys are another root key's."""
        if self.keys is None or _sealed(tables) != _sealed(self.tables):
            self.keys = Keys(tables, root)
        self.checkpoints = {row.id: Checkpoint(row) for row in tables.checkpoints}
        self.devices = {row.id: row for row in tables.devices}
        self.revoked = frozenset(tables.revoked)
        self.voidings = _by_person(tables.voidings)
        self.policies.replace(tables.policies)
        self.tables = tables
        self.version += 1

    def is_void(self, person: int, issued_at: int, moment: float) -> bool:
        """Whether a credential of the person was withdrawn after this pass was fetched (core.voidings)."""
        voidings = self.voidings.get(person)
        return voidings is not None and is_void(issued_at, voidings, moment)

    def policy(self, checkpoint: Checkpoint, now: float) -> Policy:
        """Who is admitted at this checkpoint now: the province's policy for places of its type."""
        return self.policies.of(checkpoint.row.type, now)

    def is_stale(self, now: float) -> bool:
        """Whether the colours are older than the limit, or the clock is wrong: then nobody is green."""
        return now - self.colours.fresh_at > self.stale_after or self.clock_is_off

    @property
    def clock_is_off(self) -> bool:
        """Whether this machine and the database disagree about the time; then we cannot tell an old code from a new one."""
        return abs(self.clock_error) > CLOCK_LIMIT

    def close(self) -> None:
        """Let go of the shared files."""
        self.colours.close()
        self.tests.close()
        self.window.close()


def _sealed(tables: Tables) -> tuple[object, ...]:
    """What :class:`Keys` is made from."""
    return (tables.keys, tables.day_keys, tables.index_spaces)


def _by_person(voidings: list[tuple[int, int]]) -> dict[int, tuple[int, ...]]:
    found: dict[int, tuple[int, ...]] = {}
    for person, moment in voidings:
        found[person] = (*found.get(person, ()), moment)
    return found
