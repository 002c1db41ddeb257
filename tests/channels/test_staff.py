"""A connector of Rasa's own for staff: its members alone are heard, as words, and are nobody's account."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.channels.mattermost import MattermostInput
from rasa.core.channels.rest import RestInput

from channels.staff import ANYBODYS, StaffInput, refuse_direct
from tests.channels.conftest import Chat, Process, bot_command, bot_env, free_port, running_chat, wait_for

SECRET = "an-address-that-only-mattermost-knows"
KEYS = {"connector": "mattermost", "address_secret": SECRET, "members": ["u1"]}
LISTED = """
channels.web.WebInput:
channels.staff.StaffInput:
  connector: mattermost
  address_secret: ${YUEFU_STAFF_ADDRESS}
  members: [u1, 7]
  url: %s
  token: a-token-of-mattermost
"""


@dataclass
class Mattermost:
    """The posts that arrive at a Mattermost server of the test's, and what its hook tells the bot."""

    url: str = ""
    chat: Any = None
    posts: list[dict[str, Any]] = field(default_factory=list)

    def tells(self, secret: str = SECRET, **said: Any) -> int:
        address = f"{self.chat.url}/webhooks/mattermost/{secret}/webhook"
        return requests.post(address, json={"channel_id": "d1", **said}, timeout=30).status_code

    def asks(self, user: str, text: str) -> list[str]:
        """What comes back of a message to the bot, whose name Mattermost puts before it."""
        before = len(self.posts)
        assert self.tells(user_id=user, trigger_word="@bot", text=f"@bot {text}") == 200
        return [each["message"] for each in self.posts[before:]]


