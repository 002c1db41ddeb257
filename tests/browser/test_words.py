"""What customers type (by an input method, too long, too fast, hostile) arrives once, as it was typed."""

from __future__ import annotations

import sqlite3
import time
import unicodedata
from contextlib import closing

from selenium.webdriver import ActionChains, Keys

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
        page.driver.execute_cdp_cmd("Input.imeSetComposition", marks)
    taken = {"type": "rawKeyDown", "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229}
    page.driver.execute_cdp_cmd("Input.dispatchKeyEvent", taken)
    page.driver.execute_cdp_cmd("Input.insertText", {"text": "怎么关闭月付"})
    assert page.box.get_property("value") == "怎么关闭月付"
    assert page.texts(".user .bubble") == []
    ActionChains(page.driver).send_keys(Keys.ENTER).perform()
    page.until(lambda: page.texts(".user .bubble") == ["怎么关闭月付"], "the whole sentence")


def test_three_hundred_characters_are_sent_and_one_more_is_not(page: ChatPage) -> None:
    page.open("c-clean")
    longest = "月付怎么还" * 60
    page.driver.execute_script("arguments[0].focus()", page.box)
    page.driver.execute_cdp_cmd("Input.insertText", {"text": longest + "款"})
    composer = page.chat.find_element("css selector", "yuefu-composer").shadow_root
    hint = composer.find_element("css selector", "#hint")
    page.until(lambda: hint.text == "最多 300 字，已超出 1 字", "the hint")
    ActionChains(page.driver).send_keys(Keys.ENTER).perform()
    assert page.texts(".user .bubble") == []
    ActionChains(page.driver).send_keys(Keys.BACKSPACE, Keys.ENTER).perform()
    page.until(lambda: page.texts(".user .bubble") == [longest], "the longest message")
    page.until(lambda: page.texts(".turn:not(.user) .bubble"), "an answer")


def test_hostile_text_is_shown_as_it_was_typed(page: ChatPage) -> None:
    page.open("c-clean")
    for number, text in enumerate(HOSTILE, 1):
        page.driver.execute_script("arguments[0].focus()", page.box)
        page.driver.execute_cdp_cmd("Input.insertText", {"text": text})
        ActionChains(page.driver).send_keys(Keys.ENTER).perform()
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
    page.driver.execute_script("document.querySelector('yuefu-chat').say('\u202e\u202e付月')")
    page.until(lambda: page.texts(".turn:not(.user) .bubble"), "an answer")
    isolated = page.driver.execute_script(
        "return [...document.querySelector('yuefu-chat').shadowRoot.querySelectorAll('.bubble')]"
        ".map(each => getComputedStyle(each).unicodeBidi)"
    )
    assert set(isolated) == {"plaintext"}


def test_what_the_page_says_before_there_is_a_connection_is_sent(page: ChatPage) -> None:
    page.open("c-clean")
    page.driver.execute_script(
        "const old = document.querySelector('yuefu-chat'), chat = document.createElement('yuefu-chat');"
        "Object.assign(chat, { server: old.server, tokenProvider: old.tokenProvider, inline: true });"
        "chat.say('月付怎么还款'); old.replaceWith(chat); chat.say('最低还款是什么')"
    )
    page.until(lambda: len(page.texts(".turn:not(.user)")) >= 2, "an answer to each")
    assert page.texts(".user .bubble") == ["月付怎么还款", "最低还款是什么"]


def all_said(page: ChatPage, least: int) -> bool:
    """Whether there are so many answers, and for a while no more: one may have two bubbles."""
    said = len(page.texts(".turn:not(.user) .bubble"))
    time.sleep(3)
    return least <= said == len(page.texts(".turn:not(.user) .bubble")) and not page.texts(".typing")


def test_ten_messages_a_second_are_each_answered_once_and_in_order(page: ChatPage) -> None:
    page.open("c-clean")
    asked = [f"第{number}问：月付怎么还款" for number in range(10)]
    page.driver.execute_script(
        "const chat = document.querySelector('yuefu-chat');"
        "arguments[0].forEach((text, index) => setTimeout(() => chat.say(text), 100 * index))",
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
    assert not faults(page.driver)
    page.all(".state.failed button")[0].click()
    page.until(lambda: page.texts(".turn:not(.user) .bubble"), "an answer")
    page.until(lambda: page.texts(".typing") == [], "the end of the turn")
    fail(page, demo, "最低还款是什么")
    page.all(".state.failed button")[1].click()  # this one is given up
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
    page.driver.execute_script(
        "const sheet = document.createElement('style'); sheet.textContent = 'p{}';document.head.append(sheet)"
    )
    assert [each for each in page.complaints() if "Content Security Policy" in each]
