"""Words that may mean this or that, or nothing, and small talk: two buttons, then a person; nothing moves."""

from __future__ import annotations

import pytest

from tests.conversations.watch import Watch, told
from tests.live import LiveDemo, button, cards_of, titles_of, words_of

START = ["怎么关闭月付", "为什么用不了", "全部提前还清", "人工客服"]


@pytest.mark.parametrize("words", ["明天呢", "那个那个", "你猜"])
def test_of_two_meanings_the_customer_chooses(demo: LiveDemo, words: str) -> None:
    watch = Watch(demo)
    said = demo.say("c-owing", text=words)
    titles = titles_of(said)
    assert "是想问下面哪一个" in words_of(said) and len(titles) == len(set(titles)) == 2
    assert not any(title.startswith("确认") for title in titles)
    assert watch.changed() == {}


def test_the_chosen_meaning_is_answered(demo: LiveDemo) -> None:
    watch = Watch(demo)
    asked = demo.say("c-owing", text="明天呢")
    said = demo.say("c-owing", button=button(asked, "查账单"))
    assert told(demo.ledger("c-owing"))["bill"] in words_of(said) and cards_of(said, "bill")
    assert watch.changed() == {}


def test_the_second_miss_in_a_row_puts_a_person_first(demo: LiveDemo) -> None:
    watch = Watch(demo)
    demo.say("c-clean", text="那个那个")
    said = demo.say("c-clean", text="你猜")
    assert "转人工客服吗" in words_of(said) and titles_of(said)[0] == "人工客服"
    assert watch.changed() == {}
    person = demo.say("c-clean", button=button(said, "人工客服"))
    assert cards_of(person, "ticket") and watch.changed() == {"c-clean": {"tickets"}}


def test_an_answer_in_between_starts_the_count_anew(demo: LiveDemo) -> None:
    watch = Watch(demo)
    demo.say("c-clean", text="那个那个")
    demo.say("c-clean", text="我的额度是多少")
    said = demo.say("c-clean", text="你猜")
    assert "是想问下面哪一个" in words_of(said) and watch.changed() == {}


def test_a_miss_in_an_open_quote_shows_it_again(demo: LiveDemo) -> None:
    watch = Watch(demo)
    demo.say("c-overdue", text="我要全部提前还清")
    said = demo.say("c-overdue", text="zxcv", acr="payment")
    assert "用汉字说" in said[0]["text"] and cards_of(said[1:], "quote") and watch.changed() == {}


def test_letters_without_a_word_are_asked_for_in_chinese(demo: LiveDemo) -> None:
    watch = Watch(demo)
    said = demo.say("c-owing", text="zxcv")
    assert "用汉字说" in words_of(said) and titles_of(said) == START and watch.changed() == {}


@pytest.mark.parametrize("words", ["zenme guanbi yuefu", "how to close my account", "怎麼關閉月付"])
def test_other_scripts_may_close_too_but_only_after_asking(demo: LiveDemo, words: str) -> None:
    watch = Watch(demo)
    said = demo.say("c-clean", text=words, acr="payment")
    assert "可以关闭" in words_of(said) and cards_of(said, "close_decision")
    assert "先不关" in titles_of(said) and watch.changed() == {}


@pytest.mark.parametrize(
    ("customer", "greeted"),
    [
        ("c-owing", "{bill} {due}到期"),
        ("c-overdue", "{overdue} 已逾期"),
        ("c-clean", "没有到期的账单"),
        ("c-unknown", "¥886.00 正在核实"),
        ("anon", "登录后"),
    ],
)
def test_a_greeting_says_what_stands_and_what_can_be_done(
    demo: LiveDemo, customer: str, greeted: str
) -> None:
    watch = Watch(demo)
    figures = {} if customer == "anon" else told(demo.ledger(customer))
    said = demo.say(customer, text="你好")
    assert all(name.format(**figures) in words_of(said) for name in greeted.split())
    assert "AI助手" in words_of(said) and titles_of(said) == START and watch.changed() == {}


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("谢谢", "不客气"),
        ("再见", "再见"),
        ("好的", "不会扣款"),
        ("不用了", "先不办"),
        ("你是真人吗", "不是真人"),
    ],
)
def test_small_talk_is_small(demo: LiveDemo, words: str, answer: str) -> None:
    watch = Watch(demo)
    said = demo.say("c-lowered", text=words, acr="payment")
    assert len(said) == 1 and answer in words_of(said) and not cards_of(said, "quote")
    assert watch.changed() == {}


def test_thanks_in_an_open_decision_leaves_it_open(demo: LiveDemo) -> None:
    watch = Watch(demo)
    decision = demo.say("c-clean", text="怎么关闭月付")
    said = demo.say("c-clean", text="谢谢", acr="payment")
    assert "不客气" in words_of(said) and watch.changed() == {}
    demo.say("c-clean", button=button(decision, "确认关闭"), acr="payment")
    assert demo.ledger("c-clean")["state"] == "CLOSED"


@pytest.mark.parametrize("words", ["放心借怎么关闭", "把花呗关了", "今天天气怎么样"])
def test_what_is_not_ours_is_said_to_be_elsewhere(demo: LiveDemo, words: str) -> None:
    watch = Watch(demo)
    said = demo.say("c-bureau", text=words, acr="payment")
    assert "只负责月付" in words_of(said) and not cards_of(said, "close_decision")
    assert titles_of(said) == ["看看能办什么", "人工客服"] and watch.changed() == {}
