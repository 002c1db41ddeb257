"""Words typed where buttons stand, over the real channel: what they press, cancel, and never do."""

from __future__ import annotations

import pytest

from tests.live import LiveDemo, button, cards_of, words_of


def test_settling_and_closing_by_words_alone_moves_nothing(demo: LiveDemo) -> None:
    before = demo.ledger("c-owing")
    demo.say("c-owing", text="怎么关闭月付")
    quote = demo.say("c-owing", text="一次结清并关闭")
    assert cards_of(quote, "quote")[0]["close_after"]
    for words in ("确认结清并关闭", "好的，确认", "随便"):
        again = demo.say("c-owing", text=words, acr="payment")
        assert cards_of(again, "quote") and "还没有扣款" in words_of(again)
    declined = demo.say("c-owing", text="先不关")
    assert not cards_of(declined, "quote") and "没有" in words_of(declined)
    stale = demo.say("c-owing", button=button(quote, "确认结清并关闭"), acr="payment")
    assert not cards_of(stale, "receipt")
    after = demo.ledger("c-owing")
    assert (after["state"], after["debts"]) == (before["state"], before["debts"])


@pytest.mark.parametrize("words", ["先不关", "不关了", "别关", "等会再说"])
def test_a_no_to_closing(demo: LiveDemo, words: str) -> None:
    decision = demo.say("c-clean", text="怎么关闭月付")
    said = demo.say("c-clean", text=words)
    assert "没有关闭" in words_of(said) and not cards_of(said, "close_decision")
    stale = demo.say("c-clean", button=button(decision, "确认关闭"), acr="payment")
    assert "刚才已取消" in words_of(stale) and demo.ledger("c-clean")["state"] == "ACTIVE"
    demo.say("c-clean", text="算了")


@pytest.mark.parametrize(
    ("words", "said"), [("好了没", "正在核实"), ("不关了", "撤不回来"), ("好的", "正在核实")]
)
def test_a_payment_being_checked(demo: LiveDemo, words: str, said: str) -> None:
    told = words_of(demo.say("c-unknown", text=words))
    assert said in told and "¥886.00" in told and "不要重复付款" in told


def test_the_title_of_an_offer_files_the_application(demo: LiveDemo) -> None:
    demo.say("c-cured", text="为什么我的月付用不了")
    assert "还没有提交" in words_of(demo.say("c-cured", text="好的"))
    assert "申请编号" in words_of(demo.say("c-cured", text="申请解冻"))


def test_another_try_after_a_decline(demo: LiveDemo) -> None:
    demo.gateway("decline", "c-overdue")
    quote = demo.say("c-overdue", text="我要一次全部还清")
    declined = demo.say("c-overdue", button=button(quote, "确认结清"), acr="payment")
    assert button(declined, "再试一次")
    assert cards_of(demo.say("c-overdue", text="再试一次"), "quote")
    demo.gateway("succeed", "c-overdue")
