"""The box's settings, from a TOML file; what is missing has the value below."""

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Settings:
    """``serial``: paths of serial lines; ``keyboard``: ``-`` for standard input, or /dev/input/event…, or nothing."""

    gate: str
    token_file: Path
    folder: Path
    checkpoint: int
    hardware: str
    direction: str = "entry"
    serial: tuple[str, ...] = ()
    keyboard: str = ""
    open_ms: int = 3_000
    temperature_for: float = 8.0
    """Seconds for which a measured temperature belongs to the next code."""
    temperature_wanted: bool = False
    online_wait: float = 0.2
    """Seconds to wait for the gate before the door decides by itself."""
    offline_rest: float = 15.0
    """Seconds without asking after the gate did not answer."""
    report_every: float = 60.0
    """Seconds between two reports, and between two looks at keys, policy and lists."""
    upkeep_every: float = 2.0
    """Seconds between two looks at what is due: uploads, and a report after a silence."""
    upkeep_wait: float = 5.0
    """Seconds to wait for the gate beside the door."""
    clock_tolerance: float = 30.0
    unsynchronised_days: float = 7.0
    when_revoked: str = "shut"
    list_limit: float = 6 * 3600.0
    most_waiting: int = 100_000
    languages: tuple[str, ...] = ("zh", "en")

    @property
    def token(self) -> str:
        """The device's bearer."""
        return self.token_file.read_text().strip()


def read_settings(path: Path) -> Settings:
    """Raises ValueError that names what is wrong."""
    given: dict[str, Any] = tomllib.loads(path.read_text())
    known = {field.name for field in fields(Settings)}
    if unknown := sorted(given.keys() - known):
        raise ValueError(f"unknown settings: {', '.join(unknown)}")
    for name in ("serial", "languages"):
        if name in given:
            given[name] = tuple(given[name])
    for name in ("token_file", "folder"):
        if name in given:
            given[name] = path.parent / given[name]
    try:
        settings = Settings(**given)
    except TypeError as fault:
        raise ValueError(str(fault)) from None
    if settings.when_revoked not in ("shut", "open") or settings.direction not in ("entry", "exit"):
        raise ValueError("when_revoked is shut or open, direction is entry or exit")
    return settings
