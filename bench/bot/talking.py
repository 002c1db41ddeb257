"""The client, the same for both bots: connections that are kept, one message after the other on each."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Callable, Iterable
from functools import partial
from http.client import HTTPConnection
from typing import Any, Final
from urllib.parse import urlsplit

import jwt

_TIMEOUT_S: Final = 120
_TOKEN_LIFE_S: Final = 500


class Talk:
    """One connection to a bot. `secret`: of the tokens that ours asks for; a stock bot believes any name."""

    def __init__(self, url: str, secret: str) -> None:
        self._connection = HTTPConnection(urlsplit(url).netloc, timeout=_TIMEOUT_S)
        self._secret = secret
        self._tokens: dict[str, tuple[str, float]] = {}

    def ask(self, customer: str, text: str) -> list[Any]:
        """The messages that answer. Raises ValueError, OSError, HTTPException.

        A stock bot says nothing where it is not sure enough: that is an answer of its own, and a quick one.
        """
        if self._secret:
            headers = {"Authorization": f"Bearer {self._token(customer)}"}
            path, body = "/chat/messages", {"id": uuid.uuid4().hex, "text": text}
        else:
            headers, path = {}, "/webhooks/rest/webhook"
            body = {"sender": f"web-{customer}", "message": text}
        headers["Content-Type"] = "application/json"
        self._connection.request("POST", path, json.dumps(body), headers)
        response = self._connection.getresponse()
        answered = response.read()
        if response.status != 200:
            raise ValueError(f"{response.status}: {answered[:200]!r}")
        told = json.loads(answered)
        messages = list(told["messages"] if self._secret else told)
        if self._secret and not messages:
            raise ValueError("no answer")
        return messages

    def time(self, customer: str, text: str) -> float:
        """Seconds until the answer."""
        began = time.perf_counter()
        self.ask(customer, text)
        return time.perf_counter() - began

    def close(self) -> None:
        """The next message opens it again."""
        self._connection.close()

    def _token(self, customer: str) -> str:
        token, until = self._tokens.get(customer, ("", 0.0))
        now = time.time()
        if now > until:
            claims = {"iss": "yuefu-demo", "aud": "webchat", "sub": customer, "iat": int(now)}
            token = jwt.encode({**claims, "exp": int(now) + _TOKEN_LIFE_S + 60}, self._secret, "HS256")
            self._tokens[customer] = (token, now + _TOKEN_LIFE_S)
        return token


def a_second(talks: list[Talk], messages: Iterable[tuple[str, str]]) -> float:
    """Messages (customer, text) a second, with every connection asking as soon as it has its answer."""
    waiting = iter(messages)
    lock, done, errors = threading.Lock(), [0], []

    def work(talk: Talk) -> None:
        try:
            while True:
                with lock:
                    asked = next(waiting, None)
                if asked is None:
                    return
                talk.ask(*asked)
                with lock:
                    done[0] += 1
        except Exception as error:
            errors.append(error)

    took_s = _side_by_side([partial(work, talk) for talk in talks])
    if errors:
        raise errors[0]
    return done[0] / took_s


def while_another(act: Callable[[], Any], other: Callable[[], float]) -> tuple[float, float]:
    """How long `act` takes, and the longest that `other` took meanwhile, in seconds."""
    over = threading.Event()
    longest = [0.0]

    def keep_on() -> None:
        while not over.is_set():
            longest[0] = max(longest[0], other())

    thread = threading.Thread(target=keep_on)
    thread.start()
    time.sleep(0.2)
    began = time.perf_counter()
    try:
        act()
        return time.perf_counter() - began, longest[0]
    finally:
        over.set()
        thread.join()


def _side_by_side(works: list[Callable[[], None]]) -> float:
    threads = [threading.Thread(target=work) for work in works]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - began
