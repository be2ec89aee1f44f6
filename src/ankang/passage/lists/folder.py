"""The files of one chain: ``{sequence}.akl``, ``{from}-{to}.akd`` and ``latest.json``; each whole or not there."""

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ankang.core import lists

from .chains import Chain, is_past

LATEST = "latest.json"
DELTAS_KEPT = 130
"""Deltas that latest.json names: two hours and a little more; who is further behind takes the full list."""


class ListFolder:
    """The published files of one chain."""

    def __init__(self, root: Path, chain: Chain) -> None:
        self.path, self._chain = root / chain.folder, chain

    def begin(self) -> None:
        """Make the folder, and remove what a writer left that was killed."""
        self.path.mkdir(parents=True, exist_ok=True)
        for draft in self.path.glob(".*.new"):
            draft.unlink(missing_ok=True)

    def latest(self) -> dict[str, Any]:
        """What latest.json says; empty when there is none or it cannot be read."""
        try:
            found = json.loads((self.path / LATEST).read_bytes())
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def newest(self) -> int:
        """The highest sequence that any file here has; 0 when there is none."""
        names = [path.stem for path in self.path.glob("*.ak[ld]")]
        return max((int(name.rpartition("-")[2]) for name in names if name.replace("-", "").isdigit()), default=0)

    def read_back(self, sequence: int, digest: bytes, keys: Mapping[int, bytes]) -> lists.Held | None:
        """The list ``sequence`` as a scanner would hold it; None when files are missing, damaged or of another one."""
        try:
            held = self._held(sequence, keys)
        except (OSError, KeyError, TypeError, ValueError, lists.ListFault):
            return None
        return held if (held.header.sequence, held.header.digest) == (sequence, digest) else None

    def _held(self, sequence: int, keys: Mapping[int, bytes]) -> lists.Held:
        terms = lists.Terms(self._chain.issuer, self._chain.epoch, keys, self._chain.indices)
        latest = self.latest()
        held = lists.take_list((self.path / latest["list"]["file"]).read_bytes(), terms)
        for delta in latest["deltas"]:
            if held.header.sequence == delta["from"] and delta["to"] <= sequence:
                held = lists.take_delta(held, (self.path / delta["file"]).read_bytes(), terms)
        return held

    def write(self, header: lists.Header, full: bytes | None, delta: tuple[int, bytes] | None) -> None:
        """Publish list ``header.sequence``: ``full``, and ``delta`` from the sequence it names. latest.json comes last."""
        before = self.latest()
        deltas = [one for one in before.get("deltas", []) if delta and one["to"] <= delta[0]]
        if delta:
            name = f"{delta[0]}-{header.sequence}.akd"
            deltas.append({"from": delta[0], "to": header.sequence, "file": name, "bytes": self._put(name, delta[1])})
        told = before.get("list")
        if full:
            name = f"{header.sequence}.akl"
            told = {
                "sequence": header.sequence,
                "file": name,
                "bytes": self._put(name, full),
                "digest": header.digest.hex(),
            }
        latest = {
            "issuer": header.issuer,
            "epoch": header.epoch,
            "kind": int(header.indices),
            "sequence": header.sequence,
            "digest": header.digest.hex(),
            "space": header.size,
            "not_before": header.not_before,
            "next_update": header.next_update,
            "list": told,
            "deltas": deltas[-DELTAS_KEPT:],
        }
        self._put(LATEST, json.dumps(latest, indent=1).encode())

    def _put(self, name: str, data: bytes) -> int:
        """Under its name only when it is whole and on the disk; how many bytes."""
        draft = self.path / f".{name}.new"
        with draft.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, self.path / name)
        descriptor = os.open(self.path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        return len(data)


def forget_past(root: Path, now: float) -> list[Path]:
    """Remove the folders of epochs that are past their time; returns them."""
    past = [path for path in root.glob("*/*") if path.name.isdigit() and is_past(int(path.name), now)]
    for path in past:
        shutil.rmtree(path, ignore_errors=True)
    return past
