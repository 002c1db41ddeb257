"""A host that publishes its public keys, on the loopback interface, as the tests want it to behave."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa

ISSUER = "https://login.shop.example"


class KeyPair:
    """A key by which the host signs, and what it publishes of it."""

    def __init__(self, kid: str, algorithm: str = "RS256") -> None:
        self.kid, self.algorithm = kid, algorithm
        self.private: Any = (
            rsa.generate_private_key(public_exponent=65537, key_size=2048)
            if algorithm == "RS256"
            else ec.generate_private_key(ec.SECP256R1())
        )

    def published(self, **changes: Any) -> dict[str, Any]:
        public = jwt.get_algorithm_by_name(self.algorithm).to_jwk(self.private.public_key(), as_dict=True)
        return {**public, "kid": self.kid, "use": "sig", "alg": self.algorithm, **changes}

    def token(self, sub: str, **claims: Any) -> str:
        """A login of ten minutes; a claim of None is left out."""
        now = int(time.time())
        usual = {"iss": ISSUER, "aud": "webchat", "sub": sub, "iat": now, "exp": now + 600}
        kept = {name: value for name, value in {**usual, **claims}.items() if value is not None}
        return jwt.encode(kept, self.private, algorithm=self.algorithm, headers={"kid": self.kid})


class KeyHost:
    """What the server answers, and how often it was asked."""

    def __init__(self) -> None:
        self.body: bytes = b'{"keys": []}'
        self.status = 200
        self.delay_s = 0.0
        self.asked = 0
        self.url = ""

    def publish(self, *keys: dict[str, Any]) -> None:
        self.body = json.dumps({"keys": list(keys)}).encode()


@contextmanager
def key_host() -> Iterator[KeyHost]:
    host = KeyHost()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host.asked += 1
            time.sleep(host.delay_s)
            moved = host.status == 302 and self.path != "/elsewhere"
            self.send_response(302 if moved else 200 if host.status == 302 else host.status)
            if moved:
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", str(len(host.body)))
            self.end_headers()
            self.wfile.write(host.body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    host.url = f"http://127.0.0.1:{server.server_port}/jwks.json"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield host
    finally:
        server.shutdown()
        server.server_close()
