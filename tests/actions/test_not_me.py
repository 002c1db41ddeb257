"""It was not I who logged in, or who closed it: a report, or the record and a button; no guess."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ledger import Ledger, facts, tickets
from tests.actions.chat import Chat

Begin = Callable[[str | None], Chat]


@pytest.mark.parametrize(
    "text",
    [
        "不是我登录的",
        "不是我登的",
        "不是我本人登录",
        "那几次不是我登录的",
        "我没登录过啊",
        "异地登录不是我登的 帮我查查",
    ],
)
@pytest.mark.parametrize(
    ("customer", "response"),
    [
        ("c-risk", "utter_fraud_frozen"), ("c-unsupported", "utter_fraud_own"),
        ("c-closed", "utter_fraud_closed"), (None, "utter_fraud_anonymous"),
    ],
)  # fmt: skip
def test_a_login_that_was_not_theirs_is_reported_at_once(
    chat: Begin, ledger: Ledger, customer: str | None, response: str, text: str
) -> None:
    for intent in ("account_info", "deny"):
        assert [each.response for each in chat(customer).type(intent, text)] == [response]
    assert [each.kind for each in tickets.list_tickets(ledger)] == ["fraud"]


@pytest.mark.parametrize("text", ["不是我本人关的", "不是我关的", "月付不是我注销的", "不是我操作的，谁关的"])
def test_a_closing_that_was_not_theirs_is_reported(chat: Begin, ledger: Ledger, text: str) -> None:
    assert chat("c-closed").type("how_to_close", text)[0].response == "utter_fraud_closed"
    assert [each.kind for each in tickets.list_tickets(ledger)] == ["fraud"]


@pytest.mark.parametrize(
    "text", ["我没关 谁关的", "谁关的", "谁把我月付关了", "是谁给我关的，我没关过", "我没有注销过"]
)
def test_who_asks_by_whom_it_was_closed_hears_the_record_and_may_report(
    chat: Begin, ledger: Ledger, text: str
) -> None:
    talk = chat("c-closed")
    (said,) = talk.type("how_to_close", text)
    known = facts.account_facts(ledger, "c-closed")
    assert known.closed_at is not None and known.close_receipt in said.text
    assert f"{known.closed_at.month}月{known.closed_at.day}日" in said.text
    assert [each["intent"] for each in said.buttons] == ["report_unauthorised", "talk_to_human"]
    assert tickets.list_tickets(ledger) == []
    assert talk.press([said], "不是我关的")[0].response == "utter_fraud_closed"


@pytest.mark.parametrize("text", ["不是我关的", "我没关 谁关的", "谁把我月付关了"])
def test_of_an_account_that_is_open_it_is_answered_as_ever(chat: Begin, ledger: Ledger, text: str) -> None:
    assert chat("c-risk").type("why_unusable", text)[0].response == "utter_unusable_risk"
    assert tickets.list_tickets(ledger) == []


@pytest.mark.parametrize(
    "text",
    ["不是我登录的吗", "是不是我登录的", "我没登录怎么查", "谁能关", "我没登录", "没关系", "我没关注过"],
)
@pytest.mark.parametrize("customer", ["c-closed", "c-risk"])
def test_a_question_is_no_report(chat: Begin, ledger: Ledger, customer: str, text: str) -> None:
    assert not any("fraud" in each.response for each in chat(customer).type("account_info", text))
    assert tickets.list_tickets(ledger) == []


@pytest.mark.parametrize(
    "text", ["那沈阳的不是", "沈阳那个不是我", "我没去过沈阳", "平板不是我的", "杭州是我 成都不是"]
)
def test_a_login_named_in_the_evidence_is_reported_and_then_added(
    chat: Begin, ledger: Ledger, text: str
) -> None:
    talk = chat("c-risk")
    assert talk.type("deny", text)[0].response == "utter_fraud_frozen"
    assert talk.type("deny", text)[0].response == "utter_fraud_added"
    (ticket,) = tickets.list_tickets(ledger)
    assert [each.text for each in ticket.messages] == [text]
    assert chat("c-clean").type("deny", text)[0].response == "utter_deny"


@pytest.mark.parametrize("text", ["沈阳能用吗", "沈阳的是我老公", "平板能分期吗"])
def test_a_city_alone_reports_nothing(chat: Begin, ledger: Ledger, text: str) -> None:
    chat("c-risk").type("where_usable", text)
    assert tickets.list_tickets(ledger) == []
