"""An agency's OpenID Connect provider: a real HTTP server with real RS256 keys, honest until told otherwise."""

import asyncio
import json
import threading
import time
from collections.abc import Callable
from typing import Any

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.house import free_port

CLIENT, SECRET = "ankang", "the-agencys-secret"


def a_key() -> rsa.RSAPrivateKey:
    """An RSA key."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Provider:
    """``claims`` may forge the ID token's claims, ``sign`` its signature."""

    def __init__(self) -> None:
        self.port = free_port()
        self.issuer = f"http://127.0.0.1:{self.port}"
        self.key = a_key()
        self.subject, self.amr = "7001", ["pwd"]
        self.claims: Callable[[dict[str, Any]], dict[str, Any]] = dict
        self.sign: Callable[[dict[str, Any]], str] = self.sign_well
        self._nonces: dict[str, str] = {}
        self.exchanges: list[dict[str, str]] = []

    def sign_well(self, claims: dict[str, Any], key: Any = None, alg: str = "RS256") -> str:
        """Sign as the provider does."""
        return jwt.encode(claims, key or self.key, algorithm=alg, headers={"kid": "one"})

    def start(self) -> None:
        """Serve in a thread of its own."""
        ready = threading.Event()
        threading.Thread(target=self._run, args=(ready,), daemon=True).start()
        assert ready.wait(10)

    def stop(self) -> None:
        """End the thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)

    def _run(self, ready: threading.Event) -> None:
        self._loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self._loop)
        app = web.Application()
        app.add_routes(
            [
                web.get("/.well-known/openid-configuration", self._discovery),
                web.get("/keys", self._keys),
                web.get("/authorize", self._authorize),
                web.post("/token", self._token),
            ]
        )
        runner = web.AppRunner(app, access_log=None)
        self._loop.run_until_complete(runner.setup())
        self._loop.run_until_complete(web.TCPSite(runner, "127.0.0.1", self.port).start())
        ready.set()
        self._loop.run_forever()

    async def _discovery(self, request: web.Request) -> web.Response:
        where = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/keys"}
        config = {"issuer": self.issuer} | {name: self.issuer + path for name, path in where.items()}
        return web.json_response({**config, "token_endpoint_auth_methods_supported": ["client_secret_post"]})

    async def _keys(self, request: web.Request) -> web.Response:
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return web.json_response({"keys": [{**public, "kid": "one", "use": "sig", "alg": "RS256"}]})

    async def _authorize(self, request: web.Request) -> web.Response:
        asked = request.query
        assert (asked["client_id"], asked["response_type"], asked["scope"]) == (CLIENT, "code", "openid")
        code = f"code{len(self._nonces)}"
        self._nonces[code] = asked["nonce"]
        raise web.HTTPFound(f"{asked['redirect_uri']}?code={code}&state={asked['state']}")

    async def _token(self, request: web.Request) -> web.Response:
        said = {name: str(value) for name, value in (await request.post()).items()}
        self.exchanges.append(said)
        assert (said["client_secret"], bool(said["code_verifier"])) == (SECRET, True)
        now = int(time.time())
        claims = {
            "iss": self.issuer, "sub": self.subject, "aud": CLIENT, "iat": now, "exp": now + 300, "amr": self.amr,
            "nonce": self._nonces[said["code"]], "name": "王明", "email": "wang@bureau.example",
        }  # fmt: skip
        token = self.sign(self.claims(claims))
        return web.json_response({"access_token": "a", "token_type": "Bearer", "id_token": token})
