"""Words typed where buttons stand, over the real channel: what they press, cancel, and never do."""

from __future__ import annotations

import pytest

from tests.conversations.watch import Watch
from tests.live import LiveDemo, button, cards_of, titles_of, words_of


def test_settling_and_closing_by_words_alone_moves_nothing(demo: LiveDemo) -> None:
    watch = Watch(demo)
    demo.say("c-owing", text="怎么关闭月付")
    quote = demo.say("c-owing", text="一次结清并关闭")
    assert cards_of(quote, "quote")[0]["close_after"] and "额度取消" in quote[-1]["text"]
    assert titles_of(quote[:-1]) == [] and titles_of(quote)[1] == "先不关"
    for words in ("确认结清并关闭", "好的，确认", "随便"):
        again = demo.say("c-owing", text=words, acr="payment")
        assert cards_of(again, "quote") and "还没有扣款" in again[0]["text"]
        assert titles_of(again) == titles_of(quote)
    declined = demo.say("c-owing", text="先不关")
    assert not cards_of(declined, "quote") and "没有" in words_of(declined)
    stale = demo.say("c-owing", button=button(quote, "确认结清并关闭"), acr="payment")
    assert not cards_of(stale, "receipt") and watch.changed() == {}


@pytest.mark.parametrize("words", ["先不关", "不关了", "别关", "等会再说"])
def test_a_no_to_closing(demo: LiveDemo, words: str) -> None:
    watch = Watch(demo)
    decision = demo.say("c-clean", text="怎么关闭月付")
    said = demo.say("c-clean", text=words)
    assert "没有关闭" in words_of(said) and titles_of(said) == ["看看还能办什么"]
    stale = demo.say("c-clean", button=button(decision, "确认关闭"), acr="payment")
    assert "刚才已取消" in words_of(stale) and titles_of(stale) == ["确认关闭", "先不关"]
    assert watch.changed() == {}


@pytest.mark.parametrize(
    ("words", "said"), [("好了没", "正在核实"), ("不关了", "撤不回来"), ("好的", "正在核实")]
)
def test_a_payment_being_checked(demo: LiveDemo, words: str, said: str) -> None:
    watch = Watch(demo)
    answer = demo.say("c-unknown", text=words)
    assert all(each in words_of(answer) for each in (said, "¥886.00", "不要重复付款"))
    assert titles_of(answer) == ["人工客服"] and watch.changed() == {}


def test_the_title_of_an_offer_files_the_application(demo: LiveDemo) -> None:
    watch = Watch(demo)
    demo.say("c-cured", text="为什么我的月付用不了")
    asked = demo.say("c-cured", text="好的")
    assert "还没有提交" in words_of(asked) and titles_of(asked) == ["申请解冻", "先不申请"]
    assert watch.changed() == {}
    assert "申请编号" in words_of(demo.say("c-cured", text="申请解冻"))
    assert watch.changed() == {"c-cured": {"applications"}}


def test_another_try_after_a_decline(demo: LiveDemo) -> None:
    watch = Watch(demo)
    demo.gateway("decline", "c-overdue")
    quote = demo.say("c-overdue", text="我要一次全部还清")
    declined = demo.say("c-overdue", button=button(quote, "确认结清"), acr="payment")
    assert titles_of(declined) == ["再试一次", "人工客服"] and "settlement" not in watch.posted("c-overdue")
    again = demo.say("c-overdue", text="再试一次")
    assert cards_of(again, "quote") and titles_of(again) == titles_of(quote)
    assert len(demo.ledger("c-overdue")["settlements"]) == 1
    assert "settlement" not in watch.posted("c-overdue")
    demo.gateway("succeed", "c-overdue")


def test_what_a_bank_took_back_is_no_fraud_and_the_settlement_no_proof(demo: LiveDemo) -> None:
    demo.gateway("chargeback", "c-overlimit")
    asked = demo.say("c-overlimit", text="全部还清")
    demo.say("c-overlimit", button=button(asked, "确认结清"), acr="payment")
    demo.clock("1d")
    proof = words_of(demo.say("c-overlimit", text="给我结清凭证"))
    assert "后来被银行撤回" in proof and "不能证明结清" in proof
    assert "还款被银行撤回" in words_of(demo.say("c-overlimit", text="逾期吗"))
    denied = words_of(demo.say("c-overlimit", text="不是我撤回的"))
    assert "已转人工客服" in denied and "密码" not in denied
    kinds = [each["kind"] for each in demo.ledger("c-overlimit")["tickets"]]
    assert "human" in kinds and "fraud" not in kinds
