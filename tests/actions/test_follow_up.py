"""Short words after an answer are about that answer; with nothing before them they are read as they stand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from actions import follow_up, registry
from ledger.errors import PurchaseRefused
from tests.actions import states
from tests.actions.chat import Chat

Begin = Callable[[str | None], Chat]


@pytest.mark.parametrize(
    ("customer", "before", "words", "taken_for", "response"),
    [
        ("c-owing", "query_bill", "那手续费呢", "prepay_all", "utter_fees"),
        ("c-owing", "query_bill", "什么时候", "refund", "utter_dates_bill"),
        ("c-owing", "query_bill", "这个月呢", "request_extension", "utter_bill_many"),
        ("c-owing", "query_bill", "还有吗", "out_of_scope", "utter_bill_more"),
        ("c-owing", "offer_settle", "要手续费吗", "make_instalment", "utter_settle_costs"),
        ("c-refunding", "refund", "能加急吗", "where_usable", "utter_refund_no_faster"),
        ("c-refunding", "refund", "退到哪张卡", "auto_debit", "utter_refund_where"),
        ("c-refunding", "refund", "什么时候到", "billing_dates", "utter_refund_pending_paid"),
        ("c-refunding", "refund", "究竟几号能到", "billing_dates", "utter_refund_pending_paid"),
        ("c-refunding", "refund", "最迟几号", "billing_dates", "utter_refund_pending_paid"),
        ("c-refunding", "refund", "几个工作日啊", "billing_dates", "utter_refund_pending_paid"),
        ("c-owing", "offer_settle", "这个数怎么得出来的", "query_bill", "utter_settle_costs"),
        ("c-owing", "offer_settle", "为啥是这么多钱", "query_bill", "utter_settle_costs"),
        ("c-owing", "offer_settle", "先解释一下 怎么算的", "query_bill", "utter_settle_costs"),
        ("c-overdue", "why_unusable", "那怎么办呢？", "fees_interest", "utter_unfreeze_overdue"),
        ("c-clean", "prepay_all", "现在能用了吗", "where_usable", "utter_unusable_none"),
        ("c-refunding", "how_to_close", "为什么", "why_unusable", "utter_guard"),
        ("c-overdue", "offer_settle", "为什么", "why_unusable", "utter_quote"),
        ("c-overdue", "offer_settle", "这个月呢", "request_extension", "utter_quote"),
        (None, "how_to_close", "要什么条件", "open_account", "utter_close_anonymous"),
        ("c-clean", "how_to_close", "那手续费呢", "fees_interest", "utter_close_ready"),
        ("c-lowered", "how_to_close", "关了还能再开吗", "open_account", "utter_close_impact"),
        ("c-clean", "how_to_close", "要收费吗", "fees_interest", "utter_close_ready"),
        ("c-clean", "how_to_close", "关了能恢复吗", "unfreeze", "utter_close_impact"),
        ("c-clean", "close_impact", "以后能再开通吗", "open_account", "utter_close_impact"),
        ("c-overdue", "offer_settle", "还有吗", "out_of_scope", "utter_quote"),
        ("c-overdue", "overdue", "为什么", "open_account", "utter_overdue"),
        ("c-owing", "fees_interest", "怎么弄", "open_account", "utter_repay"),
        ("c-owing", "manage_instalment", "怎么弄", "open_account", "utter_plan"),
        ("c-unsupported", "where_usable", "还有吗", "out_of_scope", "utter_usage"),
        ("c-cured", "where_usable", "然后呢", "out_of_scope", "utter_missed"),
        ("c-risk", "why_unusable", "然后呢", "close_impact", "utter_unusable_risk"),
        ("c-overdue", "overdue", "每天涨多少", "limit_change", "utter_overdue_a_day"),
        ("c-overdue", "overdue", "那一天多少钱", "query_bill", "utter_overdue_a_day"),
        ("c-overdue", "why_unusable", "每天多少", "query_limit", "utter_overdue_a_day"),
        ("c-overdue", "fees_interest", "每天收多少", "query_bill", "utter_overdue_a_day"),
        ("c-overdue", "minimum_payment", "一天多少钱", "query_bill", "utter_overdue_a_day"),
        ("c-owing", "minimum_payment", "一天多少利息", "overdue", "utter_minimum"),
        ("c-owing", "overdue", "一天多少钱", "query_bill", "utter_overdue_not_yet"),
        ("c-lowered", "limit_change", "能给我恢复吗", "unfreeze", "utter_limit_restored"),
        ("c-lowered", "query_limit", "多久能恢复", "unfreeze", "utter_limit_restored"),
        ("c-lowered", "why_unusable", "什么时候能恢复", "unfreeze", "utter_limit_restored"),
        ("c-overdue", "query_limit", "多久能恢复", "limit_change", "utter_unfreeze_overdue"),
        ("c-overdue", "overdue", "能给我恢复吗", "limit_change", "utter_unfreeze_overdue"),
        ("c-risk", "limit_change", "怎么恢复", "limit_change", "utter_unusable_risk"),
        ("c-owing", "limit_change", "什么时候恢复", "unfreeze", "utter_limit_change"),
        ("c-overdue", "overdue", "封顶吗", "query_limit", "utter_overdue_capped"),
        ("c-overdue", "why_unusable", "有没有上限", "query_limit", "utter_overdue_capped"),
        ("c-overdue", "fees_interest", "会一直涨吗", "limit_change", "utter_overdue_capped"),
        ("c-owing", "overdue", "有上限吗", "query_limit", "utter_overdue_cap_rule"),
        ("c-overlimit", "why_unusable", "有上限吗", "query_limit", "utter_limit"),
        ("c-owing", "query_bill", "几点前", "out_of_scope", "utter_dates_hour"),
        ("c-owing", "billing_dates", "最晚几点", "auto_debit", "utter_dates_hour"),
        ("c-owing", "how_to_repay", "几点前还", "auto_debit", "utter_dates_hour"),
        ("c-clean", "billing_dates", "几点前呢", "out_of_scope", "utter_dates_hour_next"),
        ("c-owing", "auto_debit", "几点", "out_of_scope", "utter_debit_bill"),
        ("c-overdue", "query_limit", "能给我减点吗", "limit_change", "utter_overdue_waiver"),
        ("c-owing", "offer_settle", "可以减一点吗", "limit_change", "utter_waiver_owing"),
        ("c-clean", "greet", "能减免吗", "request_extension", "utter_nothing_owed"),
        (None, "greet", "能少收点吗", "limit_change", "utter_waiver_anonymous"),
    ],
)
def test_it_is_about_the_last_answer(
    chat: Begin, customer: str | None, before: str, words: str, taken_for: str, response: str
) -> None:
    talk = chat(customer)
    talk.type(before)
    assert talk.type(taken_for, words)[0].response.startswith(response)


@pytest.mark.parametrize("customer", ["c-overdue", "c-owing", None])
def test_nothing_is_promised_to_who_asks_for_less(chat: Begin, customer: str | None) -> None:
    (said,) = chat(customer).type("limit_change", "能给我减点吗")
    assert "我这里不能减免" in said.text


@pytest.mark.parametrize("before", ["limit_change", "why_unusable"])
def test_the_bill_of_the_month_before_after_an_answer_about_the_limit(chat: Begin, before: str) -> None:
    talk = chat("c-lowered")
    talk.type(before)
    month = {"months_ago": 1}
    assert talk.type("nlu_fallback", "上个月呢", month=month)[0].response == "utter_bill_month_paid"
    owing = chat("c-owing")
    owing.type("query_limit")  # which told of no bill: the one to pay is that of the month before
    assert owing.type("nlu_fallback", "上个月呢", month=month)[0].response == "utter_bill_many"


@pytest.mark.parametrize("more", ["还有吗", "还有别的吗", "还有其他的吗"])
def test_of_two_refused_orders_the_other_and_then_that_there_are_no_more(chat: Begin, more: str) -> None:
    talk = chat("c-unsupported")
    first = talk.type("where_usable", "修表那家为什么买不了")
    other = talk.type("deny", more)
    last = talk.type("out_of_scope", more)
    told = [each[0].response for each in (first, other, last)]
    assert told == ["utter_usage_named_shop", "utter_unusable_item", "utter_refused_no_more"]
    assert "2笔" in last[0].text
    both = chat("c-unsupported")
    both.type("why_unusable")
    assert both.type("out_of_scope", more)[0].response == "utter_refused_no_more"


def test_a_refused_order_with_a_long_name_is_told_once(tmp_path: Path) -> None:
    world = states.make(tmp_path)
    orders = {
        "青禾家居生活馆官方旗舰店": "2026新款实木岩板餐桌椅组合可伸缩折叠圆桌",
        "北岸服饰": "轻薄羽绒服",
    }
    for shop, item in orders.items():
        with pytest.raises(PurchaseRefused):
            world.customer.hold(10_000, merchant=shop, item=item, item_supported=False)
    talk = world.chat()
    said = [talk.type("why_unusable", "北岸服饰那单为什么买不了")[0].text]
    said += [talk.type("out_of_scope", "还有吗")[0].text for _ in range(2)]
    assert ["没有别的了" in each for each in said] == [False, False, True]


def test_with_no_answer_before_it_the_words_stand_for_themselves(chat: Begin) -> None:
    assert chat("c-refunding").type("billing_dates", "什么时候到")[0].response.startswith("utter_dates")


@pytest.mark.parametrize("words", ["我要注销月付", "账单什么时候出", "退款退到哪了", "能不能晚几天还"])
def test_a_whole_question_is_no_follow_up(chat: Begin, words: str) -> None:
    talk = chat("c-refunding")
    talk.type("refund")
    assert talk.type("query_limit", words)[0].response.startswith("utter_limit")


def test_small_talk_between_does_not_end_the_topic(chat: Begin) -> None:
    talk = chat("c-refunding")
    talk.type("refund")
    talk.type("thanks", "谢谢")
    assert talk.type("billing_dates", "多久能到")[0].response.startswith("utter_refund")


def test_what_was_understood_after_all_is_no_miss(chat: Begin) -> None:
    talk = chat("c-owing")
    talk.type("query_bill")
    talk.type("nlu_fallback", "还有吗")
    assert not talk.slots["misses"]


def test_the_rest_of_a_bill_and_that_there_is_none(chat: Begin, tmp_path: Path) -> None:
    talk = chat("c-owing")
    shown = talk.type("query_bill")[0]
    more = talk.type("out_of_scope", "还有吗")[0]
    listed = [line for line in more.text.splitlines() if "¥" in line][:-1]
    assert listed and not any(line.rstrip("。；") in shown.text for line in listed)
    world = states.make(tmp_path)
    states.billed(world)
    short = world.chat()
    short.type("query_bill")
    assert short.type("out_of_scope", "还有吗")[0].response == "utter_bill_no_more"


def test_every_intent_it_may_mean_is_answered() -> None:
    answered = set(registry.replies())
    assert set(follow_up.MEANT) <= answered
    assert {intent for kinds in follow_up.MEANT.values() for intent in kinds.values()} <= answered
    assert set(follow_up.BELONGS_TO) <= answered


def test_a_few_words_are_not_taken_for_another_product(chat: Begin) -> None:
    said = chat("c-clean").type("out_of_scope", "明天呢", ranking=("out_of_scope", "billing_dates"))
    assert said[0].response == "utter_clarify"
    assert chat("c-clean").type("out_of_scope", "关花呗")[0].response == "utter_out_of_scope"
