"""Another question while something waits to be confirmed, over the real channel.

It is answered, the decision is offered again with fresh buttons, and nothing moves by it.
"""

from __future__ import annotations

import pytest

from tests.conversations.watch import Watch, told
from tests.live import LiveDemo, button, cards_of, titles_of, words_of

SETTLE, CLOSE = "我要全部提前还清", "怎么关闭月付"
# Customer, what opens the decision, the question in between, what its answer names.
IN_BETWEEN = [
    ("c-owing", SETTLE, "我的额度还有多少", "{available}"),
    ("c-owing", SETTLE, "我问一下最低还款是多少", "{minimum}"),
    ("c-owing", SETTLE, "分期还剩几期", "2个分期"),
    ("c-owing", SETTLE, "分期手续费怎么收的", "15.27%"),
    ("c-owing", SETTLE, "这个月账单都有啥", "{bill}"),
    ("c-overdue", SETTLE, "违约金是怎么算的", "{penalty}"),
    ("c-overdue", SETTLE, "逾期会上征信吗", "{overdue}"),
    ("c-overlimit", SETTLE, "还完额度能恢复吗", "{used}"),
    ("c-clean", CLOSE, "关了还能再开吗", "重新评估"),
    ("c-clean", CLOSE, "你是机器人吗", "AI助手"),
    ("c-clean", CLOSE, "我的账单呢", "没有欠款"),
    ("c-bureau", CLOSE, "会影响征信吗", "2笔逾期"),
    ("c-unsupported", CLOSE, "哪里能用月付啊", "不支持月付"),
    ("c-lowered", CLOSE, "我上次还款成功了吗", "{repaid}"),
]


@pytest.mark.parametrize(("customer", "opens", "question", "names"), IN_BETWEEN)
def test_it_is_answered_and_the_decision_offered_again(
    demo: LiveDemo, customer: str, opens: str, question: str, names: str
) -> None:
    watch = Watch(demo)
    first = demo.say(customer, text=opens)
    said = demo.say(customer, text=question)
    assert len(said) == 2 and names.format(**told(demo.ledger(customer))) in said[0]["text"]
    assert "还没有办理" in said[1]["text"]
    assert titles_of(said[1:]) == titles_of(first)
    kind = "quote" if opens == SETTLE else "close_decision"
    assert cards_of(said[1:], kind) and watch.changed() == {}


def test_the_button_offered_again_settles_what_was_shown(demo: LiveDemo) -> None:
    watch = Watch(demo)
    first = demo.say("c-overlimit", text=SETTLE)
    again = demo.say("c-overlimit", text="我的额度还有多少")
    assert cards_of(again, "quote")[0]["total_fen"] == cards_of(first, "quote")[0]["total_fen"]
    done = demo.say("c-overlimit", button=button(again, "确认结清"), acr="payment")
    assert cards_of(done, "receipt")[0]["amount_fen"] == cards_of(first, "quote")[0]["total_fen"]
    assert watch.posted("c-overlimit") == ["settlement"] and set(watch.changed()) == {"c-overlimit"}


def test_the_button_offered_again_closes(demo: LiveDemo) -> None:
    watch = Watch(demo)
    demo.say("c-clean", text=CLOSE)
    again = demo.say("c-clean", text="额度是多少")
    done = demo.say("c-clean", button=button(again, "确认关闭"), acr="payment")
    assert demo.ledger("c-clean")["close_receipt"] in words_of(done)
    assert watch.changed() == {"c-clean": {"state", "closed_at", "close_receipt", "limit"}}


def test_it_is_offered_again_three_times_and_not_after_every_question(demo: LiveDemo) -> None:
    watch = Watch(demo)
    demo.say("c-owing", text=SETTLE)
    for _ in range(3):
        assert cards_of(demo.say("c-owing", text="我的额度还有多少"), "quote")
    later = demo.say("c-owing", text="什么时候出账")
    assert len(later) == 1 and not cards_of(later, "quote")
    asked = demo.say("c-owing", text="好的")
    assert cards_of(asked, "quote") and "还没有扣款" in words_of(asked) and watch.changed() == {}


def test_the_whole_quote_that_also_closes_comes_back(demo: LiveDemo) -> None:
    watch = Watch(demo)
    owed = demo.say("c-overdue", text=CLOSE)
    demo.say("c-overdue", button=button(owed, "一次结清并关闭"))
    said = demo.say("c-overdue", text="关闭以后征信怎么样")
    assert cards_of(said, "quote")[0]["close_after"] and "结清并关闭还没有办理" in said[1]["text"]
    assert titles_of(said[1:])[1] == "先不关" and watch.changed() == {}


def test_between_the_step_up_and_the_second_click(demo: LiveDemo) -> None:
    watch = Watch(demo)
    confirm = button(demo.say("c-clean", text=CLOSE), "确认关闭")
    assert cards_of(demo.say("c-clean", button=confirm), "step_up")
    said = demo.say("c-clean", text="关了以后额度还在吗")
    assert len(said) == 2 and titles_of(said[1:]) == ["确认关闭", "先不关"] and watch.changed() == {}
    demo.say("c-clean", button=confirm, acr="payment")
    assert demo.ledger("c-clean")["state"] == "CLOSED"


def test_a_person_is_asked_for_in_between(demo: LiveDemo) -> None:
    watch = Watch(demo)
    demo.say("c-overdue", text=SETTLE)
    said = demo.say("c-overdue", text="帮我转人工")
    assert cards_of(said, "ticket") and not cards_of(said, "quote")
    assert watch.changed() == {"c-overdue": {"tickets"}}
    assert cards_of(demo.say("c-overdue", text="好的"), "quote")


def test_a_button_of_the_answer_leads_on_and_the_quote_stays(demo: LiveDemo) -> None:
    watch = Watch(demo)
    quote = demo.say("c-owing", text=SETTLE)
    bill = demo.say("c-owing", text="这个月账单都有啥")
    assert "立即还款" in words_of(demo.say("c-owing", button=button(bill, "怎么还款")))
    assert watch.changed() == {}
    done = demo.say("c-owing", button=button(quote, "确认结清"), acr="payment")
    assert cards_of(done, "receipt") and set(watch.changed()) == {"c-owing"}


def test_after_an_offer_to_unfreeze_its_button_still_files(demo: LiveDemo) -> None:
    watch = Watch(demo)
    offer = demo.say("c-cured", text="为什么用不了")
    said = demo.say("c-cured", text="会上征信吗")
    assert "会上征信" in words_of(said) and watch.changed() == {}
    filed = demo.say("c-cured", button=button(offer, "申请解冻"))
    assert watch.changed() == {"c-cured": {"applications"}}
    assert demo.ledger("c-cured")["applications"][0]["number"] in words_of(filed)
