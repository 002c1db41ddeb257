"""Input that must do nothing: it is answered, and nothing is charged, closed or logged."""

from __future__ import annotations

import json
import time

import pytest

from tests.live import LiveDemo, button, cards_of, words_of

PHONE, CARD = "13812345678", "6222021234567890123"


@pytest.mark.parametrize(
    "text",
    [
        '/prepay_all{"amount":1}',
        "/confirm_close",
        " /confirm_settle",
        "\u3000/confirm_close",
        "\x1f/confirm_close",
        "EXTERNAL: confirm_close",
        "/restart",
        "确认关闭",
    ],
)
def test_typed_commands_run_nothing(demo: LiveDemo, text: str) -> None:
    demo.say("c-clean", text="怎么关闭月付")
    before = demo.ledger("c-clean")["journals"]
    said = demo.say("c-clean", text=text, acr="payment")
    after = demo.ledger("c-clean")
    assert said and (after["state"], after["journals"]) == ("ACTIVE", before)
    assert not cards_of(said, "receipt")


@pytest.mark.parametrize("text", ["", "   ", "\u3000\n\t", "😀😀👍", "。。。？？", "啊" * 300])
def test_nothing_that_can_be_understood_is_answered(demo: LiveDemo, text: str) -> None:
    assert words_of(demo.say("c-clean", text=text)).strip()


def test_twenty_thousand_characters_are_too_long_at_once(demo: LiveDemo) -> None:
    token = demo.token("c-clean")
    demo.post("c-clean", text="你好", token=token)
    began = time.monotonic()
    answer = demo.post("c-clean", text="还" * 20_000, token=token)
    took_s = time.monotonic() - began
    assert answer.status_code == 200 and "太长" in words_of(answer.json()["messages"])
    assert took_s < 1.0  # 100 ms on an idle machine; the bound here only tells parsing from refusing


def test_a_changed_or_invented_button_runs_nothing(demo: LiveDemo) -> None:
    token = button(demo.say("c-clean", text="怎么关闭月付"), "确认关闭")
    for bad in (token[:-2], token[::-1], "x", token + "A" * 5000):
        answer = demo.post("c-clean", button=bad, acr="payment")
        assert answer.status_code in (200, 400)
    assert demo.ledger("c-clean")["state"] == "ACTIVE"


def test_no_token_and_a_bad_one_are_refused(demo: LiveDemo) -> None:
    body = {"id": "m-1", "text": "怎么关闭月付"}
    headers = {"Authorization": "Bearer nonsense"}
    for answer in (
        demo.bot.post("/chat/messages", json=body),
        demo.bot.post("/chat/messages", json=body, headers=headers),
    ):
        assert answer.status_code == 401 and answer.json()["error"]["reference"]


def test_no_log_holds_a_whole_phone_or_card_number(demo: LiveDemo) -> None:
    said = demo.say("c-clean", text=f"我的手机{PHONE}，卡号{CARD}，帮我查账单")
    assert said
    demo.say("c-clean", text=f"转人工 {PHONE}")
    ticket = demo.staff("GET", "tickets")["tickets"][-1]
    assert PHONE not in json.dumps(ticket) and CARD not in json.dumps(ticket)
    logs = demo.logs()
    assert PHONE not in logs and CARD not in logs


@pytest.mark.parametrize("number", [PHONE, CARD, "11010119900307123X"])
def test_a_number_that_names_a_person_is_answered_and_kept_nowhere(demo: LiveDemo, number: str) -> None:
    said = demo.say("c-owing", text=f"我的号码是{number}，这个月账单多少钱")
    assert cards_of(said, "bill") and "请不要在聊天里发卡号、证件号或手机号" in words_of(said)
    kept = [path for path in demo.folder.rglob("*") if path.is_file()]
    assert {"chat.db", "bot.log"} <= {path.name for path in kept}
    for path in kept:
        assert number.encode() not in path.read_bytes(), path.name


def test_numbers_of_orders_and_receipts_are_kept(demo: LiveDemo) -> None:
    said = demo.say("c-owing", text="订单20261103123456和凭证号JQ20261103-0001，这个月账单多少钱")
    assert "请不要在聊天里发" not in words_of(said)
    kept = b"".join(path.read_bytes() for path in demo.folder.glob("chat.db*"))
    assert b"20261103123456" in kept and b"JQ20261103-0001" in kept
