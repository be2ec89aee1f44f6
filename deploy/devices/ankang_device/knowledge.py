"""What the box knows when nobody answers: public keys, the place's policy, and the signed lists, on disk and in memory.

Files are written whole or not at all. A list is taken again at start only when it leads at least as far as the mark that was kept:
an older file put in its place is refused (docs/list-format.md §7).
"""

import json
import os
from pathlib import Path
from typing import Any

from ankang.core import lists
from ankang.core.colours import Colour
from ankang.core.epochs import epoch_of
from ankang.core.policies import BY_SLUG, Policy
from ankang.core.verdicts import Reason, Verdict

from .gate import Gate
from .journal import Journal

_VERDICTS = {verdict.slug: verdict for verdict in Verdict}
_REASONS = {reason.slug: reason for reason in Reason}
Chain = tuple[int, int]
"""Kind of indices, epoch."""


class Knowledge:
    """``held``: the newest list of each chain; ``keys``; ``door``: what the gate last said of this door."""

    def __init__(self, folder: Path, journal: Journal) -> None:
        self._folder, self._journal = folder, journal
        self.keys: dict[int, bytes] = {}
        self.door: dict[str, Any] = {}
        self.held: dict[Chain, lists.Held] = {}
        self.faults: set[str] = set()

    def begin(self) -> None:
        """Take what the disk remembers."""
        self._take_keys(self._read("keys.json"))
        self.door = self._read("door.json")
        for path in sorted((self._folder / "lists").glob("*-*")):
            kind, _, epoch = path.name.partition("-")
            self._begin_chain((int(kind), int(epoch)), path)

    def learn(self, gate: Gate, checkpoint: int, now: float) -> float:
        """Ask the gate for all of it; returns the server's time. Raises Away, Refused."""
        keys = gate.ask("GET", "/g/v1/keys")
        self._take_keys(keys)
        self._write("keys.json", keys)
        self.door = gate.ask("GET", f"/g/v1/door?checkpoint={checkpoint}")
        self._write("door.json", self.door)
        for row in gate.ask("GET", "/g/v1/lists")["lists"]:
            try:
                self._follow(gate, row)
            except lists.ListFault as fault:
                self.faults.add(f"list_{fault.detail}")
        self._forget(epoch_of(now))
        return float(self.door["server_time"])

    def policy(self, now: float) -> Policy:
        """The place's policy as the gate told it; the next one from its own moment on."""
        told, coming = self.door.get("policy"), self.door.get("next_policy")
        if coming and now >= coming["effective_at"]:
            told = coming
        if not told:
            return BY_SLUG["passage"].policy
        rows = [told["entry"][colour.slug] for colour in sorted(Colour)]
        outcomes = tuple((_VERDICTS[row[how][0]], _REASONS[row[how][1]]) for how in ("normal", "fever") for row in rows)
        return Policy(round(told["temperature_limit"] * 10), outcomes)

    def list_age(self, now: float) -> int | None:
        """Seconds since the running epoch's list of codes was made."""
        held = self.held.get((int(lists.Indices.DAY), epoch_of(now)))
        return None if held is None else max(0, int(held.age(now)))

    def _follow(self, gate: Gate, row: dict[str, Any]) -> None:
        """Deltas where they lead on, the whole list where they do not."""
        chain = (int(row["kind"]), int(row["epoch"]))
        issuer = self._journal.fact("issuer", row["issuer"])
        self._journal.note("issuer", issuer)
        terms = lists.Terms(issuer, chain[1], self.keys, lists.Indices(chain[0]))
        held, folder = self.held.get(chain), self._folder / "lists" / f"{chain[0]}-{chain[1]}"
        if held is not None and held.header.sequence >= row["sequence"]:
            return
        files = self._deltas(gate, row, held) if held is not None else None
        if held is None or files is None:
            whole = gate.fetch(row["path"] + row["list"]["file"])
            held = lists.take_list(whole, terms, self._mark(chain) if held is None else held.mark)
            self._keep(folder, "0.akl", whole, anew=True)
            files = self._deltas(gate, row, held) or []
        for name, data in files:
            held = lists.take_delta(held, data, terms)
            self._keep(folder, name, data)
        self.held[chain] = held
        mark = held.mark
        self._journal.note(
            f"mark {chain[0]} {chain[1]}", [mark.epoch, mark.sequence, mark.not_before, mark.digest.hex()]
        )

    def _deltas(self, gate: Gate, row: dict[str, Any], held: lists.Held) -> list[tuple[str, bytes]] | None:
        """The deltas that lead from what is held to the newest; None when they do not."""
        at, found = held.header.sequence, []
        for delta in sorted(row["deltas"], key=lambda delta: delta["from"]):
            if delta["from"] == at:
                found.append((f"{delta['to']:010}.akd", gate.fetch(row["path"] + delta["file"])))
                at = delta["to"]
        return found if at == row["sequence"] else None

    def _begin_chain(self, chain: Chain, folder: Path) -> None:
        terms = lists.Terms(self._journal.fact("issuer", 0), chain[1], self.keys, lists.Indices(chain[0]))
        try:
            held = lists.take_list((folder / "0.akl").read_bytes(), terms)
            for path in sorted(folder.glob("*.akd")):
                held = lists.take_delta(held, path.read_bytes(), terms)
        except (OSError, lists.ListFault):
            self.faults.add("list_damaged")
            return
        mark = self._mark(chain)
        if mark is not None and held.header.sequence < mark.sequence:
            self.faults.add("list_rollback")
            return
        self.held[chain] = held

    def _mark(self, chain: Chain) -> lists.Mark | None:
        kept = self._journal.fact(f"mark {chain[0]} {chain[1]}")
        return None if kept is None else lists.Mark(kept[0], kept[1], kept[2], bytes.fromhex(kept[3]))

    def _forget(self, epoch: int) -> None:
        for chain in [chain for chain in self.held if chain[1] < epoch - 1]:
            del self.held[chain]
            folder = self._folder / "lists" / f"{chain[0]}-{chain[1]}"
            for path in folder.glob("*"):
                path.unlink()
            folder.rmdir()

    def _keep(self, folder: Path, name: str, data: bytes, anew: bool = False) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        if anew:
            for path in folder.glob("*.akd"):
                path.unlink()
        _whole(folder / name, data)

    def _take_keys(self, answer: dict[str, Any]) -> None:
        self.keys = {int(row["kid"]): bytes.fromhex(row["public"]) for row in answer.get("keys", [])}

    def _read(self, name: str) -> dict[str, Any]:
        try:
            found = json.loads((self._folder / name).read_bytes())
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def _write(self, name: str, value: object) -> None:
        _whole(self._folder / name, json.dumps(value).encode())


def _whole(path: Path, data: bytes) -> None:
    draft = path.with_suffix(".new")
    with draft.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)
