"""The audit of what we build on, against a database of holes on this machine."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from scripts import audit
from scripts.console import Failure
from scripts.processes import free_port

AIOHTTP = next(each for each in audit.known() if each.package == "aiohttp")


@contextmanager
def database(holes: dict[str, list[dict[str, Any]]]) -> Iterator[str]:
    """One that speaks OSV's protocol and knows these holes by package."""
    every = {hole["id"]: hole for listed in holes.values() for hole in listed}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            named = [query["package"]["name"] for query in asked["queries"]]
            self.answer({"results": [{"vulns": [{"id": h["id"]} for h in holes.get(n, [])]} for n in named]})

        def do_GET(self) -> None:
            self.answer(every[self.path.rsplit("/", 1)[1]])

        def answer(self, told: Any) -> None:
            body = json.dumps(told).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setattr("sys.argv", ["audit"])
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    return monkeypatch


def test_a_hole_that_is_listed_or_withdrawn_passes(
    asked: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    holes = {
        "aiohttp": [{"id": "GHSA-1", "aliases": [sorted(AIOHTTP.holes)[0]]}],
        "tensorflow": [{"id": "GHSA-2"}, {"id": "PYSEC-3"}],
        "sanic": [{"id": "GHSA-4", "withdrawn": "2026-01-01T00:00:00Z"}],
    }
    with database(holes) as url:
        asked.setenv("YUEFU_OSV_URL", url)
        assert audit.main() == 0
    assert "3 known holes, 3 of them out of reach" in capsys.readouterr().err


def test_a_hole_that_nobody_has_listed_fails_and_is_named(
    asked: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with database({"aiohttp": [{"id": "GHSA-9", "aliases": ["CVE-2026-9"]}]}) as url:
        asked.setenv("YUEFU_OSV_URL", url)
        with pytest.raises(Failure, match="1 holes are neither mended nor listed"):
            audit.main()
    assert f"aiohttp {AIOHTTP.version}: CVE-2026-9, GHSA-9" in capsys.readouterr().err


def test_without_the_database_nothing_is_compared_and_that_is_said(
    asked: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked.setenv("YUEFU_OSV_URL", f"http://127.0.0.1:{free_port()}")
    with pytest.raises(Failure, match="nothing was compared"):
        audit.main()
    asked.setattr("sys.argv", ["audit", "--if-reachable"])
    assert audit.main() == 0
    assert "nothing was compared" in capsys.readouterr().err


def test_every_known_hole_is_of_a_package_that_is_pinned() -> None:
    packages = audit.pinned()
    assert len(packages) > 200
    for each in audit.known():
        assert (each.package, each.version) in packages and len(each.why) > 40


def test_an_entry_for_another_version_fails(asked: pytest.MonkeyPatch) -> None:
    asked.setattr(audit, "pinned", lambda: {("aiohttp", "4.0.0")})
    with pytest.raises(Failure, match="no longer pinned"):
        audit.main()
