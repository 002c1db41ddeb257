"""Insults, threats and impatience: a calm answer to what is wanted, and a way to a person."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.conversations.watch import Watch, told
from tests.live import LiveDemo, button, cards_of, titles_of, words_of

# Customer, what they shout, what the answer names, its buttons.
SHOUTED = [
    ("c-owing", "妈的，怎么关这个破月付", "{owed} 就可以关闭", "一次结清并关闭 只看怎么操作 先不关"),
    ("c-overdue", "你们什么破东西，凭什么不让我用", "{overdue} 请先还清", "现在全部结清 只还逾期的怎么还"),
    ("c-bureau", "骗子，赶紧给我解冻！！！", "其他机构 以评估为准", "月付和征信的关系 人工客服"),
    (
        "c-bureau",
        "再不给我恢复我就去法院告你们",
        "其他机构 以评估为准",
        "月付和征信的关系 人工客服",
    ),
    ("c-lowered", "你们凭什么降我额度，太欺负人了", "¥8,000.00 ¥3,000.00 不能调高", "查额度 怎么还款"),
    ("c-lowered", "傻逼机器人", "对不起 人工客服", "人工客服 看看能办什么"),
    ("c-clean", "气死我了，凭什么自动扣我钱", "不会自动扣 {next_due}", "出账日和还款日"),
    ("c-refunding", "退个款要等到什么时候，烦死了！！", "¥399.00 2到3个工作日", "查账单 人工客服"),
    ("c-unknown", "钱到底扣没扣啊，急死人了", "¥886.00 正在核实 不要重复付款", "人工客服"),
]


@pytest.mark.parametrize(("customer", "shouted", "names", "buttons"), SHOUTED)
def test_what_is_wanted_is_answered_calmly(
    demo: LiveDemo, customer: str, shouted: str, names: str, buttons: str
) -> None:
    watch = Watch(demo)
    said = demo.say(customer, text=shouted)
    for name in names.split():
        assert name.format(**told(demo.ledger(customer))) in words_of(said), name
    assert titles_of(said) == buttons.split() and watch.changed() == {}


@pytest.mark.parametrize(
    ("customer", "words"),
    [
        ("c-overdue", "再不解决我就去投诉你们"),
        ("c-owing", "我要打12378举报你们乱收费"),
        ("c-risk", "什么垃圾客服，我要投诉"),
    ],
)
def test_a_threat_to_complain_is_registered(demo: LiveDemo, customer: str, words: str) -> None:
    watch = Watch(demo)
    said = demo.say(customer, text=words)
    card = cards_of(said, "ticket")[0]
    assert "投诉已登记" in words_of(said) and card["number"] in words_of(said) and card["promised_by"]
    assert titles_of(said) == ["回到智能助手"] and watch.changed() == {customer: {"tickets"}}
    (ticket,) = demo.ledger(customer)["tickets"]
    assert (ticket["kind"], ticket["state"]) == ("complaint", "OPEN")
    packet = demo.staff("GET", "tickets?state=OPEN")["tickets"][0]["packet"]
    assert (packet["customer_id"], packet["asked"]) == (customer, words)


@pytest.mark.parametrize("words", ["你他妈会不会说人话", "我要曝光你们"])
def test_who_has_had_enough_gets_a_person(demo: LiveDemo, words: str) -> None:
    watch = Watch(demo)
    said = demo.say("c-lowered", text=words)
    assert "已转人工客服" in words_of(said) and cards_of(said, "ticket")
    assert watch.changed() == {"c-lowered": {"tickets"}}


@pytest.mark.parametrize("words", ["滚，骗子公司", "一帮骗子，骗子平台"])
def test_called_swindlers_we_say_who_we_are_and_investigate_nothing(demo: LiveDemo, words: str) -> None:
    watch = Watch(demo)
    said = demo.say("c-overdue", text=words)
    assert "我是月付的AI助手" in words_of(said) and "人工客服" in titles_of(said)
    assert watch.changed() == {}


@pytest.mark.parametrize("hurried", ["快点", "怎么这么慢啊！", "能不能快一点"])
def test_hurried_after_a_payment_its_state_is_told(demo: LiveDemo, hurried: str) -> None:
    quote = demo.say("c-overdue", text="我要全部提前还清")
    done = demo.say("c-overdue", button=button(quote, "确认结清"), acr="payment")
    watch = Watch(demo)
    said = demo.say("c-overdue", text=hurried)
    assert cards_of(said, "receipt")[0]["receipt"] == cards_of(done, "receipt")[0]["receipt"]
    assert watch.changed() == {}


def test_hurried_before_it_is_confirmed_nothing_is_charged(demo: LiveDemo) -> None:
    watch = Watch(demo)
    quote = demo.say("c-overdue", text="我要全部提前还清")
    said = demo.say("c-overdue", text="快点快点", acr="payment")
    assert "还没有扣款" in words_of(said) and titles_of(said) == titles_of(quote) and watch.changed() == {}


def test_who_waits_for_a_person_hears_until_when_and_may_do_without(demo: LiveDemo) -> None:
    demo.say("c-clean", text="怎么关闭月付")
    called = cards_of(demo.say("c-clean", text="转人工"), "ticket")[0]
    watch = Watch(demo)
    for words in ("人呢", "快点行不行", "多久有人理我"):
        said = demo.say("c-clean", text=words)
        assert cards_of(said, "ticket") == [called] and called["number"] in words_of(said), words
    assert watch.changed() == {}
    assert "我是智能助手" in words_of(demo.say("c-clean", text="算了不用人工了"))


@pytest.mark.parametrize("words", ["没钱还不了", "我真没钱了还不上怎么办啊", "工资没发，这个月还不起"])
@pytest.mark.parametrize("customer", ["c-owing", "c-overdue"])
def test_who_has_no_money_hears_what_is_possible_and_files_nothing(
    demo: LiveDemo, customer: str, words: str
) -> None:
    watch = Watch(demo)
    said = demo.say(customer, text=words)
    names = ("{minimum}", "{due}", "分期") if customer == "c-owing" else ("{overdue}", "不能分期")
    assert all(name.format(**told(demo.ledger(customer))) in words_of(said) for name in names)
    assert {"登记还款困难", "人工客服"} <= set(titles_of(said)) and watch.changed() == {}


def test_an_insult_in_an_open_quote_charges_nothing(demo: LiveDemo) -> None:
    watch = Watch(demo)
    demo.say("c-owing", text="我要全部提前还清")
    said = demo.say("c-owing", text="傻逼机器人", acr="payment")
    assert "对不起" in words_of(said) and cards_of(said, "quote") and watch.changed() == {}


def test_the_third_shout_after_a_complaint_adds_to_its_ticket(demo: LiveDemo) -> None:
    watch = Watch(demo)
    for words in ("我要投诉你们", "再不处理我就去举报", "投诉投诉投诉！"):
        said = demo.say("c-overlimit", text=words)
    assert cards_of(said, "ticket") and watch.changed() == {"c-overlimit": {"tickets"}}
    (ticket,) = demo.staff("GET", "tickets?state=OPEN")["tickets"]
    assert [each["text"] for each in ticket["messages"]] == ["再不处理我就去举报", "投诉投诉投诉！"]


def test_ten_messages_in_a_burst_are_each_answered_and_move_nothing(demo: LiveDemo) -> None:
    watch = Watch(demo)
    quote = demo.say("c-owing", text="我要全部提前还清")
    shouted = [f"快点快点快点！第{number}遍了，我的额度是多少" for number in range(10)]
    with ThreadPoolExecutor(10) as shouts:
        answers = list(shouts.map(lambda words: demo.post("c-owing", text=words), shouted))
    assert [each.status_code for each in answers] == [200] * 10
    available = told(demo.ledger("c-owing"))["available"]
    replies = [each.json()["messages"] for each in answers]
    assert all(available in words_of(said) for said in replies)
    seqs = [message["seq"] for said in replies for message in said]
    assert len(set(seqs)) == len(seqs) and sum(bool(cards_of(said, "quote")) for said in replies) == 3
    assert watch.changed() == {}
    done = demo.say("c-owing", button=button(quote, "确认结清"), acr="payment")
    assert cards_of(done, "receipt") and watch.posted("c-owing").count("settlement") == 1


def test_ten_clicks_in_a_burst_settle_once(demo: LiveDemo) -> None:
    watch = Watch(demo)
    token = button(demo.say("c-overdue", text="我要全部提前还清"), "确认结清")
    with ThreadPoolExecutor(10) as clicks:
        answers = list(clicks.map(lambda _: demo.say("c-overdue", button=token, acr="payment"), range(10)))
    receipts = [cards_of(said, "receipt") for said in answers]
    assert receipts[0] and receipts == [receipts[0]] * 10
    assert watch.posted("c-overdue").count("settlement") == 1 and set(watch.changed()) == {"c-overdue"}
