"""Calling it off, by a button or in words, wherever that can be done: nothing moves, and it is said."""

from __future__ import annotations

import pytest

from tests.conversations.watch import Watch, told
from tests.live import LiveDemo, Message, button, cards_of, titles_of, words_of

SETTLE, CLOSE = "我要全部提前还清", "怎么关闭月付"
NOT_SETTLED, NOT_CLOSED = "没有扣款", "月付没有关闭"
# Customer, what is said and pressed (buttons after >) until the decision stands, how it is called off
# (words, or a button after >), what is answered, and the buttons then.
POINTS = [
    ("c-owing", [SETTLE], ">先不结清", NOT_SETTLED, "怎么还款 看看还能办什么"),
    ("c-owing", [SETTLE], "算了", NOT_SETTLED, "怎么还款 看看还能办什么"),
    ("c-owing", [SETTLE], "不要扣钱", NOT_SETTLED, "怎么还款 看看还能办什么"),
    ("c-owing", [SETTLE, ">确认结清"], "算了不还了", NOT_SETTLED, "怎么还款 看看还能办什么"),
    ("c-owing", [SETTLE, "好的"], ">先不结清", NOT_SETTLED, "怎么还款 看看还能办什么"),
    ("c-owing", [SETTLE, "我的额度还有多少"], "不办了", NOT_SETTLED, "怎么还款 看看还能办什么"),
    ("c-overdue", [SETTLE], "太贵了，不还了", "{overdue}", "怎么还款 还不上怎么办"),
    ("c-overdue", [SETTLE], ">先不结清", "{penalty}", "怎么还款 还不上怎么办"),
    ("c-owing", [CLOSE], ">先不关", "没有关闭", "看看还能办什么"),
    ("c-owing", [CLOSE, ">一次结清并关闭"], ">先不关", "没有关闭", "看看还能办什么"),
    ("c-owing", [CLOSE, ">一次结清并关闭"], "不想办了，取消", "没有关闭", "看看还能办什么"),
    (
        "c-overlimit",
        [CLOSE, ">一次结清并关闭", "额度是多少"],
        "等一下，我再想想",
        "没有关闭",
        "看看还能办什么",
    ),
    ("c-clean", [CLOSE], ">先不关", NOT_CLOSED, "看看还能办什么"),
    ("c-lowered", [CLOSE, ">确认关闭"], "算了不关了", NOT_CLOSED, "看看还能办什么"),
    ("c-bureau", [CLOSE, "会影响征信吗"], "那就先不关了吧", NOT_CLOSED, "看看还能办什么"),
    ("c-cured", ["为什么用不了"], ">先不申请", "没有提交", "看看还能办什么"),
    ("c-cured", ["怎么申请解冻月付"], "先不申请了", "没有提交", "看看还能办什么"),
    ("c-risk", ["怎么解冻"], "先不了", "没有提交", "看看还能办什么"),
]


def said_after(demo: LiveDemo, customer: str, steps: list[str]) -> list[Message]:
    """The answer to the last of the steps; a step after > presses that button of the answer before."""
    said: list[Message] = []
    for step in steps:
        if step.startswith(">"):
            said = demo.say(customer, button=button(said, step[1:]))
        else:
            said = demo.say(customer, text=step)
    return said


@pytest.mark.parametrize(("customer", "steps", "off", "names", "buttons"), POINTS)
def test_called_off_nothing_moves_and_it_is_said(
    demo: LiveDemo, customer: str, steps: list[str], off: str, names: str, buttons: str
) -> None:
    watch = Watch(demo)
    said = said_after(demo, customer, [*steps, off])
    assert names.format(**told(demo.ledger(customer))) in words_of(said)
    assert titles_of(said) == buttons.split() and not cards_of(said, "quote")
    assert watch.changed() == {}


