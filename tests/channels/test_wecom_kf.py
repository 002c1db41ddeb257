"""WeCom customer service, from the platform's poke to what the customer sees, with a real bot in between."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.channels.conftest import START_TIMEOUT_S, wait_for
from tests.channels.kf_talk import PAGE, Kf, running_kf, text_of


@pytest.fixture(scope="module")
def kf(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kf]:
    with running_kf(model, tmp_path_factory.mktemp("kf")) as running:
        yield running


def test_the_address_is_proven_to_the_platform_alone(kf: Kf) -> None:
    assert kf.do("echo", text="4371842890") == {"status": 200, "text": "4371842890"}
    assert kf.do("echo", text="4371842890", company="wwffffffffffffffff") == {"status": 403, "text": ""}
    callback = f"{kf.chat.url}/webhooks/wecom_kf/callback"
    assert requests.get(callback, timeout=10).status_code == 403


def test_a_message_is_answered_and_the_first_answer_says_who_speaks(kf: Kf) -> None:
    customer = kf.customer()
    assert text_of(customer.asks("你好")) == "我是智能客服。\n您好，请问要办理什么？"
    assert text_of(customer.asks("今天天气")) == "收到：今天天气"


@pytest.mark.parametrize(
    "how",
    ["forged", "stale", "unsigned", "plain", "other_company", "bomb", "gbk", "no_xml", "large"],
)
def test_what_is_not_the_platforms_or_not_for_us_is_refused(kf: Kf, how: str) -> None:
    customer = kf.customer()
    customer.write("你好", poke=False)
    assert kf.poke(how) == [403]
    assert kf.chat.bot.text().count("Traceback") == 0
    customer.asks("你好")  # the platform's own poke brings both
    assert len(customer.sees(2)) == 2


def test_three_pokes_at_once_and_repeats_give_one_answer(kf: Kf) -> None:
    customer = kf.customer()
    entry = customer.write("你好", poke=False)
    assert kf.poke("", "", "") == [200, 200, 200]
    customer.sees(1)
    assert kf.poke("", "replayed") == [200, 200]
    customer.write("你好", poke=False, msgid=entry["msgid"])  # the same message once more
    customer.write("结清", msgid=uuid.uuid4().hex)
    customer.sees(2)
    assert [text.split("\n")[-1] for text in customer.texts()] == [
        "您好，请问要办理什么？",
        "一次结清需付¥12.34。",
    ]


def test_answers_come_in_the_order_of_the_questions(kf: Kf) -> None:
    customer = kf.customer()
    kf.do("set", page=2)
    for number in range(5):
        customer.write(f"第{number}个问题", poke=False)
    kf.poke("", "", "")
    texts = [text_of(message).split("\n")[-1] for message in customer.sees(5)]
    kf.do("set", page=1000)
    assert texts == [f"收到：第{number}个问题" for number in range(5)]


def test_a_menus_item_is_the_button_and_typing_it_never_is(kf: Kf) -> None:
    customer = kf.customer()
    menu = customer.asks("结清")
    assert [each["click"]["content"] for each in menu["msgmenu"]["list"]] == ["确认结清", "先看看"]
    assert text_of(customer.asks("确认结清")) == "收到：确认结清"
    assert text_of(customer.asks("1")) == "收到：1", "a menu is not numbered"
    assert text_of(customer.presses(menu, "先看看")) == "您好，请问要办理什么？"
    page = f"{PAGE}?of={customer.sender}"
    assert text_of(customer.presses(menu, "确认结清")) == f"没有扣款。请点 {page}"


def test_somebody_elses_menu_does_nothing(kf: Kf) -> None:
    one, other = kf.customer(), kf.customer()
    menu = one.asks("结清")
    item = menu["msgmenu"]["list"][1]["click"]["id"]
    assert text_of(other.asks("先看看", menu_id=item)).endswith("按钮已失效。")
    assert text_of(other.asks("先看看", menu_id="x")) == "按钮已失效。"


def test_a_picture_is_answered_by_asking_for_words(kf: Kf) -> None:
    customer = kf.customer()
    assert text_of(customer.asks("", msgtype="image", image={"media_id": "M"})).endswith("请用文字说。")


@pytest.mark.parametrize(
    ("who", "token", "told"),
    [
        ("wm", "linked-token-1", "账户已关联。"),
        ("wm", "expired-token-1", "链接已过期。"),
        ("c-nobody", "used-token-1", "链接已用过。"),
        ("wm", "used-token-1", "账户已关联。"),
        ("wm", "unknown-token-1", "链接不能用。"),
    ],
)
def test_who_comes_by_a_link_is_told_what_it_did(kf: Kf, who: str, token: str, told: str) -> None:
    customer = kf.customer(who)
    customer.enters(scene="1", scene_param=token, welcome=True)
    assert text_of(customer.sees(1)[0]) == f"我是智能客服。\n{told}"


def test_who_enters_is_greeted_once_where_the_platform_lets_us(kf: Kf) -> None:
    customer = kf.customer()
    customer.enters(welcome=True)
    assert text_of(customer.sees(1)[0]).endswith("您好，请问要办理什么？")
    customer.enters()
    assert text_of(customer.asks("今天天气")) == "收到：今天天气"
    assert len(customer.seen()) == 2


def test_a_token_that_ends_is_fetched_once_and_nothing_is_lost(kf: Kf) -> None:
    customers = [kf.customer() for _ in range(5)]
    before = kf.get("calls")["gettoken"] if kf.get("calls").get("gettoken") else 0
    kf.do("set", revoke=True)
    for customer in customers:
        customer.write("你好", poke=False)
    kf.poke()
    for customer in customers:
        customer.sees(1)
    assert kf.get("calls")["gettoken"] == before + 1


@pytest.mark.parametrize("kind", ["429", "busy", "answer_lost"])
def test_a_send_that_failed_is_sent_again_and_arrives_once(kf: Kf, kind: str) -> None:
    customer = kf.customer()
    kf.do("set", faults={"send_msg": [kind, kind], "sync_msg": ["busy"]})
    customer.write("你好", poke=False)
    customer.write("今天天气")
    customer.sees(2)
    assert [text.split("\n")[-1] for text in customer.texts()] == ["您好，请问要办理什么？", "收到：今天天气"]


def test_news_leave_by_the_channel_of_their_customer_within_the_quota(kf: Kf) -> None:
    customer = kf.customer()
    customer.asks("你好")
    put = [kf.chat.put_outbox(customer.sender, "payout_done", f"P{number}") for number in range(6)]
    wait_for(lambda: set(put) <= set(kf.chat.acked()), 30)
    customer.sees(5)
    customer.write("今天天气")
    texts = [text_of(message) for message in customer.sees(8)]
    assert texts[1:] == [*(f"通知 payout_done P{number}" for number in range(6)), "收到：今天天气"]
    assert "waits: the customer has to write first" in kf.chat.bot.text()


def test_while_a_person_has_the_conversation_the_bot_is_silent(kf: Kf) -> None:
    customer = kf.customer()
    customer.asks("你好")
    kf.do("set", user=customer.user, state=3)
    kf.do("event", kind="session_status_change", user=customer.user, change_type=1)
    customer.write("今天天气")
    kf.do("set", user=customer.user, state=0)
    kf.do("event", kind="session_status_change", user=customer.user, change_type=3)
    assert text_of(customer.asks("结清")).endswith("一次结清需付¥12.34。")
    assert len(customer.seen()) == 2


def test_a_message_that_the_platform_could_not_deliver_is_told_to_the_operator(kf: Kf) -> None:
    customer = kf.customer()
    lost = customer.asks("你好")["msgid"]
    fields = {"user": customer.user, "fail_msgid": lost, "fail_type": 10}
    kf.do("event", kind="msg_send_fail", **fields)
    kf.poke()
    line = f"message {lost} to {customer.sender} was never delivered: refused by the user"
    wait_for(lambda: line in kf.chat.bot.text(), 10)


def test_a_configuration_can_be_checked(kf: Kf, monkeypatch: pytest.MonkeyPatch) -> None:
    kf.as_operator(monkeypatch)
    lines = kf.check_lines()
    for word in ("keys are of the right form", f"log in at {PAGE}", "platform is reached", "an access token"):
        assert any(line.startswith("ok") and word in line for line in lines), lines
    assert any("ok     wecom_kf: the callback answers a signed check" in line for line in lines), lines
    monkeypatch.setenv("YUEFU_KF_TOKEN", "anothertoken")
    monkeypatch.setenv("YUEFU_KF_SECRET", "another-secret-0123456789")
    monkeypatch.delenv("YUEFU_HOST_PAGE_URL")
    wrong = [line for line in kf.check_lines() if line.startswith("WRONG")]
    for word in ("YUEFU_HOST_PAGE_URL", "no access token", "answered a signed check with 403"):
        assert any(word in line for line in wrong), wrong
    assert not any("another" in line for line in wrong), "no key is printed"
    monkeypatch.setenv("YUEFU_KF_AES_KEY", "short")
    assert kf.check_lines()[0].startswith("WRONG  wecom_kf: aes_key is not of the right form")


def test_killed_between_acknowledgement_and_reply_it_answers_after_the_restart(kf: Kf) -> None:
    customer = kf.customer()
    customer.asks("你好")
    customer.write("慢慢")
    for text in ("今天天气", "今天几号"):
        customer.write(text)
    kf.chat.bot.kill()
    kf.chat.bot.start()
    wait_for(kf.chat.ready, START_TIMEOUT_S)
    texts = [text_of(message) for message in customer.sees(4, timeout_s=60)]
    assert texts[1:] == ["久等了。", "收到：今天天气", "收到：今天几号"]
    assert text_of(customer.asks("最后")) == "收到：最后"


@pytest.mark.parametrize("count", [60, pytest.param(1000, marks=pytest.mark.long)])
def test_many_who_write_at_once_are_each_answered_once(kf: Kf, count: int) -> None:
    kf.many_are_answered_once(count)
