"""Whose account a messaging app is, from the words of somebody unlinked to the result that comes back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from actions.host_page import HostPage
from actions.server import Executor, build_executor
from ledger import Ledger, facts, links, one_time, outbox, reconciler, tickets
from ledger.clock import DemoClock
from tests.actions.chat import Chat, Said

PHONE, WEB = "wxkf-wmAbCdEf12", "web-c-owing"
PAGE = HostPage("https://shop.example/service?from=chat", 600)
Begin = Callable[[str | None], Chat]


@pytest.fixture
def executor(ledger: Ledger) -> Executor:
    return build_executor(ledger, PAGE)


@pytest.fixture
def phone(executor: Executor) -> Chat:
    """Somebody in 微信客服, who is nobody's customer yet."""
    return Chat(executor, None, PHONE, "wecom_kf")


def link(ledger: Ledger, customer: str = "c-owing", sender: str = PHONE) -> int:
    made = one_time.make_link(ledger, customer, 600)
    assert one_time.redeem_link(ledger, sender, made.token).state == "taken"
    link_id = links.current(ledger, sender)[0]
    assert link_id is not None
    return link_id


def told(ledger: Ledger, chat: Chat) -> list[tuple[str, list[Said]]]:
    """What waits for this sender, as it hears it."""
    items = outbox.claim(ledger, 50, 60)
    outbox.ack(ledger, [item.id for item in items])
    mine = [item for item in items if item.sender == chat.sender]
    return [(item.kind, chat.push(item.kind, item.ref, item.id)) for item in mine]


def words_of(said: list[Said]) -> str:
    return "\n".join(bubble.text for bubble in said)


def titles(said: list[Said]) -> list[str]:
    return [button["title"] for bubble in said for button in bubble.buttons]


# Until it is linked


@pytest.mark.parametrize(
    "intent", ["query_bill", "how_to_close", "prepay_all", "query_limit", "refund", "overdue"]
)
def test_an_unlinked_sender_gets_the_general_answer_and_the_step_that_there_is(
    phone: Chat, intent: str
) -> None:
    """There is no login button in a messaging app."""
    said = phone.type(intent)
    assert "登录后" not in words_of(said) + "".join(titles(said))
    assert any(title.startswith("关联账号后") for title in titles(said))
    assert {bubble.card.get("type") for bubble in said} == {"link"}  # nothing to open here
    how = phone.press(said, "关联账号后")
    assert how[0].response == "utter_link_how" and PAGE.url in how[0].text


def test_a_greeting_offers_to_link_first(phone: Chat, chat: Begin) -> None:
    assert titles(phone.type("greet", "你好"))[-1] == "先关联账号"
    assert "先关联账号" not in titles(chat(None).type("greet", "你好"))


def test_what_needs_an_account_names_the_page(phone: Chat, executor: Executor, ledger: Ledger) -> None:
    said = phone.type("offer_settle")
    assert said[0].response == "utter_link_needed" and f"请在 {PAGE.url} 登录" in said[0].text
    without = Chat(build_executor(ledger), None, PHONE, "wecom_kf").type("offer_settle")
    assert "请在我们的App或网页登录" in without[0].text


@pytest.mark.parametrize("text", ["怎么关联账号", "绑定月付", "怎么绑定账号", "登录", "关联微信"])
def test_how_to_link_is_answered_when_it_is_typed(phone: Chat, ledger: Ledger, text: str) -> None:
    assert phone.type("nlu_fallback", text)[0].response == "utter_link_how"
    link(ledger)
    assert phone.type("nlu_fallback", "怎么关联账号")[0].response == "utter_link_stands"


def test_on_the_page_how_to_link_names_the_page(chat: Begin) -> None:
    assert chat("c-owing").type("nlu_fallback", "怎么关联微信")[0].response == "utter_link_on_page"
    assert chat(None).type("nlu_fallback", "怎么关联微信")[0].response == "utter_login"


@pytest.mark.parametrize("text", ["解绑银行卡", "绑定银行卡", "换绑手机号"])
def test_a_bank_card_is_no_account(phone: Chat, chat: Begin, ledger: Ledger, text: str) -> None:
    link(ledger)
    for talk in (phone, chat("c-owing")):
        assert "link" not in talk.type("payment_setting", text)[0].response


# What is linked, and its end


def test_a_linked_sender_hears_of_its_own_account(phone: Chat, ledger: Ledger) -> None:
    link(ledger)
    assert "¥" in words_of(phone.type("query_bill", "我要还多少"))


def test_the_customers_other_senders_hear_of_a_new_link_and_can_end_it(chat: Begin, ledger: Ledger) -> None:
    link(ledger)
    page = chat("c-owing")
    ((kind, said),) = told(ledger, page)
    assert kind == "link_made" and "刚关联了微信" in said[0].text
    assert page.press(said, "解除关联")[0].response == "utter_unlinked"
    assert links.customer_of(ledger, PHONE) is None
    assert links.customer_of(ledger, WEB) == "c-owing"


