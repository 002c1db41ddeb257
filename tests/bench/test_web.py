"""The widget beside deep-chat: what is counted is what is loaded and read; how fast is not the point here."""

from __future__ import annotations

import asyncio
import gzip
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
import socketio

import bench.web
from bench import __main__ as bench_command
from bench.sizes import NotMeasured
from bench.web import echo, loading
from scripts import build
from tests import chromium

HEARD = f"{echo.ANSWER}hello"
ASKS_IN_VAIN = """
<yuefu-chat inline></yuefu-chat>
<script src="yuefu-chat.js"></script>
<script>
  const chat = document.querySelector("yuefu-chat");
  chat.tokenProvider = () => new Promise(() => {});
  setTimeout(() => chat.say("hello"), 500);
</script>
"""


@pytest.fixture
def rival() -> None:
    """Both scripts, as `make bench` sets them up."""
    if not build.rival_ready():
        build.install_rival()


def test_the_echo_says_back_what_was_said_either_way(tmp_path: Path) -> None:
    (tmp_path / "page.css").write_text("body { margin: 0; }")

    async def by_socket(address: str) -> list[str]:
        client = socketio.AsyncClient()
        heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        client.on("bot_uttered", heard.put)
        await client.connect(address, transports=["websocket"])
        session = await client.call("session_request", {"since": 0})
        said = await client.call("user_uttered", {"id": "1", "text": "hello"})
        answer = await asyncio.wait_for(heard.get(), 10)
        await client.disconnect()
        assert session["ok"] and said["ok"] and answer["seq"] > said["seq"]
        return [answer["text"]]

    with echo.serving({"page.css": tmp_path / "page.css"}) as address:
        body = {"messages": [{"role": "user", "text": "hello"}]}
        assert httpx.post(f"{address}/echo", json=body).json() == {"text": HEARD}
        assert asyncio.run(by_socket(address)) == [HEARD]
        file = httpx.get(f"{address}/page.css")
        assert (file.text, file.headers["Content-Encoding"]) == ("body { margin: 0; }", "gzip")
        assert httpx.get(f"{address}/watch.js").status_code == 404


def test_bytes_are_told_raw_and_gzipped(tmp_path: Path) -> None:
    scripts = {"yuefu_chat": tmp_path / "a.js", "deep_chat": tmp_path / "b.js"}
    scripts["yuefu_chat"].write_bytes(bytes(range(250)))
    scripts["deep_chat"].write_bytes(bytes(range(250)) * 3 + bytes(10_000))
    told = bench.web.sizes(scripts)
    assert (told["yuefu_chat"]["raw"], told["deep_chat"]["raw"]) == (250, 10_750)
    gzipped = {name: len(gzip.compress(path.read_bytes(), 9)) for name, path in scripts.items()}
    assert {name: told[name]["gzip"] for name in scripts} == gzipped
    assert told["ratio"] == round(gzipped["yuefu_chat"] / gzipped["deep_chat"], 2) and not told["reached"]


def test_times_are_the_quick_ones_and_any_request_elsewhere_counts() -> None:
    ours = [loading.Load(ms, 0) for ms in (100.0, 900.0, 200.0, 100.0, 800.0)]
    theirs = [loading.Load(ms, n) for ms, n in ((400.0, 0), (300.0, 2), (9000.0, 0), (400.0, 0), (500.0, 0))]
    told = bench.web.times({"yuefu_chat": ours, "deep_chat": theirs})
    assert (told["yuefu_chat_ms"], told["deep_chat_ms"], told["ratio"]) == (100, 400, 0.25)
    assert (told["yuefu_chat_median_ms"], told["deep_chat_median_ms"]) == (200, 400)
    assert told["requests_elsewhere"] == {"yuefu_chat": 0, "deep_chat": 2} and told["reached"]


@pytest.mark.skipif(chromium.program() is None, reason=chromium.MISSING)
def test_both_pages_show_an_answer_and_only_an_answer_counts(
    rival: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "SLOWER", 1)
    loads = bench.web.loaded(2)
    assert {name: len(done) for name, done in loads.items()} == {"yuefu_chat": 2, "deep_chat": 2}
    assert all(each.shown_ms > 0 for done in loads.values() for each in done)
    assert loads["yuefu_chat"][0].requests_elsewhere == 0
    json.dumps(bench.web.times(loads))
    silent = tmp_path / "silent.html"
    silent.write_text(ASKS_IN_VAIN)
    monkeypatch.setattr(loading, "AT_MOST_S", 2)
    files = {"silent.html": silent, "yuefu-chat.js": build.WIDGET}
    with (
        echo.serving(files) as address,
        loading.slow_browser() as tab,
        pytest.raises(TimeoutError, match="no answer"),
    ):
        loading.load(tab, f"{address}/silent.html")


@pytest.mark.skipif(chromium.program() is None, reason=chromium.MISSING)
def test_other_event_loops_run_again_after_the_browser() -> None:
    """Playwright's runs in the thread that all tests of a session share."""
    with chromium.running() as browser:
        assert browser.is_connected()
    asyncio.run(asyncio.sleep(0))


def test_without_a_browser_the_other_parts_are_measured_and_a_sentence_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(chromium, "program", lambda: None)
    for part in bench_command.PARTS.keys() - {"web"}:
        monkeypatch.setitem(bench_command.PARTS, part, lambda size: {"ratio": 1})
    assert bench_command.main([]) == 0
    said = capsys.readouterr()
    told = json.loads(said.out.splitlines()[-1])
    assert told["ledger"] == {"ratio": 1} and "web" not in told
    assert told["not_measured"] == {"web": chromium.MISSING}
    assert f"web is not measured: {chromium.MISSING}" in said.err
    assert bench_command.main(["--only=web"]) == 1
    with pytest.raises(NotMeasured):
        bench.web.measure("short")
