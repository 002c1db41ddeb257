"""One server for both: the pages, and what is said comes back, by Socket.IO to ours and by HTTP to theirs.

HTTP is what deep-chat does by default, and it needs no second connection before the first message.
"""

from __future__ import annotations

import asyncio
import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import socketio
from aiohttp import web

ANSWER: Final = "heard: "
STARTS_IN_S: Final = 10.0
KINDS: Final = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}


@contextmanager
def serving(files: dict[str, Path]) -> Iterator[str]:
    """The address of a server of these files and the echo; it runs in a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    runner = web.AppRunner(_app({name: packed(path) for name, path in files.items()}))
    try:
        port = asyncio.run_coroutine_threadsafe(_listen(runner), loop).result(STARTS_IN_S)
        yield f"http://127.0.0.1:{port}"
    finally:
        asyncio.run_coroutine_threadsafe(_end(runner), loop).result(STARTS_IN_S)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(STARTS_IN_S)
        loop.close()


def packed(path: Path) -> bytes:
    """A file as it travels."""
    return gzip.compress(path.read_bytes(), compresslevel=9, mtime=0)


async def _listen(runner: web.AppRunner) -> int:
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    return int(runner.addresses[0][1])


async def _end(runner: web.AppRunner) -> None:
    await runner.cleanup()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


def _app(files: dict[str, bytes]) -> web.Application:
    app = web.Application()

    async def file(request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name not in files:
            raise web.HTTPNotFound
        kind = KINDS[Path(name).suffix]
        headers = {"Content-Encoding": "gzip", "Content-Type": kind, "Cache-Control": "no-store"}
        return web.Response(body=files[name], headers=headers)

    async def echo(request: web.Request) -> web.Response:
        said = await request.json()
        return web.json_response({"text": ANSWER + said["messages"][-1]["text"]})

    app.add_routes([web.post("/echo", echo), web.get("/{name}", file)])
    socket = _socket()
    socket.attach(app)

    async def close_sockets(_app: web.Application) -> None:
        await socket.shutdown()

    app.on_shutdown.append(close_sockets)
    return app


def _socket() -> socketio.AsyncServer:
    """Speaks the events of `channels/socket.py`, as far as an echo needs them."""
    server = socketio.AsyncServer(async_mode="aiohttp", transports=["websocket"])

    async def session_request(_sid: str, _asked: Any) -> dict[str, Any]:
        return {"ok": True, "messages": [], "seq": 0, "at": datetime.now(UTC).isoformat()}

    async def user_uttered(sid: str, said: dict[str, Any]) -> dict[str, Any]:
        message = {"seq": 2, "text": ANSWER + said["text"], "at": datetime.now(UTC).isoformat()}
        await server.emit("bot_uttered", message, room=sid)
        return {"ok": True, "dup": False, "seq": 1}

    server.on("session_request", session_request)
    server.on("user_uttered", user_uttered)
    return server
