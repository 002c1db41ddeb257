"""A bill or a line that the question names by its month, its amount, its shop or its item."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from rasa_sdk import Tracker

from actions import mentioned
from actions.turn import Turn
from tests.actions import states
from tests.actions.states import World

LAMP = {"merchant": "南街灯具店", "item": "落地灯"}


@pytest.fixture
def world(tmp_path: Path) -> World:
    """September's bill of 1,200.00 is paid, October's of 300.00 is open, 88.00 of November is not billed."""
    world = states.make(tmp_path)
    states.billed(world)
    world.customer.repay(120_000)
    world.customer.buy(30_000, **LAMP)
    world.at("2026-11-03")
    world.customer.buy(8_800, merchant="巷口面馆", item="牛肉面")
    return world


def ask(world: World, text: str, **entities: Any) -> str:
    said = world.chat().type("query_bill", text, **entities)
    assert len(said) <= 2
    return "\n".join(each.text for each in said)


def test_a_month_that_is_paid_with_its_lines_and_what_is_to_pay_now(world: World) -> None:
    said = ask(world, "9月账单", month={"month": 9})
    assert said.startswith("9月账单¥1,200.00，已还清（10月6日到期）") and "实木餐桌 ¥1,200.00" in said
    assert "现在要还的是10月账单：还剩¥300.00，11月6日到期" in said


def test_the_month_to_pay_is_told_as_ever(world: World) -> None:
    assert ask(world, "上个月账单", month={"months_ago": 1}) == ask(world, "查账单")


def test_a_day_is_told_with_what_was_bought_on_it(world: World) -> None:
    assert ask(world, "3号那笔是什么", day={"day": 3}).startswith(
        "11月3日用月付买了1笔：巷口面馆 牛肉面 ¥88.00"
    )
    world.customer.buy(1_200, merchant="巷口面馆", item="豆浆")
    said = ask(world, "今天那两笔", day={"days_ago": 0})
    assert said.startswith("11月3日用月付买了2笔，一共¥100.00") and "豆浆 ¥12.00" in said


def test_a_day_of_a_bill_that_is_paid(world: World) -> None:
    said = ask(world, "9月3号买了啥", day={"day": 3, "month": 9})
    assert said.startswith("9月3日用月付买了1笔：") and "实木餐桌 ¥1,200.00" in said


def test_a_day_on_which_nothing_was_bought(world: World) -> None:
    said = ask(world, "上个月30号买了什么", day={"day": 30, "months_ago": 1})
    assert said.startswith("账单和未出账里没有10月30日的消费")


def test_a_day_on_which_something_is_due_is_no_day_of_buying(world: World) -> None:
    assert ask(world, "6号要还多少", day={"day": 6}) == ask(world, "查账单")


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ({"days_ago": 1}, date(2026, 11, 19)),
        ({"day": 6}, date(2026, 11, 6)),
        ({"day": 25}, date(2026, 10, 25)),
        ({"day": 31}, date(2026, 10, 31)),
        ({"day": 6, "months_ago": 1}, date(2026, 10, 6)),
        ({"day": 6, "month": 12}, date(2025, 12, 6)),
        ({"day": 6, "month": 11}, date(2026, 11, 6)),
        ({"day": 31, "month": 9}, None),
        ({"day": 30, "months_ago": 0}, None),
    ],
)
def test_a_day_is_the_nearest_in_the_past(value: dict[str, int], found: date | None, world: World) -> None:
    tracker = Tracker.from_dict(world.chat().call_type("query_bill", "那笔", day=value)["tracker"])
    assert mentioned.day(Turn(world.ledger, tracker), date(2026, 11, 20)) == found


def test_the_month_before_the_bill_that_was_just_told(world: World) -> None:
    chat = world.chat()
    assert "10月账单" in chat.type("query_bill", "这个月要还多少")[0].text
    said = chat.type("query_bill", "上个月呢", month={"months_ago": 1})
    assert said[0].text.startswith("9月账单¥1,200.00，已还清")


def test_a_month_without_a_bill(world: World) -> None:
    assert ask(world, "5月账单", month={"month": 5}).startswith("没有5月的账单：您的月付9月3日开通")


def test_the_month_to_come_names_what_is_due_before_it(world: World) -> None:
    said = ask(world, "下个月要还多少", month={"months_ago": -1})
    assert said.startswith("12月1日出账，12月6日到期，到现在未出账的消费¥88.00")
    assert "要还10月账单：还剩¥300.00，11月6日到期" in said
    world.customer.repay(30_000)
    said = ask(world, "11月份的账单呢", month={"month": 11})
    assert said.startswith("12月1日出账") and said.endswith("现在没有别的账单要还。")


def test_the_month_to_come_with_a_plan_running(world: World) -> None:
    world.customer.buy(60_000, periods=3, merchant="山野自行车", item="头盔")
    assert "到期的分期也会计入" in ask(world, "下个月要还多少", month={"months_ago": -1})
    world.customer.repay(30_000)
    said = ask(world, "下个月要还多少", month={"months_ago": -1})
    assert "到期的分期也会计入" in said and said.endswith("现在没有别的账单要还。")


def test_who_owes_nothing_hears_so_whatever_month(world: World) -> None:
    world.customer.confirm(world.customer.quote())
    assert "没有欠款" in ask(world, "下个月要还多少", month={"months_ago": -1})


def test_a_month_after_a_late_one(world: World) -> None:
    world.customer.buy(20_000, **LAMP)
    world.at("2026-12-03")
    said = ask(world, "11月账单", month={"month": 11})
    assert said.startswith("11月账单还剩¥288.00，12月6日到期；10月账单还有¥") and "请先还" in said


def test_a_month_that_became_a_plan(world: World) -> None:
    world.customer.instal_bill(3)
    assert ask(world, "10月账单", month={"month": 10}).startswith("10月账单已办分期")


def test_a_month_that_went_over_to_the_next(world: World) -> None:
    world.customer.repay(3_000)
    world.at("2026-12-03")
    said = ask(world, "10月账单", month={"month": 10})
    assert said.startswith("10月账单¥300.00，已还¥30.00，够最低还款，剩下的计入了下一期账单")


def test_a_line_by_its_amount(world: World) -> None:
    said = ask(world, "300是啥", money=30_000)
    assert said.startswith("¥300.00是南街灯具店 落地灯，10月3日的，在10月账单里")
    said = ask(world, "88是啥", money=8_800)
    assert said.startswith("¥88.00是巷口面馆 牛肉面，11月3日的，还没出账：12月1日出账")
    world.customer.repay(30_000)
    assert ask(world, "300是啥", money=30_000).endswith("这期账单已还清。")


@pytest.mark.parametrize("text", ["南街灯具店那笔多少钱", "账单里的落地灯是哪天买的"])
def test_a_line_by_its_shop_or_its_item(world: World, text: str) -> None:
    assert ask(world, text).startswith("¥300.00是南街灯具店 落地灯，10月3日的，在10月账单里")


def test_a_shop_by_a_part_of_its_name_and_all_that_was_bought_there(world: World) -> None:
    assert "灯" in ask(world, "灯具那笔多少钱") and "灯" in ask(world, "街口灯具店买了什么")
    assert "巷口面馆" in ask(world, "巷口面馆花了多少")
    world.customer.buy(9_900, merchant="巷口面馆", item="酸辣粉")
    assert ask(world, "巷口面馆花了多少").startswith("找到2笔")
    assert "酸辣粉" in ask(world, "酸辣粉多少钱") and "找到" not in ask(world, "酸辣粉多少钱")


def test_an_amount_of_no_line_or_of_two_gets_the_bill(world: World) -> None:
    whole = ask(world, "查账单")
    assert ask(world, "欠了500", money=50_000) == whole
    world.customer.buy(8_800, **LAMP)
    assert ask(world, "88是啥", money=8_800) == ask(world, "查账单")


def test_while_a_payment_is_checked_the_bill_says_so(world: World) -> None:
    world.gateway.set_mode("timeout")
    world.customer.repay(30_000)
    assert "请不要重复付款" in ask(world, "9月账单", month={"month": 9})


@pytest.mark.parametrize(
    ("value", "today", "month"),
    [
        ({"month": 10}, date(2026, 11, 24), "2026-10"),
        ({"month": 11}, date(2026, 11, 24), "2026-11"),
        ({"month": 12}, date(2026, 11, 24), "2026-12"),
        ({"month": 1}, date(2026, 11, 24), "2027-01"),
        ({"month": 2}, date(2026, 11, 24), "2026-02"),
        ({"month": 12}, date(2026, 1, 5), "2025-12"),
        ({"month": 3}, date(2026, 1, 5), "2026-03"),
        ({"month": 12, "years_ago": 1}, date(2026, 11, 24), "2025-12"),
        ({"month": 3, "year": 2024}, date(2026, 11, 24), "2024-03"),
        ({"months_ago": 2}, date(2026, 1, 5), "2025-11"),
        ({"months_ago": -1}, date(2026, 12, 5), "2027-01"),
    ],
)
def test_the_month_meant(world: World, value: dict[str, int], today: date, month: str) -> None:
    call = world.chat().call_type("query_bill", "账单", month=value)
    tracker = Tracker.from_dict(call["tracker"])
    assert mentioned.month(Turn(world.ledger, tracker), today) == month
