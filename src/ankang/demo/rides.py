"""A resident's phone with a ride code: its own key pair for the day, an authorisation, a code a minute off line.

What the code page does in the browser, this does for ``ankang demo ride`` and the tests.
"""

from collections.abc import Mapping
from typing import Any

from ankang.core.base64url import from_base64url, to_base64url
from ankang.core.ride import Authorisation, parse_authorisation, show
from ankang.core.sm import Sm2Signer, compressed, sm2_generate


class RidePhone:
    """One phone. The private key is made here and never sent."""

    def __init__(self) -> None:
        self.signer = Sm2Signer(*sm2_generate())
        self.raw = b""

    def wish(self, ahead: bool = False) -> dict[str, str]:
        """What to post to ``/api/v1/me/ride``."""
        return {"public_key": to_base64url(compressed(self.signer.public)), **({"epoch": "next"} if ahead else {})}

    def take(self, answer: Mapping[str, Any]) -> "RidePhone":
        """Hold the authorisation of the server's answer; raises CodeFault when it is none."""
        self.raw = from_base64url(answer["authorisation"])
        parse_authorisation(self.raw)
        return self

    @property
    def authorisation(self) -> Authorisation:
        """What the issuer said of this phone's key."""
        return parse_authorisation(self.raw)

    def show(self, now: float) -> bytes:
        """The code of this moment (unix seconds), 340 bytes; no server is asked."""
        return show(self.raw, int(now), self.signer)
