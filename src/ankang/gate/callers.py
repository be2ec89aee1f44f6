"""Who calls: bearer tokens and cookies, opened once and kept for a while, with a rate limit each."""

from collections.abc import Mapping
from typing import Literal

from ankang.core.credentials import CredentialFault
from ankang.gate.faults import CredentialRevoked, CrossSite, NotReady, TooManyRequests, Unauthorized
from ankang.gate.limits import Allowance, Allowances
from ankang.gate.state import State
from ankang.gate.tables import DeviceRow

Kind = Literal["resident", "device"]
KEPT = 20_000
"""Callers kept open a process; at more it begins anew."""
NEWS_SECONDS = 30
"""A device paired this short a while ago may be news to this gate: it is asked to come again, not sent away."""


class Caller:
    """A resident (``subject`` = person number) or a device (``subject`` = device id, ``device`` its row)."""

    __slots__ = ("allowance", "device", "expires", "kind", "name", "revoked", "subject", "version")

    def __init__(self, kind: Kind, subject: int, name: str, expires: int, allowance: Allowance) -> None:
        self.kind = kind
        self.subject = subject
        self.name = name
        self.expires = expires
        self.allowance = allowance
        self.device: DeviceRow | None = None
        self.revoked = False
        self.version = 0


class Callers:
    """Opens tokens; the answer is kept until it expires or the tables change."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._open_ones: dict[str, Caller] = {}
        self._allowances = {
            "device": Allowances(state.device_rate),
            "resident": Allowances(state.resident_rate),
        }

    def identify(self, kind: Kind, headers: Mapping[str, str], now: float) -> Caller:
        """The caller of a request, one request of its rate spent.

        A revoked *device* is returned with ``revoked`` set, because its attempt is stored. Raises Unauthorized,
        CredentialRevoked, CrossSite, TooManyRequests.
        """
        header = headers.get("authorization")
        token = header[7:] if header and header[:7].lower() == "bearer " else _cookie_token(kind, headers)
        caller = self._open_ones.get(token)
        if caller is None or caller.version != self._state.version or caller.expires <= now:
            caller = self._open(token, now)
        if caller.kind != kind:
            raise Unauthorized(reason="wrong_kind")
        if not caller.allowance.take(now):
            raise TooManyRequests
        return caller

    def _open(self, token: str, now: float) -> Caller:
        keys = self._state.keys
        if keys is None:
            raise NotReady
        try:
            credential = keys.read(token, now)
        except CredentialFault as fault:
            raise Unauthorized(reason=fault.detail) from None
        kind, subject = credential.kind, credential.subject
        caller = Caller(kind, subject, credential.name, credential.expires, self._allowances[kind].of(subject, now))
        caller.version = self._state.version
        if kind == "device":
            device = self._state.devices.get(subject)
            if device is None or credential.serial > device.generation:
                if now - credential.issued < NEWS_SECONDS:
                    raise NotReady
                raise Unauthorized(reason="unknown_device")
            caller.device = device
            caller.revoked = device.revoked or credential.serial != device.generation
        elif credential.serial in self._state.revoked:
            raise CredentialRevoked
        if len(self._open_ones) >= KEPT:
            self._open_ones.clear()
        self._open_ones[token] = caller
        return caller


def _cookie_token(kind: Kind, headers: Mapping[str, str]) -> str:
    """The token of a page of our own origin (docs/decisions 0004); requests that another site caused are refused."""
    cookies = headers.get("cookie") or ""
    wanted = f"ankang_{kind}="
    for part in cookies.split(";"):
        name_value = part.strip()
        if name_value.startswith(wanted):
            if (headers.get("sec-fetch-site") or "same-origin") not in ("same-origin", "none"):
                raise CrossSite
            return name_value[len(wanted) :].strip('"')
    raise Unauthorized(reason="no_token")
