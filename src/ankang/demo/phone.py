"""A resident's phone as a client of the gate: its own hash chain, a pass a day, a code a minute off line.

What the code page does in the browser, this does for the simulator, the benchmarks and the tests.
"""

import secrets
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from ankang.core import chain
from ankang.core.base64url import from_base64url, to_base64url
from ankang.core.codes import DayPass, show, split_pass
from ankang.core.epochs import epoch_of, epoch_start, step_of


class PassRefused(Exception):
    """The gate gave no pass: ``status`` is the HTTP status, ``retry_after`` its advice in seconds or None."""

    def __init__(self, status: int, body: str, retry_after: float | None) -> None:
        super().__init__(f"{status} {body[:200]}")
        self.status = status
        self.retry_after = retry_after


class NoPass(Exception):
    """The phone holds no pass for this moment."""


class Chain:
    """The phone's chain of 1,440 links from a random seed; keeps every 40th, so a link costs 40 digests."""

    _STRIDE = 40

    def __init__(self, seed: bytes | None = None) -> None:
        link = seed or secrets.token_bytes(chain.SEED_BYTES)
        self._kept = [link]
        for _ in range(chain.LENGTH // self._STRIDE):
            link = chain.walk(link, self._STRIDE)
            self._kept.append(link)

    @property
    def anchor(self) -> bytes:
        """The last link, which goes into the signed pass (16 bytes)."""
        return self._kept[-1]

    def preimage(self, step: int) -> bytes:
        """The link that is shown at ``step`` (0 … 1,439): number 1,440 − step."""
        kept, rest = divmod(chain.LENGTH - step, self._STRIDE)
        return chain.walk(self._kept[kept], rest)


@dataclass(frozen=True, slots=True)
class HeldPass:
    """A pass with what is needed to show it."""

    day_pass: DayPass
    gate_key: bytes
    chain: Chain

    def text(self, step: int) -> str:
        """The code's text at ``step``."""
        return show(self.day_pass.raw, self.gate_key, step, self.chain.preimage(step))


@dataclass
class Phone:
    """One phone with one resident's ``bearer``; ``base`` is the product's address, no slash at its end."""

    base: str
    bearer: str
    passes: dict[int, HeldPass] = field(default_factory=dict)

    @property
    def headers(self) -> dict[str, str]:
        """The header that says who asks."""
        return {"Authorization": f"Bearer {self.bearer}"}

    async def fetch_pass(self, session: aiohttp.ClientSession, ahead: bool = False) -> HeldPass:
        """Make a new chain and get a pass for it; with ``ahead`` for the next epoch. Raises PassRefused."""
        wish, links = self.wish(ahead)
        async with session.post(f"{self.base}/g/v1/pass", json=wish, headers=self.headers) as answer:
            if answer.status != 200:
                raise PassRefused(answer.status, await answer.text(), retry_after(answer))
            return self.take(await answer.json(), links)

    def wish(self, ahead: bool = False) -> tuple[dict[str, str], Chain]:
        """What to post for a new pass, and the chain it is for."""
        links = Chain()
        epoch = {"epoch": "next"} if ahead else {}
        return {"anchor": to_base64url(links.anchor), **epoch}, links

    def take(self, answer: dict[str, Any], links: Chain) -> HeldPass:
        """Hold the pass of the gate's answer to :meth:`wish`."""
        return self.keep(from_base64url(answer["pass"]), from_base64url(answer["gate_key"]), links)

    def keep(self, raw: bytes, gate_key: bytes, links: Chain) -> HeldPass:
        """Hold a pass (header ‖ signature) given for ``links``; raises CodeFault when it is not one."""
        held = HeldPass(split_pass(raw), gate_key, links)
        self.passes[held.day_pass.epoch] = held
        return held

    def show(self, now: float) -> str:
        """The code's text in the minute of ``now`` (unix seconds); no server is asked. Raises NoPass."""
        held = self.passes.get(epoch_of(now))
        if held is None:
            raise NoPass(f"no pass for the epoch of {now:.0f}")
        return held.text(step_of(now))

    def valid_until(self) -> int | None:
        """Unix seconds at which the last held pass ends; None without a pass."""
        if not self.passes:
            return None
        last = self.passes[max(self.passes)].day_pass
        return epoch_start(last.epoch + 1)


def retry_after(answer: aiohttp.ClientResponse) -> float | None:
    """Seconds of the Retry-After header; None when there is none or it is a date."""
    try:
        return float(answer.headers.get("Retry-After", ""))
    except ValueError:
        return None
