"""Words that lean on what was said before, and two questions at once, over the real channel."""

from __future__ import annotations

from tests.live import LiveDemo, button, cards_of, words_of


def test_short_words_are_about_the_last_answer(demo: LiveDemo) -> None:
    demo.say("c-refunding", text="我的退款到哪了")
    for words, said in (
        ("能加急吗", "没法加急"),
        ("那什么时候到", "约2到3个工作日"),
        ("退到哪张卡", "付款账户"),
    ):
        assert said in words_of(demo.say("c-refunding", text=words))


def test_after_a_bill_this_month_files_no_ticket(demo: LiveDemo) -> None:
    demo.say("c-owing", text="我欠多少钱")
    again = demo.say("c-owing", text="这个月呢")
    assert cards_of(again, "bill") and not cards_of(again, "ticket")


def test_a_question_about_the_open_quote_keeps_it_open(demo: LiveDemo) -> None:
    before = demo.ledger("c-owing")["debts"]
    demo.say("c-owing", text="我要提前还清全部月付")
    asked = demo.say("c-owing", text="要手续费吗")
    assert cards_of(asked, "quote") and "还没有扣款" in words_of(asked)
    assert demo.ledger("c-owing")["debts"] == before
    demo.say("c-owing", text="算了")


def test_of_two_questions_one_is_answered_and_one_offered(demo: LiveDemo) -> None:
    said = demo.say("c-clean", text="额度是多少 怎么才能提高额度")
    other = demo.say("c-clean", button=button(said, "您还问了"))
    assert words_of(other) and words_of(other) != words_of(said)