@pytest.mark.parametrize(
    ("customer", "question", "confirm", "card"),
    [("c-overlimit", SETTLE, "确认结清", "quote"), ("c-unsupported", CLOSE, "确认关闭", "close_decision")],
)
def test_the_button_of_what_was_called_off_asks_anew(
    demo: LiveDemo, customer: str, question: str, confirm: str, card: str
) -> None:
    watch = Watch(demo)
    old = button(demo.say(customer, text=question), confirm)
    demo.say(customer, text="算了")
    anew = demo.say(customer, button=old, acr="payment")
    assert "刚才已取消" in words_of(anew) and cards_of(anew, card) and watch.changed() == {}
    done = demo.say(customer, button=button(anew, confirm), acr="payment")
    assert cards_of(done, "receipt") and set(watch.changed()) == {customer}


def test_a_payment_that_the_bank_has_cannot_be_called_off(demo: LiveDemo) -> None:
    watch = Watch(demo)
    said = demo.say("c-unknown", text="取消刚才的付款")
    assert "撤不回来" in words_of(said) and "¥886.00" in words_of(said) and "不要重复付款" in words_of(said)
    assert titles_of(said) == ["人工客服"] and watch.changed() == {}


def test_what_is_closed_stays_closed(demo: LiveDemo) -> None:
    watch = Watch(demo)
    said = demo.say("c-closed", text="我后悔关闭了，撤销吧")
    assert demo.ledger("c-closed")["close_receipt"] in words_of(said) and "重新评估" in words_of(said)
    assert titles_of(said) == ["怎么重新开通"] and watch.changed() == {}


def test_closed_a_moment_ago_and_regretted(demo: LiveDemo) -> None:
    watch = Watch(demo)
    decision = demo.say("c-clean", text=CLOSE)
    demo.say("c-clean", button=button(decision, "确认关闭"), acr="payment")
    closed = watch.changed()
    said = demo.say("c-clean", text="取消关闭")
    assert "已于" in words_of(said) and titles_of(said) == ["怎么重新开通"]
    assert demo.ledger("c-clean")["close_receipt"] in words_of(said) and watch.changed() == closed


def test_an_instalment_plan_cannot_be_called_off_and_says_what_can(demo: LiveDemo) -> None:
    watch = Watch(demo)
    said = demo.say("c-owing", text="取消我的平板分期")
    assert "不能改期数或撤销" in words_of(said) and "可以提前结清" in words_of(said)
    assert titles_of(said) == ["提前结清要多少钱", "分期订单退款"] and watch.changed() == {}


def test_a_person_is_called_off(demo: LiveDemo) -> None:
    watch = Watch(demo)
    asked = demo.say("c-bureau", text="转人工")
    back = demo.say("c-bureau", button=button(asked, "回到智能助手"))
    number = cards_of(asked, "ticket")[0]["number"]
    assert number in words_of(back) and cards_of(back, "handoff")[0]["state"] == "closed"
    assert watch.changed() == {"c-bureau": {"tickets"}}
    assert [each["state"] for each in demo.ledger("c-bureau")["tickets"]] == ["CLOSED"]


@pytest.mark.parametrize("customer", ["c-owing", "anon"])
def test_with_nothing_open_a_no_is_taken_kindly(demo: LiveDemo, customer: str) -> None:
    watch = Watch(demo)
    said = demo.say(customer, text="算了")
    assert "先不办" in words_of(said) and "人工客服" in titles_of(said) and watch.changed() == {}


def test_only_looking_at_the_steps_opens_no_decision(demo: LiveDemo) -> None:
    watch = Watch(demo)
    owed = demo.say("c-overlimit", text=CLOSE)
    steps = demo.say("c-overlimit", button=button(owed, "只看怎么操作"))
    assert "全部还清" in words_of(steps) and titles_of(steps) == ["在这里帮我办"]
    said = demo.say("c-overlimit", text="算了")
    assert "先不办" in words_of(said) and watch.changed() == {}


@pytest.mark.parametrize("words", ["不对，我先不关", "不对 不关了"])
def test_a_correction_that_refuses_is_a_no(demo: LiveDemo, words: str) -> None:
    watch = Watch(demo)
    demo.say("c-clean", text="怎么关闭月付")
    said = demo.say("c-clean", text=words)
    assert "月付没有关闭" in words_of(said) and not cards_of(said, "close_decision")
    assert watch.changed() == {}
