"""A person: asked for, answering in the chat, and giving back to the assistant."""

from __future__ import annotations

import time

from tests.live import LiveDemo, Message, button, cards_of, words_of


def pushed(demo: LiveDemo, since: int, text: str) -> list[Message]:
    until = time.monotonic() + 40
    while text not in words_of(told := demo.later("c-owing", since)):
        assert time.monotonic() < until, f"{text} was not pushed"
        time.sleep(0.5)
    return told


def test_a_ticket_with_its_packet_is_taken_answered_and_given_back(demo: LiveDemo) -> None:
    demo.say("c-owing", text="我这个月账单多少钱")
    said = demo.say("c-owing", text="转人工，我的手机号是13812345678")
    card = cards_of(said, "ticket")[0]
    assert card["number"] in words_of(said) and card["promised_by"]
    ticket = demo.staff("GET", "tickets?state=OPEN")["tickets"][0]
    packet = ticket["packet"]
    assert packet["customer_id"] == "c-owing" and "****5678" in packet["asked"]
    assert packet["balances"]["owed_fen"] == demo.ledger("c-owing")["debts"]["total_fen"]
    assert "我这个月账单多少钱" in [each["text"] for each in packet["turns"]]
    assert packet["tried"]
    last = said[-1]["seq"]
    demo.staff("POST", f"tickets/{ticket['id']}/take")
    demo.staff("POST", f"tickets/{ticket['id']}/reply", {"text": "您好，账单已核对。"})
    told = pushed(demo, last, "您好，账单已核对。")
    assert demo.say("c-owing", text="好的，那我怎么还") == []
    texts = [each["text"] for each in demo.staff("GET", f"tickets/{ticket['id']}")["messages"]]
    assert texts == ["您好，账单已核对。", "好的，那我怎么还"]
    back = demo.say("c-owing", button=button(told, "回到智能助手"))
    assert "智能助手" in words_of(back)
    assert demo.say("c-owing", text="谢谢")


def test_buttons_wait_while_a_person_has_the_conversation(demo: LiveDemo) -> None:
    quote = demo.say("c-owing", text="我要全部提前还清")
    demo.say("c-owing", text="转人工客服")
    ticket = demo.staff("GET", "tickets?state=OPEN")["tickets"][0]
    demo.staff("POST", f"tickets/{ticket['id']}/take")
    before = demo.ledger("c-owing")["journals"]
    said = demo.say("c-owing", button=button(quote, "确认结清"), acr="payment")
    assert "回到智能助手" in words_of(said)
    assert demo.ledger("c-owing")["journals"] == before


def test_staff_routes_need_their_secret(demo: LiveDemo) -> None:
    answer = demo.service.get("/staff/tickets")
    assert answer.status_code == 403 and answer.json()["error"]["reference"]


def test_a_caller_who_wants_a_code_is_warned_of_first(demo: LiveDemo) -> None:
    said = demo.say("c-clean", text="有人打电话自称客服，让我下载会议软件共享屏幕关闭月付")
    assert "诈骗" in said[0]["text"] and len(said) == 2
