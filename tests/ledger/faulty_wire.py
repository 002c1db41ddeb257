"""A stretch of network between a client and a server that can fail: real sockets on the loopback."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Literal
from urllib.parse import urlsplit

Fault = Literal[
    "",
    "lost_call",  # the call never arrives; the line is silent
    "lost_answer",  # the call arrives; its answer does not
    "cut_answer",  # the connection ends in the middle of the answer
    "slow_answer",  # the answer comes a byte at a time
    "refused",  # the connection ends before the call arrives
]


class FaultyWire:
    """`url` leads to the server; `fault` is what happens from now on."""

    def __init__(self, server_url: str) -> None:
        parts = urlsplit(server_url)
        self._server = (parts.hostname or "", parts.port or 0)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.fault: Fault = ""
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self.fault = "refused"
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        with client, suppress(OSError), socket.create_connection(self._server) as server:
            threading.Thread(target=self._forth, args=(client, server), daemon=True).start()
            while answer := server.recv(65536):
                if self.fault == "lost_answer":
                    continue
                if self.fault == "cut_answer":
                    client.sendall(answer[:-10])
                    break
                for piece in [answer] if not self.fault else [bytes([byte]) for byte in answer]:
                    client.sendall(piece)
                    time.sleep(0.05 if self.fault else 0)
            client.shutdown(socket.SHUT_RDWR)

    def _forth(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while call := client.recv(65536):
                if self.fault == "refused":
                    break
                if self.fault != "lost_call":
                    server.sendall(call)
            server.shutdown(socket.SHUT_RDWR)


@contextmanager
def faulty_wire(server_url: str) -> Iterator[FaultyWire]:
    wire = FaultyWire(server_url)
    yield wire
    wire.close()