@pytest.mark.parametrize("text", ["解绑", "解除关联", "取消绑定微信", "怎么解绑账号", "帮我解绑"])
def test_unlinking_in_the_app_takes_a_button(phone: Chat, ledger: Ledger, text: str) -> None:
    link(ledger)
    asked = phone.type("nlu_fallback", text)
    assert links.customer_of(ledger, PHONE) == "c-owing"
    assert "先不办" in phone.press(asked, "先不解除")[0].text
    assert links.customer_of(ledger, PHONE) == "c-owing"
    assert phone.press(asked, "解除关联")[0].response == "utter_unlinked_here"
    assert links.customer_of(ledger, PHONE) is None
    assert phone.press(asked, "解除关联")[0].response == "utter_link_how"


def test_unlinking_on_the_page_lists_the_apps_and_leaves_the_page(chat: Begin, ledger: Ledger) -> None:
    page = chat("c-owing")
    assert page.type("nlu_fallback", "解除微信关联")[0].response == "utter_unlink_none"
    link(ledger)
    link(ledger, sender="dy-1234567890")
    asked = page.type("nlu_fallback", "解除微信关联")
    assert "微信（" in asked[0].text and "抖音（" in asked[0].text and "网页" not in asked[0].text
    page.press(asked, "解除关联")
    assert [each.sender for each in links.of_customer(ledger, "c-owing")] == [WEB]


def test_another_customers_link_is_not_ended_by_a_button(chat: Begin, ledger: Ledger) -> None:
    """A button of the time when the phone was the customer's own names a link that is not theirs now."""
    page = chat("c-owing")
    link(ledger)
    asked = page.type("nlu_fallback", "解除微信关联")
    link(ledger, "c-clean")
    page.press(asked, "解除关联")
    assert links.customer_of(ledger, PHONE) == "c-clean"


def test_a_button_of_the_phones_last_account_says_nothing_of_this_one(phone: Chat, ledger: Ledger) -> None:
    link(ledger)
    asked = phone.type("nlu_fallback", "解绑")
    link(ledger, "c-clean")
    assert phone.press(asked, "解除关联")[0].response == "utter_unlinked"
    assert links.customer_of(ledger, PHONE) == "c-clean"


def test_that_a_link_is_over_is_not_told_to_whoever_has_the_phone(phone: Chat, ledger: Ledger) -> None:
    links.end(ledger, link_id=link(ledger), reason="staff", by="staff-7")
    (over,) = [item for item in outbox.claim(ledger, 50, 60) if item.sender == PHONE]
    assert over.kind == "link_over"
    assert phone.push(over.kind, over.ref, over.id) == []


def test_a_link_that_the_host_made_is_ended_there(phone: Chat, ledger: Ledger) -> None:
    links.link(ledger, PHONE, "c-owing")
    assert phone.type("nlu_fallback", "解绑")[0].response == "utter_unlink_in_app"


# A phone that changed hands


def test_the_next_owner_of_a_phone_begins_afresh(phone: Chat, ledger: Ledger) -> None:
    link(ledger)
    quote = phone.type("prepay_all", "全部提前还清", enters="settle")
    assert phone.slots["decision"]["kind"] == "settle"
    link(ledger, "c-clean")
    said = phone.type("affirm", "好的")
    assert said[0].response == "utter_affirm" and phone.slots["decision"] is None
    again = phone.press(quote, "确认结清", strong=True)
    assert "欠" in again[0].text and "¥5" not in words_of(again)
    assert facts.account_facts(ledger, "c-owing").last_settlement is None


def test_after_unlinking_nothing_of_the_account_is_shown(phone: Chat, ledger: Ledger) -> None:
    link_id = link(ledger)
    phone.type("prepay_all", "全部提前还清", enters="settle")
    links.end(ledger, link_id=link_id, reason="staff", by="staff-7")
    for intent, text in (("affirm", "好的"), ("query_bill", "我要还多少"), ("deny", "算了")):
        assert "¥" not in words_of(phone.type(intent, text))
    assert phone.slots["decision"] is None and phone.slots["link"] is None


def test_staff_of_the_next_owner_read_nothing_of_the_last_one(phone: Chat, ledger: Ledger) -> None:
    link(ledger)
    phone.type("query_bill", "我要还多少")
    link(ledger, "c-clean")
    phone.type("talk_to_human", "找人工")
    (first,) = tickets.list_tickets(ledger)
    assert first.customer_id == "c-clean"
    assert [turn["text"] for turn in first.packet["turns"]] == ["找人工"] and first.packet["tried"] == []
    phone.type("query_limit", "我的额度")
    phone.type("report_unauthorised", "有人盗用了我的月付")
    later = tickets.list_tickets(ledger)[-1]
    told = " ".join(turn["text"] for turn in later.packet["turns"])
    assert "我的额度" in told and "我要还多少" not in told
    assert "action_query_bill" not in later.packet["tried"] and "action_query_limit" in later.packet["tried"]


