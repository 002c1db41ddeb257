"""Use by somebody else: always a ticket, and what to do at once; never a code or a password asked for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from ledger import Ledger, dump, facts, tickets
from ledger.clock import DemoClock
from tests.actions.chat import Chat

Begin = Callable[[str | None], Chat]


@pytest.mark.parametrize(("customer", "sender"), [("c-risk", "web-c-risk"), (None, "web-anon-1")])
def test_a_ticket_and_what_to_do_at_once(
    chat: Begin, ledger: Ledger, customer: str | None, sender: str
) -> None:
    said = chat(customer).type("report_unauthorised", "有人盗用我的月付买东西")[0]
    ticket = tickets.active_for(ledger, sender)
    assert ticket is not None and ticket.kind == "fraud" and ticket.customer_id == customer
    assert ticket.number in said.text and said.card["type"] == "ticket"
    assert "改密码" in said.text and "验证码不要给任何人" in said.text
    assert ticket.packet["asked"] == "有人盗用我的月付买东西"


def test_a_number_in_the_report_is_masked(chat: Begin, ledger: Ledger) -> None:
    chat("c-risk").type("report_unauthorised", "不是我买的，我的电话13912345678")
    ticket = tickets.active_for(ledger, "web-c-risk")
    assert ticket is not None and "13912345678" not in str(ticket.packet)


def test_what_fits_an_account_that_nobody_can_use(chat: Begin, ledger: Ledger) -> None:
    closed = chat("c-closed").type("report_unauthorised", "有人用了我的名字")[0].text
    on = facts.account_facts(ledger, "c-closed").closed_at
    assert on is not None and f"{on.month}月{on.day}日已关闭" in closed
    frozen = chat("c-risk").type("report_unauthorised", "有人用了我的名字")[0].text
    assert "起已暂停使用" in frozen
    for text in (closed, frozen):
        assert "在月付设置里暂停" not in text and "改密码" in text and "110" in text
    assert "在月付设置里暂停" in chat("c-clean").type("report_unauthorised", "有人用了我的名字")[0].text


@pytest.mark.parametrize(
    "text",
    ["你们该不会是骗子吧", "这个是诈骗吗", "月付是不是骗人的", "客服是假的吧", "滚，骗子公司", "骗人的平台"],
)
def test_a_doubt_about_us_is_answered_and_files_nothing(chat: Begin, ledger: Ledger, text: str) -> None:
    said = chat("c-clean").type("report_unauthorised", text)[0]
    assert said.response == "utter_fraud_doubt" and ledger.terms.hotline in said.text
    assert tickets.active_for(ledger, "web-c-clean") is None


@pytest.mark.parametrize(
    "text",
    [
        "骗子",
        "你们是骗子",
        "骗子！！",
        "大骗子",
        "一群骗子",
        "骗人的",
        "骗子骗子",
        "你们都是骗子吧",
        "滚，骗子",
    ],
)
@pytest.mark.parametrize("customer", ["c-overdue", None])
def test_being_called_names_reports_nothing(
    chat: Begin, ledger: Ledger, customer: str | None, text: str
) -> None:
    said = chat(customer).type("report_unauthorised", text, confidence=0.99)
    assert [each.response for each in said] == ["utter_fraud_doubt"]
    assert tickets.list_tickets(ledger) == []


@pytest.mark.parametrize(
    "text",
    [
        "月付被骗子刷走了",
        "你们平台骗子盗刷我",
        "被骗了",
        "骗子软件骗了我五千",
        "有骗子",
        "骗子骗我钱",
    ],
)  # fmt: skip
def test_harm_is_looked_into(chat: Begin, ledger: Ledger, text: str) -> None:
    chat("c-clean").type("report_unauthorised", text)
    ticket = tickets.active_for(ledger, "web-c-clean")
    assert ticket is not None and ticket.kind == "fraud"


def test_a_few_words_that_deny_nothing_are_asked_about(chat: Begin, ledger: Ledger) -> None:
    talk = chat("c-lowered")
    asked = talk.type("report_unauthorised", "谁弄的")
    assert asked[0].response == "utter_fraud_ask"
    assert tickets.active_for(ledger, talk.sender) is None
    assert talk.press(asked, "登记盗用调查")[0].response == "utter_fraud_own"


@pytest.mark.parametrize("text", ["那要是被人刷了钱算谁的", "万一被盗刷怎么办", "我怕手机丢了被别人用"])
def test_what_has_not_happened_is_asked_about_first(chat: Begin, ledger: Ledger, text: str) -> None:
    assert chat("c-clean").type("report_unauthorised", text)[0].response == "utter_fraud_ask"
    assert dump.account_json(ledger, "c-clean")["tickets"] == []


@pytest.mark.parametrize(
    "text", ["我被盗刷了两笔，怕还会再刷", "有人冒用我的名字开通，会不会影响征信", "卡被偷刷，如果我不还呢"]
)
def test_harm_that_was_done_is_registered_though_more_is_feared(
    chat: Begin, ledger: Ledger, text: str
) -> None:
    assert chat("c-clean").type("report_unauthorised", text)[0].response == "utter_fraud_own"
    assert [each["kind"] for each in dump.account_json(ledger, "c-clean")["tickets"]] == ["fraud"]


@pytest.mark.parametrize(
    "text",
    [
        "刷单是骗局吗", "代办提额可信吗", "收到短信说月付要升级是真的吗", "领奖要用月付，是骗人的吧",
        "这个链接是官方的吗", "是不是诈骗啊这个电话", "我是不是被骗了", "说我影响征信，真的假的",
    ],
)  # fmt: skip
def test_whoever_asks_whether_it_is_a_swindle_is_told_and_may_report_it(
    chat: Begin, ledger: Ledger, text: str
) -> None:
    talk = chat("c-clean")
    said = talk.type("report_unauthorised", text, confidence=0.99)
    assert [each.response for each in said] == ["utter_fraud_wondered"] and "都是诈骗" in said[0].text
    assert tickets.list_tickets(ledger) == []
    assert talk.press(said, "登记盗用调查")[0].response == "utter_fraud_own"


@pytest.mark.parametrize(
    ("intent", "text"),
    [
        ("how_to_close", "有人说花钱就能帮我关月付，可信吗"), ("limit_change", "中介说能提额，是不是骗人的"),
        ("overdue", "短信说要上门找我，真的吗"), ("open_account", "网上说可以帮忙强开，靠谱吗"),
    ],
)  # fmt: skip
def test_so_is_whoever_asks_of_an_offer_or_a_message_whatever_it_is_about(
    chat: Begin, ledger: Ledger, intent: str, text: str
) -> None:
    assert [each.response for each in chat("c-clean").type(intent, text)] == ["utter_fraud_wondered"]
    assert tickets.list_tickets(ledger) == []


def test_an_open_decision_is_over_for_whoever_asks_so(chat: Begin) -> None:
    talk = chat("c-clean")
    talk.type("how_to_close", enters="close")
    said = talk.type("how_to_close", "这个电话说要关月付，是真的吗", enters="close")
    assert said[-1].response == "utter_scam_dropped" and talk.slots["decision"] is None


@pytest.mark.parametrize(
    ("intent", "text"),
    [
        ("how_to_close", "网上说关了会留案底，真的吗"), ("close_impact", "真的不能再开通了吗"),
        ("repayment_status", "短信说还款失败，是真的吗"), ("what_is", "月付是真的吗"),
    ],
)  # fmt: skip
def test_what_is_said_of_our_own_matters_is_answered_as_ever(chat: Begin, intent: str, text: str) -> None:
    assert chat("c-clean").type(intent, text)[0].response != "utter_fraud_wondered"


@pytest.mark.parametrize(
    "text",
    [
        "代还的收了我五百就失联了，是骗子吧", "验证码我告诉了他，是诈骗吗",
        "有人用我的号开了月付，真的是盗号吗", "是不是被骗了，钱已经转过去了",
    ],
)  # fmt: skip
def test_what_has_happened_is_registered_though_it_is_asked(chat: Begin, ledger: Ledger, text: str) -> None:
    chat("c-clean").type("report_unauthorised", text)
    assert [each.kind for each in tickets.list_tickets(ledger)] == ["fraud"]


def test_a_report_nobody_took_in_time_is_said_to_be_late_with_what_to_do_now(
    chat: Begin, ledger: Ledger
) -> None:
    talk = chat("c-clean")
    talk.type("report_unauthorised", "有人盗用我的月付买东西")
    assert isinstance(ledger.clock, DemoClock)
    ledger.clock.advance(timedelta(days=1))
    (said,) = talk.type("report_unauthorised", "卡又被人盗刷了一笔")
    (ticket,) = tickets.list_tickets(ledger)
    assert said.response == "utter_fraud_late" and f"抱歉，盗用调查工单{ticket.number}还没有人接" in said.text
    assert "110" in said.text and "改密码" in said.text and len(ticket.messages) == 1


@pytest.mark.parametrize("text", ["工行来电话说我欠款", "法院打来电话说我违约", "公安发短信说我账户异常"])
def test_who_says_somebody_called_about_a_debt_is_advised(chat: Begin, text: str) -> None:
    assert [each.response for each in chat("c-clean").type("overdue", text)] == ["utter_fraud_wondered"]


@pytest.mark.parametrize(
    "text", ["一个男的打来说我还欠四千没还", "短信说我月付逾期两期", "陌生电话里说我没还钱"]
)
def test_who_owes_nothing_hears_so_of_a_stranger_who_claims_a_debt(chat: Begin, text: str) -> None:
    for customer in ("c-clean", "c-closed"):
        (said,) = chat(customer).type("overdue", text)
        assert said.response == "utter_fraud_no_debt" and "没有欠款" in said.text
        assert [each["title"] for each in said.buttons] == ["登记盗用调查"]
    assert chat("c-clean").type("repayment_status", text)[0].response == "utter_fraud_no_debt"
    paid = chat("c-clean").type("repayment_status", f"上个月就还了，{text}")
    assert paid[0].response != "utter_fraud_no_debt"
    assert chat("c-overdue").type("overdue", text)[0].response != "utter_fraud_no_debt"
    assert chat("c-unknown").type("overdue", text)[0].response != "utter_fraud_no_debt"


@pytest.mark.parametrize("words", ["那要不要转给他", "我该不该信", "可以给他吗"])
def test_in_two_minds_after_such_advice_the_customer_is_warned(chat: Begin, words: str) -> None:
    talk = chat("c-closed")
    talk.type("overdue", "有人打来说我欠了三千没还")
    assert [each.response for each in talk.type("account_info", words)] == ["utter_scam_again"]


@pytest.mark.parametrize(
    "text",
    [
        "网友说收八百帮我清掉逾期记录",
        "有个中介要两千帮人洗征信",
        "他们公司收费帮我办停息挂账",
        "群里有人代消黑名单记录",
    ],
)
def test_who_is_offered_a_mended_record_for_money_is_told_what_it_is(
    chat: Begin, ledger: Ledger, text: str
) -> None:
    for customer in ("c-overdue", "c-lowered", None):
        talk = chat(customer)
        assert [each.response for each in talk.type("credit_report", text)] == ["utter_fraud_fixers"]
        said = talk.type("repayment_status", "我付了定金")
        assert said[0].response == "utter_scam_harmed" and tickets.active_for(ledger, talk.sender)


@pytest.mark.parametrize(
    "text", ["还清以后记录能消除吗", "你们能帮忙改征信吗", "停息挂账可以办吗", "朋友说还了就会消掉逾期记录"]
)
def test_ones_own_question_about_the_record_is_no_offer(chat: Begin, text: str) -> None:
    assert chat("c-overdue").type("credit_report", text)[0].response != "utter_fraud_fixers"


@pytest.mark.parametrize("text", ["对方打来电话说我还欠五千", "有人说我逾期没还"])
def test_a_claimed_debt_alone_is_registered_for_nobody(chat: Begin, ledger: Ledger, text: str) -> None:
    for customer in ("c-owing", None):
        said = chat(customer).type("report_unauthorised", text)
        assert [each.response for each in said] == ["utter_fraud_wondered"]
    assert tickets.list_tickets(ledger) == []


@pytest.mark.parametrize(
    "text",
    ["朋友帮我还清了，逾期记录会消掉吗", "他代还了欠款，征信记录怎么消除", "公司要我付清才消除逾期记录"],
)
def test_a_debt_that_somebody_pays_is_no_offer(chat: Begin, text: str) -> None:
    assert chat("c-cured").type("credit_report", text)[0].response != "utter_fraud_fixers"
