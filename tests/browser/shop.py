"""Somebody else's site with the widget in it: the examples of the npm package, and the backend that they ask.

It serves them under the strictest policy that the widget promises to run under, on an origin of its own.
"""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from scripts import build
from tests.live import LiveDemo

TYPES = {".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css"}


def build_examples(bot_url: str) -> Path:
    """The examples, speaking to this bot."""
    command = ["node", "build.mjs", f"--examples={bot_url}"]
    done = subprocess.run(
        command, cwd=build.WEB, env=build.node_environment(), capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return build.WEB / "dist" / "examples"


class Shop:
    """Who is logged in here, and what the browser may load."""

    def __init__(self, demo: LiveDemo, files: Path) -> None:
        self.demo, self.files = demo, files
        self.customer = "c-owing"
        self.asked: list[str] = []
        self.url = f"http://127.0.0.1:{demo.shop_port}"

    def policy(self) -> str:
        bot = self.demo.bot_url
        return (
            f"default-src 'self'; style-src 'self'; connect-src 'self' {bot} {bot.replace('http', 'ws')}; "
            "require-trusted-types-for 'script'; trusted-types lit-html"
        )

    def answer(self, path: str, query: str) -> str:
        """The backend: a session's token, or that of a strong login."""
        self.asked.append(path)
        if path == "/api/login":
            return "ok"
        acr = "payment" if path == "/api/strong-login" and "acr=payment" in query else None
        return self.demo.token(self.customer, acr)


@contextmanager
def open_shop(demo: LiveDemo) -> Iterator[Shop]:
    shop = Shop(demo, build_examples(demo.bot_url))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = shop.files / urlsplit(self.path).path.lstrip("/")
            found = path.suffix in TYPES and path.is_file()
            missing = 204 if path.name == "favicon.ico" else 404
            body = path.read_bytes() if found else b""
            self.reply(200 if found else missing, body, TYPES.get(path.suffix, ""))

        def do_POST(self) -> None:
            asked = urlsplit(self.path)
            self.reply(200, shop.answer(asked.path, asked.query).encode(), "text/plain")

        def reply(self, status: int, body: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Security-Policy", shop.policy())
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", demo.shop_port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield shop
    finally:
        server.shutdown()
        server.server_close()
