"""What customers type (by an input method, too long, too fast, hostile) arrives once, as it was typed."""

from __future__ import annotations

import sqlite3
import unicodedata
from contextlib import closing

from playwright.sync_api import expect

from tests.browser.looks import faults
from tests.browser.page import ChatPage
from tests.live import LiveDemo

HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    "javascript:alert(1)",
    "[链接](javascript:alert(1))",
    "额度<500_[1]",
    "{{7*7}} ${alert(1)} %s {amount}",
    "\u202e付月闭关\u202c 还款",
    "Z̸̡̢͔͎̞̓̽͗a̵l̴g̷o̶ 月付",
    "&lt;b&gt;不是标记&lt;/b&gt;",
)


def test_the_enter_that_confirms_a_candidate_does_not_send(page: ChatPage) -> None:
    page.open("c-clean")
    page.box.click()
    for text in ("z", "zen", "zenme"):
        marks = {"text": text, "selectionStart": len(text), "selectionEnd": len(text)}
        page.tools.send("Input.imeSetComposition", marks)
    taken = {"type": "rawKeyDown", "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229}
    page.tools.send("Input.dispatchKeyEvent", taken)
    page.tab.keyboard.insert_text("怎么关闭月付")
    assert page.box.input_value() == "怎么关闭月付"
    assert page.texts(".user .bubble") == []
    page.tab.keyboard.press("Enter")
    page.until(lambda: page.texts(".user .bubble") == ["怎么关闭月付"], "the whole sentence")


def test_three_hundred_characters_are_sent_and_one_more_is_not(page: ChatPage) -> None:
    page.open("c-clean")
    longest = "月付怎么还" * 60
    page.paste(longest + "款")
    hint = page.find("yuefu-composer #hint")
    expect(hint, "the hint").to_have_text("最多 300 字，已超出 1 字", use_inner_text=True)
    assert hint.is_visible()
    page.tab.keyboard.press("Enter")
    assert page.texts(".user .bubble") == []
    page.tab.keyboard.press("Backspace")
    page.tab.keyboard.press("Enter")
    page.until(lambda: page.texts(".user .bubble") == [longest], "the longest message")
    page.until(lambda: page.texts(".turn:not(.user) .bubble"), "an answer")


def test_hostile_text_is_shown_as_it_was_typed(page: ChatPage) -> None:
    page.open("c-clean")
    for number, text in enumerate(HOSTILE, 1):
        page.paste(text)
        page.tab.keyboard.press("Enter")
        answers = page.until(lambda n=number: len(page.texts(".turn:not(.user)")) >= n, "an answer")
        assert answers
    assert page.texts(".user .bubble") == list(HOSTILE)
    assert page.texts(".bubble img, .bubble script, .bubble b, .bubble a") == []
    page.reload()
    shown = [unicodedata.normalize("NFC", text) for text in page.texts(".user .bubble")]
    assert shown[3:5] == [HOSTILE[3], "额度<500_[1]"]
    assert page.texts(".bubble img, .bubble script, .bubble b, .bubble a") == []


def test_marks_that_turn_the_writing_around_stay_inside_their_bubble(page: ChatPage) -> None:
    page.open("c-clean")
    page.chat.evaluate("chat => { chat.say('\u202e\u202e付月') }")
    page.until(lambda: page.texts(".turn:not(.user) .bubble"), "an answer")
    isolated = page.find(".bubble").evaluate_all("all => all.map(each => getComputedStyle(each).unicodeBidi)")
    assert set(isolated) == {"plaintext"}


def test_what_the_page_says_before_there_is_a_connection_is_sent(page: ChatPage) -> None:
    page.open("c-clean")
    page.chat.evaluate(
        "old => { const chat = document.createElement('yuefu-chat');"
        "Object.assign(chat, { server: old.server, tokenProvider: old.tokenProvider, inline: true });"
        "chat.say('月付怎么还款'); old.replaceWith(chat); chat.say('最低还款是什么') }"
    )
    page.until(lambda: len(page.texts(".turn:not(.user)")) >= 2, "an answer to each")
    assert page.texts(".user .bubble") == ["月付怎么还款", "最低还款是什么"]


def all_said(page: ChatPage, least: int) -> bool:
    """Whether there are so many answers, and for a while no more: one may have two bubbles."""
    said = len(page.texts(".turn:not(.user) .bubble"))
    page.tab.wait_for_timeout(3000)
    return least <= said == len(page.texts(".turn:not(.user) .bubble")) and not page.texts(".typing")


def test_ten_messages_a_second_are_each_answered_once_and_in_order(page: ChatPage) -> None:
    page.open("c-clean")
    asked = [f"第{number}问：月付怎么还款" for number in range(10)]
    page.chat.evaluate(
        "(chat, asked) => asked.forEach((text, index) => setTimeout(() => chat.say(text), 100 * index))",
        asked,
    )
    page.until(lambda: all_said(page, 10), "ten answers", 60)
    assert page.texts(".user .bubble") == asked
    assert page.texts(".state.failed") == []
    answers = len(page.texts(".turn:not(.user)"))
    page.reload()
    assert page.texts(".user .bubble") == asked
    assert len(page.texts(".turn:not(.user)")) == answers


def test_what_the_server_could_not_take_says_so_and_is_sent_once_by_retry(
    page: ChatPage, demo: LiveDemo
) -> None:
    page.open("c-clean")
    fail(page, demo, "月付怎么还款")
    assert not faults(page)
    page.find(".state.failed button").first.click()
    page.until(lambda: page.texts(".turn:not(.user) .bubble"), "an answer")
    page.until(lambda: page.texts(".typing") == [], "the end of the turn")
    fail(page, demo, "最低还款是什么")
    page.find(".state.failed button").nth(1).click()  # this one is given up
    page.until(lambda: page.texts(".user .bubble") == ["月付怎么还款"], "it to go")
    page.reload()
    assert page.texts(".user .bubble") == ["月付怎么还款"]
    assert len(page.texts(".turn:not(.user)")) <= 2


def fail(page: ChatPage, demo: LiveDemo, text: str) -> None:
    """Says it while somebody holds the chat's database for longer than the server waits for it."""
    with closing(sqlite3.connect(demo.folder / "chat.db", isolation_level=None)) as held:
        held.execute("BEGIN IMMEDIATE")
        page.type(text)
        said = page.until(lambda: page.texts(".state.failed"), "it to fail", 40)
        held.execute("ROLLBACK")
    assert [state.startswith("系统暂时出错，请稍后再试。") for state in said] == [True]


def test_a_violation_of_the_policy_would_be_noticed(page: ChatPage) -> None:
    page.open("c-clean")
    page.tab.evaluate(
        "() => { const sheet = document.createElement('style'); sheet.textContent = 'p{}';"
        "document.head.append(sheet) }"
    )
    assert [each for each in page.complaints() if "Content Security Policy" in each]


def test_an_error_and_a_dialog_would_be_noticed(page: ChatPage) -> None:
    page.open("c-clean")
    page.tab.evaluate("alert(1)")
    assert page.complaints() == ["alert 1"]
    page.tab.evaluate("() => { setTimeout(() => { throw new Error('lost') }) }")
    heard = page.until(page.complaints, "the error")
    assert len(heard) == 1 and "lost" in heard[0]