@pytest.fixture(scope="module")
def mattermost(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mattermost]:
    made, folder = Mattermost(), tmp_path_factory.mktemp("staff")

    class Server(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers["Authorization"] == "Bearer a-token-of-mattermost":
                made.posts.append(json.loads(body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Server) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        made.url = f"http://127.0.0.1:{server.server_port}"
        credentials = folder / "credentials.yml"
        credentials.write_text(LISTED % made.url, encoding="utf-8")
        with running_chat(
            model, folder, credentials=str(credentials), YUEFU_STAFF_ADDRESS=SECRET
        ) as made.chat:
            yield made
        server.shutdown()


def senders(chat: Chat) -> set[str]:
    with closing(sqlite3.connect(chat.bot.env["YUEFU_CHAT_DB"])) as db:
        return {sender for (sender,) in db.execute("SELECT DISTINCT sender_id FROM events")}


def test_a_member_is_answered_under_a_name_that_no_customer_has(mattermost: Mattermost) -> None:
    assert mattermost.asks("u1", "你好") == ["我是智能客服。\n您好，请问要办理什么？"]
    assert mattermost.asks("7", "今天天气")[0].endswith("收到：今天天气")
    assert senders(mattermost.chat) == {"staff-mattermost-u1", "staff-mattermost-7"}
    assert {each["channel_id"] for each in mattermost.posts} == {"d1"}


@pytest.mark.parametrize("user", ["u2", "web-u1", "staff-mattermost-u1", ""])
def test_who_is_no_member_is_not_heard(mattermost: Mattermost, user: str) -> None:
    assert mattermost.asks(user, "你好") == []
    assert f"staff-mattermost-{user}" not in senders(mattermost.chat)


@pytest.mark.parametrize("secret", ["", "another-address-of-this-very-bot"])
def test_without_the_secret_there_is_no_address(mattermost: Mattermost, secret: str) -> None:
    assert mattermost.tells(secret, user_id="u1", trigger_word="@bot", text="@bot 你好") == 404
    log = mattermost.chat.bot.text()
    assert "refused: not_found (POST /webhooks/mattermost/…)" in log and (not secret or secret not in log)


@pytest.mark.parametrize("said", [{"text": 5}, {}, {"text": "@bot 你好", "user_id": ["u1"]}])
def test_what_cannot_be_read_is_refused_and_the_address_stays_out_of_the_log(
    mattermost: Mattermost, said: dict[str, Any]
) -> None:
    assert mattermost.tells(trigger_word="@bot", **said) in (200, 400, 500)
    address = f"{mattermost.chat.url}/webhooks/mattermost/{SECRET}"
    assert requests.get(f"{address}/webhook", timeout=10).status_code == 405
    assert requests.post(f"{address}/webhook", data="{", timeout=10).status_code == 400
    assert requests.get(f"{address}/elsewhere", timeout=10).status_code == 404
    assert SECRET not in mattermost.chat.bot.text()


def test_what_is_typed_or_pressed_there_is_words(mattermost: Mattermost) -> None:
    (said,) = mattermost.asks("u1", '/confirm_settle{"quote_id": "q1", "amount_fen": 1}')
    assert "收到：" in said
    before = len(mattermost.posts)
    mattermost.tells(user_id="u1", context={"action": "/confirm_settle"})
    assert "收到：" in mattermost.posts[before]["message"]


def test_what_can_be_chosen_is_said_and_may_be_typed(mattermost: Mattermost) -> None:
    (said,) = mattermost.asks("u1", "结清")
    assert said.split("\n")[-1] == "可回复：确认结清、先看看"
    assert mattermost.asks("u1", "先看看") == ["您好，请问要办理什么？"]


def test_news_that_it_cannot_bring_are_no_reason_to_stop(mattermost: Mattermost) -> None:
    put = mattermost.chat.put_outbox("staff-mattermost-u1", "payout_done", "P1")
    wait_for(lambda: put in mattermost.chat.acked(), 30)
    assert "staff-mattermost-u1 has news" in mattermost.chat.bot.text()


def test_a_member_hears_that_something_failed(caplog: pytest.LogCaptureFixture) -> None:
    class Full:
        async def admit(self, sender: str) -> None:
            raise OSError("no space left")

    staff = StaffInput(MattermostInput("", "", ""), SECRET, frozenset({"u1"}))
    staff._desk = SimpleNamespace(rate=Full())  # type: ignore[assignment]
    output = CollectingOutputChannel()
    asyncio.run(staff._hear(UserMessage("你好", output, "u1")))
    assert [each["text"] for each in output.messages] == ["系统暂时出错，请稍后再试。"]
    assert "a message of staff-mattermost-u1 failed" in caplog.text


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"connector": "rest"}, "connector"),
        ({"connector": None}, "connector"),
        ({"address_secret": "short"}, "address_secret"),
        ({"address_secret": "slash/slash/slash/slash/slash"}, "address_secret"),
        ({"members": []}, "members"),
        ({"members": ["a b"]}, "members"),
    ],
)
def test_a_wrong_key_is_named(wrong: dict[str, Any], named: str) -> None:
    with pytest.raises(SystemExit, match=f"staff: {named} must be") as error:
        StaffInput.from_credentials({**KEYS, **wrong})
    assert SECRET not in str(error.value)


def test_rasas_own_channels_are_refused_where_they_stand_alone(model: Path, tmp_path: Path) -> None:
    credentials = tmp_path / "credentials.yml"
    credentials.write_text("channels.web.WebInput:\nrest:\n", encoding="utf-8")
    command = bot_command(model, free_port(), credentials=str(credentials))
    bot = Process(command, tmp_path / "bot.log", bot_env(tmp_path, "http://127.0.0.1:1"))
    bot.start()
    wait_for(bot.ended, 60)
    assert "lists Rasa's own channel rest, which takes anybody's word" in bot.text()


def test_only_connectors_of_platforms_may_be_used() -> None:
    assert {"rest", "callback", "socketio", "rasa", "cmdline"} <= ANYBODYS
    refuse_direct([StaffInput(MattermostInput("", "", ""), SECRET, frozenset({"u1"}))])
    with pytest.raises(SystemExit, match="mattermost"):
        refuse_direct([MattermostInput("", "", "")])
    with pytest.raises(SystemExit, match="rest"):
        refuse_direct([RestInput()])
