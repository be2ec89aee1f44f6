"""A passkey in software: what a security key does with the options of a ceremony (WebAuthn level 2, attestation ``none``)."""

import hashlib
import json
import secrets
import struct
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.cose import ES256
from fido2.utils import websafe_encode

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


class Passkey:
    """One key pair for one site; ``origin`` is what the browser would write into the client data."""

    def __init__(self, origin: str = "http://localhost:8000") -> None:
        self.origin, self.identity, self.count = origin, secrets.token_bytes(32), 0
        self.key = ec.generate_private_key(ec.SECP256R1())

    def register(self, options: dict[str, Any]) -> dict[str, Any]:
        """The answer to ``navigator.credentials.create(options)``, as JSON."""
        asked = options["publicKey"]
        public = cbor.encode(dict(ES256.from_cryptography_key(self.key.public_key())))
        own = bytes(16) + struct.pack(">H", len(self.identity)) + self.identity + public
        data = self._data(asked["rp"]["id"], PRESENT | VERIFIED | ATTESTED) + own
        attestation = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        response = {
            "clientDataJSON": self._client("webauthn.create", asked["challenge"]),
            "attestationObject": websafe_encode(attestation),
        }
        return self._answer(response) | {"clientExtensionResults": {"credProps": {"rk": True}}}

    def sign(self, options: dict[str, Any]) -> dict[str, Any]:
        """The answer to ``navigator.credentials.get(options)``, as JSON."""
        asked = options["publicKey"]
        self.count += 1
        client, data = self._client("webauthn.get", asked["challenge"]), self._data(asked["rpId"], PRESENT | VERIFIED)
        signed = data + hashlib.sha256(self._raw(asked["challenge"], "webauthn.get")).digest()
        signature = self.key.sign(signed, ec.ECDSA(hashes.SHA256()))
        response = {"clientDataJSON": client, "authenticatorData": websafe_encode(data), "signature": websafe_encode(signature)}
        return self._answer(response) | {"clientExtensionResults": {}}

    def _answer(self, response: dict[str, str]) -> dict[str, Any]:
        name = websafe_encode(self.identity)
        return {"id": name, "rawId": name, "type": "public-key", "response": response}

    def _data(self, site: str, flags: int) -> bytes:
        return hashlib.sha256(site.encode()).digest() + struct.pack(">BI", flags, self.count)

    def _raw(self, challenge: str, kind: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}).encode()

    def _client(self, kind: str, challenge: str) -> str:
        return websafe_encode(self._raw(challenge, kind))
