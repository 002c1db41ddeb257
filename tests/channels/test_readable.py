"""Turns made readable: one message where it fits, cards in words, menus or numbers, cut at characters."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from channels.readable import Limits, chosen, compose, split

KF = Limits(text_bytes=2048, menu_bytes=1024, menu_items=10, title_bytes=128)
PLAIN = Limits(text_bytes=300)


def bubble(seq: int, text: str, *titles: str, **custom: Any) -> dict[str, Any]:
    buttons = [{"title": title, "token": f"token of {title}"} for title in titles]
    return {"seq": seq, "text": text, "buttons": buttons, "custom": custom}


def test_a_turn_is_one_message() -> None:
    made = compose([bubble(4, "您好。"), bubble(5, "请说您想办什么。")], KF)
    assert made.bodies == [{"text": "您好。\n请说您想办什么。"}]
    assert compose([], KF).bodies == []


def test_buttons_become_a_menu_where_there_are_menus() -> None:
    made = compose([bubble(4, "办吗？", "办", "不办"), bubble(5, "", "不办", "人工")], KF)
    titles = ["办", "不办", "人工"]
    menu = [{"id": f"4.{number}", "title": title} for number, title in enumerate(titles, 1)]
    assert made.bodies == [{"text": "办吗？", "menu": menu}]
    assert (made.tokens, made.numbered) == ([f"token of {title}" for title in titles], False)


def test_buttons_become_numbers_where_there_are_none() -> None:
    made = compose([bubble(4, "办吗？", "办", "不办")], PLAIN)
    assert made.bodies == [{"text": "办吗？\n回复 1 办\n回复 2 不办"}]
    assert made.numbered
    assert compose([bubble(4, "选哪个？", "长" * 43)], KF).numbered, "a title of 129 bytes fits no menu"
    assert compose([bubble(4, "选哪个？", *map(str, range(11)))], KF).numbered


def test_a_long_text_above_a_menu_goes_ahead_of_it() -> None:
    made = compose([bubble(4, "字" * 600, "办")], KF)
    *front, last = made.bodies
    assert [set(body) for body in front] == [{"text"}]
    assert last["menu"] and len(last["text"].encode()) <= 1024
    assert "".join(body["text"] for body in made.bodies) == "字" * 600


@pytest.mark.parametrize("limit", [4, 5, 7, 300])
def test_nothing_is_lost_by_splitting_and_no_character_is_cut(limit: int) -> None:
    text = "月付😀，" * 50 + "还清。"
    parts = split(text, limit)
    assert all(len(part.encode()) <= limit for part in parts)
    assert "".join(parts) == text


def test_a_platform_may_count_characters_too() -> None:
    made = compose([bubble(4, "a" * 25 + "字" * 8)], Limits(text_bytes=24, text_chars=10))
    assert [body["text"] for body in made.bodies] == ["a" * 10, "a" * 10, "aaaaa字字字字字", "字字字"]


def test_it_is_split_after_a_sentence() -> None:
    assert split("第一句话。第二句话。第三句", 34) == ["第一句话。第二句话。", "第三句"]


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        *(("1", 1), ("回复 2", 2), ("回复2。", 2), ("２", 2), ("选3", 3), (" 第1个 ", 1)),
        *(("12期", None), ("123", None), ("我要1", None), ("", None)),
    ],
)
def test_what_counts_as_a_number(typed: str, number: int | None) -> None:
    assert chosen(typed) == number


QUOTE = {
    "type": "quote",
    "lines": [{"label": "分期本金", "amount": "¥4,000.00", "amount_fen": 400_000}],
    "waived": [{"label": "以后各期手续费", "amount": "¥108.00", "amount_fen": 10_800}],
    "total": "¥4,108.00",
    "effects": ["不能撤回", "额度取消"],
}


def test_a_card_says_what_its_text_does_not() -> None:
    made = compose([bubble(4, "一次结清共¥4,108.00；不能撤回。", **QUOTE)], KF)
    assert made.bodies[0]["text"].split("\n") == [
        "一次结清共¥4,108.00；不能撤回。",
        "分期本金：¥4,000.00",
        "应付合计：¥4,108.00",
        "不再收取",
        "以后各期手续费：¥108.00",
        "额度取消",
    ]


def test_every_kind_of_card_is_readable() -> None:
    line = {"label": "未出账", "amount": "¥1.00", "amount_fen": 100}
    item = {**line, "on": "2026-11-03"}
    bill = {"month": "2026-11", "due_on": "2026-12-06", "outstanding": "¥1.00", "minimum": "¥0.10"}
    days, by = {"label": "天数", "value": "3"}, "2026-11-03T10:00:00+08:00"
    cards: list[tuple[dict[str, Any], str]] = [
        ({"type": "debts", "lines": [line], "total": "¥1.00"}, "未出账：¥1.00\n合计：¥1.00"),
        ({"type": "close_decision", "lines": ["没有欠款"], "effects": ["额度取消"]}, "没有欠款\n额度取消"),
        ({"type": "receipt", "kind": "close", "receipt": "", "close_receipt": "GB1"}, "关闭凭证号：GB1"),
        ({"type": "bill", **bill, "state": "OPEN", "items": [item] * 9}, "11月3日 未出账：¥1.00\n另有1笔"),
        ({"type": "diagnosis", "title": "逾期", "evidence": [days], "remedy": "先还"}, "逾期\n天数：3\n先还"),
        ({"type": "status", "amount": "¥1.00", "reference": "S4"}, "金额：¥1.00\n编号：S4"),
        ({"type": "ticket", "number": "7", "promised_by": by}, "工单号：7\n预计答复：11月3日 10:00"),
        ({"type": "application", "number": "J1", "at": ""}, "申请编号：J1"),
        ({"type": "handoff", "state": "taken", "ticket": "7"}, ""),
    ]  # fmt: skip
    for card, told in cards:
        text = "".join(body["text"] for body in compose([bubble(4, "", **card)], KF).bodies)
        assert text.endswith(told), card


def test_a_card_without_its_parts_costs_no_answer(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        assert compose([bubble(4, "共¥1.00。", type="quote")], KF).bodies == [{"text": "共¥1.00。"}]
    assert "a card of type quote" in caplog.text
