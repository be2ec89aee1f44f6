"""What lists for offline scanners there are, as the worker wrote it beside them; looked at once a second."""

from pathlib import Path
from typing import Any

import msgspec

from ankang.core.epochs import epoch_of


class PublishedLists:
    """The ``latest.json`` of the running and the next epoch, by kind of indices."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: dict[Path, tuple[int, dict[str, Any]]] = {}

    def refresh(self, now: float) -> None:
        """Read what changed; a folder that is not there has no lists."""
        today = epoch_of(now)
        found = [
            path
            for epoch in (today, today + 1)
            for path in sorted(self._folder.glob(f"[1-9]*/{epoch}/[1-4]/latest.json"))
        ]
        self._seen = {path: read for path in found if (read := self._read(path)) is not None}

    def newest(self) -> list[dict[str, Any]]:
        """One entry a chain: latest.json and the ``path`` below which its files are."""
        return [latest for _, latest in self._seen.values()]

    def _read(self, path: Path) -> tuple[int, dict[str, Any]] | None:
        before = self._seen.get(path)
        try:
            changed = path.stat().st_mtime_ns
            if before is not None and before[0] == changed:
                return before
            latest = msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
        except (OSError, msgspec.DecodeError):
            return before
        where = "/".join(path.parts[-4:-1])
        return changed, {"path": f"/lists/{where}/", **latest}
