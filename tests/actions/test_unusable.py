"""Why it cannot be used: one cause from the evidence, its remedy, and the application to unfreeze."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from actions import words
from ledger import Ledger, dump, facts, freezes, purchases
from tests.actions import told
from tests.actions.chat import Chat

Begin = Callable[[str | None], Chat]


@pytest.mark.parametrize(
    ("customer", "cause", "evidence", "remedy"),
    [
        ("c-overdue", "overdue", "逾期", "offer_settle"),
        ("c-lowered", "lowered", "¥8,000.00降到¥3,000.00", "how_to_repay"),
        ("c-risk", "risk", "杭州、成都、沈阳", "apply_unfreeze"),
        ("c-overlimit", "over_limit", "游戏手柄与底座", "how_to_repay"),
        ("c-unsupported", "item", "老街修表铺", "where_usable"),
        ("c-bureau", "bureau", "2笔逾期", "credit_report"),
        ("c-cured", "cured", "已还清", "apply_unfreeze"),
    ],
)
def test_one_cause_with_its_evidence_and_remedy(
    chat: Begin, customer: str, cause: str, evidence: str, remedy: str
) -> None:
    said = chat(customer).type("why_unusable", "为什么用不了")
    assert said[0].card["type"] == "diagnosis" and said[0].card["cause"] == cause
    assert evidence in said[0].text
    assert said[0].card["evidence"] and all(each["value"] for each in said[0].card["evidence"])
    assert remedy in [each["intent"] for each in said[0].buttons]
    assert len(said) == 1


@pytest.mark.parametrize("customer", ["c-overdue", "c-risk", "c-bureau", "c-cured"])
def test_the_order_that_a_freeze_refused_is_part_of_the_evidence(
    chat: Begin, ledger: Ledger, customer: str
) -> None:
    refused = facts.account_facts(ledger, customer).refusals[0]
    shown = chat(customer).type("why_unusable")[0].card["evidence"][-1]
    assert shown["label"] == "被拒订单"
    for word in (refused.merchant, refused.item, words.money(refused.amount_fen)):
        assert word in shown["value"]


def test_over_limit_compares_the_order_with_what_was_left(chat: Begin, ledger: Ledger) -> None:
    refusal = facts.account_facts(ledger, "c-overlimit").refusals[0]
    text = chat("c-overlimit").type("why_unusable")[0].text
    assert "¥1,299.00" in text and f"¥{refusal.available_fen / 100:,.2f}" in text


def test_an_application_has_a_number_and_promises_nothing(chat: Begin, ledger: Ledger) -> None:
    cured = chat("c-cured")
    filed = cured.press(cured.type("why_unusable"), "申请解冻")
    applications = facts.account_facts(ledger, "c-cured").applications
    assert len(applications) == 1 and applications[0].number in filed[0].text
    assert "以系统评估为准" in filed[0].text
    assert dump.account_json(ledger, "c-cured")["freezes"]


def test_not_applying_speaks_of_the_application_alone(chat: Begin) -> None:
    cured = chat("c-cured")
    said = cured.press(cured.type("why_unusable"), "先不申请")[0]
    assert said.text.startswith("好的，没有提交解冻申请")


def test_applying_twice_files_once(chat: Begin, ledger: Ledger) -> None:
    cured = chat("c-cured")
    offer = cured.type("unfreeze", "怎么解冻")
    first = cured.press(offer, "申请解冻")
    assert cured.press(offer, "申请解冻")[0].text == first[0].text
    assert len(facts.account_facts(ledger, "c-cured").applications) == 1
    assert cured.type("why_unusable")[0].response == "utter_unfreeze_filed"


@pytest.mark.parametrize("customer", ["c-clean", None])
def test_without_evidence_the_four_causes_and_a_narrowing_question(chat: Begin, customer: str | None) -> None:
    said = chat(customer).type("why_unusable")
    assert all(word in said[0].text for word in ("逾期", "登录环境", "额度", "店铺或商品"))
    assert len(said[0].buttons) == 4


def test_a_closed_account_and_one_being_checked_say_so(chat: Begin) -> None:
    assert chat("c-closed").type("why_unusable")[0].response == "utter_closed_unusable"
    assert chat("c-unknown").type("why_unusable")[0].response == "utter_charge_being_checked"


def test_overdue_is_told_to_pay_first_when_asking_to_unfreeze(chat: Begin) -> None:
    assert chat("c-overdue").type("unfreeze")[0].card["cause"] == "overdue"


def test_nothing_frozen_needs_no_application(chat: Begin) -> None:
    assert chat("c-owing").type("unfreeze")[0].response == "utter_unfreeze_nothing"


def test_after_applying_the_application_is_told_whatever_froze_it(chat: Begin) -> None:
    risk = chat("c-risk")
    filed = risk.press(risk.type("why_unusable"), "已改密码，申请解冻")
    for intent in ("why_unusable", "unfreeze"):
        assert risk.type(intent)[0].text == filed[0].text


@pytest.mark.parametrize("customer", ["c-risk", "c-bureau"])
def test_what_a_freeze_refused_is_told_after_it_was_lifted(
    chat: Begin, ledger: Ledger, customer: str
) -> None:
    kind = facts.account_facts(ledger, customer).freezes[0].kind
    freezes.lift(ledger, customer, kind, key="lift")
    account = facts.account_facts(ledger, customer)
    refused = account.refusals[0]
    said = chat(customer).type("why_unusable")[0]
    assert said.card["cause"] == "lifted"
    for word in (
        told.moment(ledger, refused.at),
        words.money(refused.amount_fen),
        refused.merchant,
        words.FREEZE_NAMES[kind],
        f"{told.day(ledger, account.now)}已恢复",
        words.money(account.limit.available_fen),
        "请再试一次",
    ):
        assert word in said.text


def test_an_order_above_what_is_left_is_not_to_be_tried_again(chat: Begin, ledger: Ledger) -> None:
    freezes.lift(ledger, "c-risk", "risk", key="lift")
    account = facts.account_facts(ledger, "c-risk")
    order = {"merchant": "某店", "item": "书", "amount_fen": account.limit.available_fen - 1}
    purchases.buy(ledger, "c-risk", order_no="T-1", key="T-1", **order)
    said = chat("c-risk").type("why_unusable")[0]
    assert said.response == "utter_unusable_lifted_over_limit" and "请再试" not in said.text


def test_a_payment_being_checked_is_not_called_usable(chat: Begin) -> None:
    assert chat("c-unknown").type("unfreeze")[0].response == "utter_charge_being_checked"


def test_a_visitor_hears_both_ways_back_after_lateness(chat: Begin, ledger: Ledger) -> None:
    text = chat(None).type("unfreeze")[0].text
    assert f"逾期{ledger.terms.freeze_kept_after_days_late}天以内的，还清就恢复" in text
    assert f"还清满{ledger.terms.unfreeze_wait_days}天后可以申请解冻" in text
