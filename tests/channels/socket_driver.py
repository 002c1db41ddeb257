"""Socket.IO clients driven over stdin, one JSON command a line, one JSON answer a line.

Runs in the service's environment: the client there is current, the bot's own does not run on Rasa's aiohttp.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

import socketio
from socketio.exceptions import ConnectionError as Refused

EVENTS = ("bot_uttered", "user_echo", "rated", "typing", "auth_expired", "disconnect")


class Driver:
    """Named clients and what each has received."""

    def __init__(self) -> None:
        self.clients: dict[str, socketio.AsyncClient] = {}
        self.heard: dict[str, list[dict[str, Any]]] = {}

    async def connect(
        self, name: str, url: str, auth: Any, origin: str | None = None, namespace: str = "/"
    ) -> Any:
        client = socketio.AsyncClient(reconnection=False)
        heard: list[dict[str, Any]] = []
        refusals: list[Any] = []
        for event in EVENTS:

            async def hear(data: Any = None, *_: Any, event: str = event) -> None:
                heard.append({"event": event, "data": data})

            client.on(event, hear)

        async def refuse(data: Any) -> None:
            refusals.append(data)

        client.on("connect_error", refuse)
        headers = {} if origin is None else {"Origin": origin}
        try:
            await client.connect(
                url,
                auth=auth,
                transports=["websocket"],
                headers=headers,
                namespaces=[namespace],
                wait_timeout=15,
            )
        except Refused:
            return {"refused": refusals}
        self.clients[name], self.heard[name] = client, heard
        return {"sid": client.get_sid()}

    async def call(self, name: str, event: str, data: Any) -> Any:
        return await self.clients[name].call(event, data, timeout=30)

    async def both(self, name: str, other: str, event: str, data: Any) -> Any:
        """The same event from two sockets at the same time."""
        return await asyncio.gather(self.call(name, event, data), self.call(other, event, data))

    async def wait(self, name: str, event: str, count: int = 1, timeout_s: float = 30) -> Any:
        """What came under an event, once there are `count` of it or the time is over."""
        until = asyncio.get_running_loop().time() + timeout_s
        while True:
            found = [heard["data"] for heard in self.heard[name] if heard["event"] == event]
            if len(found) >= count or asyncio.get_running_loop().time() >= until:
                return found
            await asyncio.sleep(0.02)

    async def order(self, name: str) -> Any:
        return [heard["event"] for heard in self.heard[name]]

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            command = json.loads(line)
            try:
                answer = await getattr(self, command.pop("op"))(**command)
            except Exception as error:
                answer = {"failed": f"{type(error).__name__}: {error}"}
            print(json.dumps(answer), flush=True)
        for client in self.clients.values():
            await client.disconnect()


if __name__ == "__main__":
    asyncio.run(Driver().run())