def test_being_linked_for_the_first_time_keeps_what_was_asked(phone: Chat, ledger: Ledger) -> None:
    phone.type("why_unusable", "为什么用不了")
    link(ledger)
    phone.type("nlu_fallback", "那为什么呢")
    assert phone.slots["topic"] == "why_unusable"


def test_a_notice_on_its_way_when_the_phone_changed_hands_is_not_told(phone: Chat, ledger: Ledger) -> None:
    link(ledger)
    with ledger.write() as conn:
        outbox.put_for_customer(conn, "c-owing", "chargeback", "S1-1", ledger.clock.now())
    (claimed,) = [item for item in outbox.claim(ledger, 50, 60) if item.sender == PHONE]
    link(ledger, "c-clean")
    assert phone.push(claimed.kind, claimed.ref, claimed.id) == []


# Decisions


def token_in(said: list[Said]) -> str:
    (address,) = [line for line in said[0].text.splitlines() if line.startswith("https://")]
    parts = urlsplit(address)
    query = parse_qs(parts.query)
    assert (parts.netloc, parts.path, query["from"]) == ("shop.example", "/service", ["chat"])
    return query["decision"][0]


def test_money_from_an_app_goes_over_the_page_and_its_result_comes_back(
    phone: Chat, chat: Begin, ledger: Ledger
) -> None:
    link(ledger)
    quote = phone.type("prepay_all", "全部提前还清", enters="settle")
    said = phone.press(quote, "确认结清", strong=True)  # whatever a connector might claim
    assert said[0].response == "utter_decide_by_link" and phone.slots["decision"] is None
    opened = one_time.open_decision(ledger, WEB, token_in(said))
    assert (opened.state, opened.about) == ("taken", "settle")
    page = chat("c-owing")
    shown = page.type("offer_settle")
    assert page.press(shown, "确认结清", strong=True)[0].response == "utter_settled"
    result = [(kind, news[0].response) for kind, news in told(ledger, phone)]
    assert result == [("settlement_result", "utter_settled")]
    assert told(ledger, page) == [] == told(ledger, phone)


def test_closing_from_an_app_does_so_too(phone: Chat, chat: Begin, ledger: Ledger) -> None:
    link(ledger, "c-clean")
    decision = phone.type("how_to_close", "关闭月付", enters="close")
    said = phone.press(decision, "确认关闭")
    assert one_time.open_decision(ledger, "web-c-clean", token_in(said)).about == "close"
    page = chat("c-clean")
    opened = page.type("how_to_close", "关闭月付", enters="close")
    assert page.press(opened, "确认关闭", strong=True)[0].response == "utter_closed_now"
    ((kind, news),) = told(ledger, phone)
    assert (kind, news[0].response) == ("close_result", "utter_closed_now")
    assert told(ledger, phone) == []


def test_a_result_that_was_not_known_is_told_to_each_sender_once(
    phone: Chat, chat: Begin, ledger: Ledger
) -> None:
    link(ledger)
    page = chat("c-owing")
    told(ledger, page)
    ledger.gateway.set_mode("timeout", "c-owing")  # type: ignore[attr-defined]
    assert (
        page.press(page.type("offer_settle"), "确认结清", strong=True)[0].response == "utter_settle_checking"
    )
    assert isinstance(ledger.clock, DemoClock)
    heard = []
    for _ in range(24):
        ledger.clock.advance(timedelta(seconds=5))
        reconciler.run_once(ledger)
        items = outbox.claim(ledger, 50, 60)
        outbox.ack(ledger, [item.id for item in items])
        heard += [(item.sender, item.kind) for item in items]
    assert heard == [(WEB, "settlement_result"), (PHONE, "settlement_result")]


def test_without_a_page_of_the_host_the_way_is_said(ledger: Ledger) -> None:
    link(ledger)
    phone = Chat(build_executor(ledger), None, PHONE, "wecom_kf")
    quote = phone.type("prepay_all", "全部提前还清", enters="settle")
    said = phone.press(quote, "确认结清")
    assert said[0].response == "utter_decide_elsewhere"


def test_an_app_whose_messages_hold_no_address_is_told_the_way_in_words(ledger: Ledger) -> None:
    page = replace(PAGE, unsaid_in=frozenset(["douyin"]))
    link(ledger, sender="dy-1234567890")
    link(ledger)
    for channel, sender, response in (
        ("douyin", "dy-1234567890", "utter_decide_elsewhere"),
        ("wecom_kf", PHONE, "utter_decide_by_link"),
    ):
        app = Chat(build_executor(ledger, page), None, sender, channel)
        quote = app.type("prepay_all", "全部提前还清", enters="settle")
        said = app.press(quote, "确认结清")
        assert (said[0].response, "http" in said[0].text) == (response, channel == "wecom_kf")
    stranger = Chat(build_executor(ledger, page), None, "dy-x", "douyin")
    assert "请在我们的App或网页登录" in stranger.type("nlu_fallback", "怎么关联账号")[0].text
