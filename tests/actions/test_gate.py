"""What stands in front of every answer: a person, the scam warning, failures, and what was not understood."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from actions.server import build_executor, build_ledger
from actions.settings import Settings
from ledger import Ledger, audit, tickets
from tests.actions.chat import Chat
from tests.full_disk import no_room

Begin = Callable[[str | None], Chat]


def test_while_a_person_has_the_ticket_words_go_there_and_buttons_wait(chat: Begin, ledger: Ledger) -> None:
    owing = chat("c-owing")
    quote = owing.type("prepay_all", enters="settle")
    asked = owing.type("talk_to_human", "转人工，我的卡号6222021234567890123")
    ticket = tickets.active_for(ledger, "web-c-owing")
    assert ticket is not None and ticket.number in asked[0].text
    assert owing.type("greet", "还在吗"), "an open ticket does not silence the assistant"
    tickets.take(ledger, ticket.id, "staff-1")
    assert owing.type("query_bill", "我的账单呢") == []
    waiting = owing.press(quote, "确认结清", strong=True)
    assert waiting[0].response == "utter_person_has_it"
    messages = tickets.get(ledger, ticket.id).messages
    assert [each.text for each in messages] == ["我的账单呢"]
    back = owing.press(waiting, "回到智能助手")
    assert back[0].response == "utter_bot_back"
    assert owing.type("greet", "你好")


def test_the_packet_spares_asking_again(chat: Begin, ledger: Ledger) -> None:
    owing = chat("c-owing")
    owing.type("why_unusable", "为什么用不了")
    owing.type("talk_to_human", "人工，电话13812345678")
    packet = tickets.list_tickets(ledger)[-1].packet
    assert packet["customer_id"] == "c-owing"
    assert packet["asked"] == "人工，电话****5678"
    assert packet["balances"]["owed_fen"] > 0
    assert packet["tried"] == ["action_why_unusable"]
    assert [each["who"] for each in packet["turns"]] == ["customer", "assistant", "customer"]
    assert "13812345678" not in str(packet)


def test_a_second_request_for_a_person_files_no_second_ticket(chat: Begin, ledger: Ledger) -> None:
    clean = chat("c-clean")
    clean.type("talk_to_human", "人工")
    clean.type("talk_to_human", "人工人工")
    assert len([each for each in tickets.list_tickets(ledger) if each.sender == "web-c-clean"]) == 1


def test_a_complaint_is_filed_as_one(chat: Begin, ledger: Ledger) -> None:
    chat("c-clean").type("talk_to_human", "我要投诉你们")
    assert tickets.list_tickets(ledger)[-1].kind == "complaint"


@pytest.mark.parametrize("text", ["您好。\n\n已核对。", "有0[号]和{大括号}"])
def test_the_words_of_staff_arrive_as_one_bubble(chat: Begin, ledger: Ledger, text: str) -> None:
    clean = chat("c-clean")
    clean.type("talk_to_human", "人工")
    ticket = tickets.active_for(ledger, "web-c-clean")
    assert ticket is not None
    answered = tickets.reply(ledger, ticket.id, text, "staff-1", "k1")
    said = clean.push("ticket_reply", f"{ticket.id}:{answered.messages[-1].id}")
    assert len(said) == 1 and "\n\n" not in said[0].text and "0[" not in said[0].text
    assert clean.push("ticket_taken", str(ticket.id))[0].card["state"] == "taken"
    assert clean.push("ticket_late", str(ticket.id))[0].text
    assert clean.push("ticket_closed", str(ticket.id))[0].card["state"] == "closed"


def test_the_warning_comes_instead_of_a_decision(chat: Begin) -> None:
    said = chat("c-clean").type("how_to_close", "有人打电话让我共享屏幕关闭月付", enters="close")
    assert [each.response for each in said] == ["utter_scam_warning", "utter_scam_next"]


def test_at_most_two_bubbles_even_with_warning_and_open_decision(chat: Begin) -> None:
    clean = chat("c-clean")
    clean.type("how_to_close", enters="close")
    said = clean.type("close_impact", "对方让我转账，关了有影响吗")
    assert [each.response for each in said] == ["utter_scam_warning", "utter_scam_dropped"]


def test_two_candidates_then_a_person(chat: Begin) -> None:
    clean = chat("c-clean")
    ranking = ("nlu_fallback", "why_unusable", "greet", "query_limit")
    first = clean.type("nlu_fallback", "那个怎么弄", ranking=ranking)
    assert [each["intent"] for each in first[0].buttons] == ["why_unusable", "query_limit"]
    second = clean.type("nlu_fallback", "就那个", ranking=ranking)
    offered = [each["intent"] for each in second[0].buttons]
    assert offered[0] == "talk_to_human" and offered[-2:] == ["why_unusable", "query_limit"]
    clean.type("greet", "你好")
    assert clean.type("nlu_fallback", "嗯嗯", ranking=ranking)[0].response == "utter_clarify"


def test_a_failure_is_a_sentence_with_a_reference_and_the_log_has_the_rest(
    chat: Begin, ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    with ledger.engine.begin() as conn:  # evidence that lacks what the answer tells
        conn.execute(sa.text("""UPDATE freezes SET evidence = '{"logins": [{}]}' WHERE kind = 'risk'"""))
    said = chat("c-risk").type("why_unusable")
    reference = said[0].card["reference"]
    assert said[0].response == "utter_error" and reference in said[0].text
    assert reference in caplog.text and "Traceback" in caplog.text


def test_a_ledger_that_cannot_be_read_is_said_with_a_reference(chat: Begin, ledger: Ledger) -> None:
    with ledger.engine.begin() as conn:
        conn.execute(sa.text("ALTER TABLE links RENAME TO links_gone"))
    said = chat("c-owing").type("why_unusable")
    assert said[0].response == "utter_unavailable" and said[0].card["reference"] in said[0].text


def test_a_full_disk_is_said_with_a_reference_and_the_same_button_settles_later(
    chat: Begin, ledger: Ledger
) -> None:
    owing = chat("c-owing")
    quote = owing.type("prepay_all", enters="settle")
    with no_room():
        failed = owing.press(quote, "确认结清", strong=True)
    assert failed[0].response == "utter_unavailable" and failed[0].card["reference"] in failed[0].text
    done = owing.press(quote, "确认结清", strong=True)
    assert done[0].response == "utter_settled", done
    assert audit.audit(ledger) == []


def test_a_failed_push_is_raised_so_that_it_is_tried_again(chat: Begin) -> None:
    with pytest.raises(Exception, match="unknown_ticket"):
        chat("c-owing").push("ticket_closed", "999")


def test_a_read_only_ledger_answers_questions_and_charges_nothing(settings: Settings) -> None:
    build_ledger(settings).engine.dispose()
    path = Path(settings.run_dir) / "ledger.db"
    url = f"sqlite:///file:{path}?mode=ro&uri=true"
    ledger = build_ledger(Settings(**{**vars(settings), "database_url": url}))
    clean = Chat(build_executor(ledger), "c-clean")
    decision = clean.type("how_to_close", enters="close")
    refused = clean.press(decision, "确认关闭", strong=True)
    assert refused[0].response == "utter_read_only" and refused[0].card["reference"] in refused[0].text
    ledger.engine.dispose()


def test_a_slow_gateway_holds_up_nobody_else(chat: Begin, ledger: Ledger) -> None:
    """Actions run in threads: while one waits for the gateway, the loop answers another customer."""
    from ledger.gateway.simulated import SimulatedGateway

    assert isinstance(ledger.gateway, SimulatedGateway)
    ledger.gateway.set_mode("timeout", "c-owing")
    owing, clean = chat("c-owing"), chat("c-clean")
    quote = owing.type("prepay_all", enters="settle")
    order: list[str] = []

    async def both() -> None:
        async def slow() -> None:
            await owing.executor.run(owing.call_press(quote, "确认结清", strong=True))
            order.append("slow")

        async def quick() -> None:
            await asyncio.sleep(0.2)
            await clean.executor.run(clean.call_type("greet"))
            order.append("quick")

        await asyncio.gather(slow(), quick())

    asyncio.run(both())
    assert order == ["quick", "slow"]


def test_other_scripts_are_asked_for_chinese_and_then_given_a_person(chat: Begin) -> None:
    clean = chat("c-clean")
    ranking = ("nlu_fallback", "thanks", "query_limit")
    first = clean.type("nlu_fallback", "qing wen zhe ge", ranking=ranking)[0]
    assert first.response == "utter_missed_other_script" and "请用汉字" in first.text
    assert [each["intent"] for each in first.buttons] == [
        "how_to_close",
        "why_unusable",
        "prepay_all",
        "talk_to_human",
    ]
    second = clean.type("nlu_fallback", "this one", ranking=ranking)[0]
    assert [each["intent"] for each in second.buttons] == ["talk_to_human", "menu"]


def test_words_too_few_to_be_of_another_matter_are_misses_too(chat: Begin) -> None:
    clean = chat("c-clean")
    answers = [clean.type("out_of_scope", text)[0].response for text in ("你猜", "那啥", "你猜")]
    assert answers == ["utter_missed", "utter_missed_twice", "utter_missed_twice"]
    clean.type("thanks")
    assert clean.type("out_of_scope", "你猜")[0].response == "utter_missed"


@pytest.mark.parametrize(
    "text",
    ["滚", "傻逼", "你妈的", "垃圾机器人！", "去你的", "你真没用", "操你妈", "智障客服", "去死吧", "SB"],
)
@pytest.mark.parametrize("intent", ["out_of_scope", "nlu_fallback", "thanks"])
def test_an_insult_with_nothing_asked_gets_an_apology_and_a_person(
    chat: Begin, intent: str, text: str
) -> None:
    clean = chat("c-clean")
    first = clean.type(intent, text)[0]
    assert (first.response, first.buttons[0]["intent"]) == ("utter_insulted", "talk_to_human")
    assert clean.type(intent, text) == [first]


@pytest.mark.parametrize("text", ["垃圾短信怎么关", "操作失败", "滚动还款", "蠢货才用花呗"])
def test_words_that_hold_more_than_an_insult_are_read(chat: Begin, text: str) -> None:
    assert chat("c-clean").type("nlu_fallback", text)[0].response == "utter_missed"
