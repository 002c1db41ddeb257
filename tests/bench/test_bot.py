"""The client and the questions with which two bots are compared; not how fast either is."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
import pytest

from bench import bot
from bench.bot import stock
from bench.bot.talking import Talk, a_second, while_another

SECRET = "secret-of-the-tests-long-enough-0123456789"


class Heard(ThreadingHTTPServer):
    """Answers like both bots, and keeps what it was asked: (path, customer, body)."""

    daemon_threads = True
    asked: list[tuple[str, str, dict[str, Any]]]


class Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Heard

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        token = (self.headers["Authorization"] or "").removeprefix("Bearer ")
        claims = jwt.decode(token, SECRET, ["HS256"], audience="webchat") if token else {}
        self.server.asked.append((self.path, claims.get("sub", ""), body))
        said = [] if "无" in str(body) else [{"text": "答"}]
        told = json.dumps({"messages": said} if token else said).encode()
        self.send_response(500 if "坏" in str(body) else 200)
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, *_: Any) -> None:
        return


@pytest.fixture
def heard() -> Iterator[Heard]:
    with Heard(("127.0.0.1", 0), Answer) as server:
        server.asked = []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def address(server: Heard) -> str:
    return f"http://127.0.0.1:{server.server_address[1]}"


def test_ours_is_asked_with_a_token_and_a_stock_bot_with_a_name(heard: Heard) -> None:
    ours, rival = Talk(address(heard), SECRET), Talk(address(heard), "")
    assert ours.ask("K7", "账单") == rival.ask("K7", "账单") == [{"text": "答"}]
    (path, customer, body), (rest, _, plain) = heard.asked
    assert (path, customer, body["text"]) == ("/chat/messages", "K7", "账单")
    assert (rest, plain) == ("/webhooks/rest/webhook", {"sender": "web-K7", "message": "账单"})


@pytest.mark.parametrize("text", ["坏", "无"])
def test_a_failure_and_a_silence_are_no_answers(heard: Heard, text: str) -> None:
    with pytest.raises(ValueError, match=r"500|no answer"):
        Talk(address(heard), SECRET).ask("K1", text)


def test_every_message_is_asked_once_over_all_connections(heard: Heard) -> None:
    asked = [(f"K{number}", f"问{number}") for number in range(50)]
    assert a_second([Talk(address(heard), "") for _ in range(4)], asked) > 0
    assert sorted(body["sender"] for _, _, body in heard.asked) == sorted(f"web-{name}" for name, _ in asked)


def test_a_message_without_an_answer_spoils_the_measurement(heard: Heard) -> None:
    with pytest.raises(ValueError, match="no answer"):
        a_second([Talk(address(heard), SECRET)], [("K1", "问"), ("K2", "无")])
    assert Talk(address(heard), "").ask("K2", "无") == []


def test_who_waits_for_another_is_timed() -> None:
    def other() -> float:
        time.sleep(0.01)
        return 0.5

    took_s, longest_s = while_another(lambda: time.sleep(0.1), other)
    assert took_s >= 0.1
    assert longest_s == 0.5


def test_every_third_message_goes_through_the_ledger_and_all_are_the_projects() -> None:
    said = stock.sentences()
    ledger = {text for name in stock.ASKED_OF_LEDGER for text in said[name]}
    asked = list(bot.messages(90))
    assert asked == list(bot.messages(90)), "both bots are asked the same"
    assert all(text in ledger for _, text in asked[::3])
    assert all(text not in ledger for number, (_, text) in enumerate(asked) if number % 3)
    assert {text for _, text in asked} <= {text for each in said.values() for text in each}
