"""What cards and replies do: numbers line up, a receipt is kept, a reply goes once, a journey is rated."""

from __future__ import annotations

import json
import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from scripts.console import ROOT
from scripts.environments import BOT
from tests.browser.page import ChatPage
from tests.live import LiveDemo

CUSTOMER = "c-owing"
PNG = b"\x89PNG\r\n\x1a\n"


def quote_of(page: ChatPage) -> None:
    page.open(CUSTOMER)
    page.type("怎么关闭")
    page.press("一次结清并关闭")
    page.button("确认结清并关闭")


def closed(page: ChatPage) -> None:
    quote_of(page)
    page.press("确认结清并关闭")
    page.answer_strong_login()
    page.outcome("已结清并关闭")


def test_amounts_stand_in_one_column_of_even_figures(page: ChatPage, demo: LiveDemo) -> None:
    quote_of(page)
    script = (
        "(card, selector) => [...card.querySelectorAll(selector)].map(each => {"
        "const s = getComputedStyle(each);"
        "const right = Math.round(each.getBoundingClientRect().right);"
        "return [each.textContent.trim(), right, s.fontVariantNumeric]})"
    )
    card = page.find(".card").last
    lines = card.evaluate(script, ":scope > .lines dd, .total strong")
    assert len(lines) > 4
    assert {(right, figures) for _, right, figures in lines} == {(lines[0][1], "tabular-nums")}
    said = [float(text.replace("¥", "").replace(",", "")) for text, _, _ in lines]
    assert round(sum(said[:-1]), 2) == said[-1], "the lines add up to the total"
    waived = [text for text, _, _ in card.evaluate(script, ".waived dd, .sum span:last-child")]
    assert len(waived) > 1 and all(text.startswith("¥") for text in waived)


def test_a_reply_vanishes_and_goes_once(page: ChatPage) -> None:
    page.open(CUSTOMER)
    page.type("这个月账单多少钱")
    title = page.until(lambda: page.texts(".replies button"), "the replies")[0]
    page.double_click(title)
    page.until(lambda: len(page.texts(".turn:not(.user)")) > 1, "an answer")
    page.until(lambda: page.texts(".typing") == [], "the end of the turn")
    assert page.texts(".user .bubble") == ["这个月账单多少钱", title]


def test_when_it_was_said_stands_above(page: ChatPage) -> None:
    page.open("c-clean")
    page.type("月付怎么还款")
    page.until(lambda: page.texts(".turn:not(.user) .bubble"), "an answer")
    [when] = page.find(".when time").evaluate_all("all => all.map(each => [each.dateTime, each.textContent])")
    said_at = datetime.fromisoformat(when[0])
    assert abs((datetime.now(UTC) - said_at).total_seconds()) < 60 and when[1].count(":") == 1
    assert page.texts(".state") == []


def test_a_receipt_is_copied_and_saved_as_a_picture(page: ChatPage, demo: LiveDemo) -> None:
    closed(page)
    page.tab.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.press("复制凭证号")
    expect(page.find(".receipt .done"), "it to be copied").to_be_visible()
    settled = demo.ledger(CUSTOMER)["settlements"][0]
    copied = page.tab.evaluate("navigator.clipboard.readText()")
    assert copied.split() == [settled["receipt"], settled["close_receipt"]]
    page.tab.context.clear_permissions()
    with page.tab.expect_download() as download:
        page.press("保存为图片")
    assert download.value.suggested_filename == f"yuefu-{settled['receipt']}.png"
    picture = Path(download.value.path()).read_bytes()
    assert picture.startswith(PNG)
    assert int.from_bytes(picture[16:20], "big") == 640


def ratings(demo: LiveDemo) -> list[dict[str, Any]]:
    """As whoever runs the chat reads them."""
    env = {**os.environ, "YUEFU_CHAT_DB": str(demo.folder / "chat.db")}
    command = [str(BOT.python), "-m", "channels.ratings", "--days", "1"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=True)
    return list(json.loads(done.stdout)["ratings"])


def test_a_journey_is_rated_in_two_taps_with_words_and_its_outcome(page: ChatPage, demo: LiveDemo) -> None:
    closed(page)
    page.press("没帮助")
    box = page.find(".rating textarea")
    expect(box, "the words").to_be_visible()
    assert [(each["helped"], each["words"]) for each in ratings(demo)] == [(False, "")]
    box.press_sequentially("找了很久，电话13812345678")
    page.press("完成")
    page.until(lambda: page.texts(".rating p") == ["您的评价：没帮助，谢谢"], "thanks")
    page.reload()
    assert page.texts(".rating p") == ["您的评价：没帮助，谢谢"]
    assert page.texts(".rating button") == []
    [kept] = ratings(demo)
    assert (kept["sender"], kept["name"], kept["outcome"]) == (f"web-{CUSTOMER}", "settle_close", "settled")
    assert kept["words"] == "找了很久，电话138****5678"
    assert "已关闭" in kept["said"][-1]["text"]


def test_going_on_takes_the_question_away(page: ChatPage, demo: LiveDemo) -> None:
    page.open("c-risk")
    page.type("月付为什么不能用")
    page.until(lambda: "有帮助" in page.texts(".rating button"), "the question")
    page.type("月付怎么还款")
    page.until(lambda: page.texts(".rating") == [], "it to go")
    assert ratings(demo) == []
