"""The gate over HTTP: one kept connection a thread, short patience, answers as they are."""

import http.client
import json
from typing import Any
from urllib.parse import urlsplit


class Away(Exception):
    """The gate did not answer in time, or with a fault of a server: the door decides by itself."""


class Refused(Exception):
    """The gate answered with an error; ``status`` and ``code``."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"{status} {code}")
        self.status, self.code = status, code


class Gate:
    """Requests to ``address`` with the device's bearer; ``place``: its checkpoint's number, by which a balancer of several gates
    keeps everything of one place together. Not for several threads at once.
    """

    def __init__(self, address: str, token: str, patience: float, place: int) -> None:
        self._address, self._patience = urlsplit(address), patience
        self._head = {
            "authorization": f"Bearer {token}",
            "content-type": "application/json",
            "accept-language": "zh",
            "x-ankang-place": str(place),
        }
        self._connection: http.client.HTTPConnection | None = None

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """The JSON answer. Raises Away, Refused."""
        status, raw = self._request(method, path, None if body is None else json.dumps(body).encode())
        try:
            answer = json.loads(raw)
        except ValueError:
            raise Away from None
        if status == 200:
            return answer
        if status >= 500 or status == 429:
            raise Away
        raise Refused(status, str(answer.get("error", "")) if isinstance(answer, dict) else "")

    def fetch(self, path: str) -> bytes:
        """A file. Raises Away."""
        status, raw = self._request("GET", path, None)
        if status != 200:
            raise Away
        return raw

    def _request(self, method: str, path: str, body: bytes | None) -> tuple[int, bytes]:
        kept = self._connection is not None
        try:
            return self._once(method, path, body)
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            self.close()  # the server had closed the kept connection: that says nothing about the network
            if not kept:
                raise Away from None
        except (OSError, http.client.HTTPException):
            self.close()
            raise Away from None
        try:
            return self._once(method, path, body)
        except (OSError, http.client.HTTPException):
            self.close()
            raise Away from None

    def _once(self, method: str, path: str, body: bytes | None) -> tuple[int, bytes]:
        if self._connection is None:
            kind = http.client.HTTPSConnection if self._address.scheme == "https" else http.client.HTTPConnection
            self._connection = kind(self._address.netloc, timeout=self._patience)
        self._connection.request(method, path, body, self._head)
        answer = self._connection.getresponse()
        return answer.status, answer.read()

    def close(self) -> None:
        """Forget the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
