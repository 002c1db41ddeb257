"""The widget looks as it did: kept pictures, of which 0.2 % of the pixels may differ.

`YUEFU_SNAPSHOTS=write` keeps what is drawn now in their place; look at it before you commit it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.page import ChatPage
from tests.browser.pictures import KEPT, PIXELS_TOLERANCE, differing, scene
from tests.browser.shop import Shop
from tests.browser.windows import Window

SETTLED_MS = 700  # more than a button takes until it may be pressed
OFFER = [{"title": "确认结清 ¥4,108.00", "token": "1"}, {"title": "先不结清", "token": "2"}]
ENDED = {"name": "settle", "outcome": "settled", "reference": "S1"}


def line(label: str, amount_fen: int) -> dict[str, Any]:
    return {"label": label, "amount": "", "amount_fen": amount_fen}


QUOTE = {
    "type": "quote",
    "quote_id": "q",
    "lines": [
        line("商品分期剩余本金", 400_000),
        line("下一期分期手续费（轻薄平板电脑）", 5_400),
        line("提前结清手续费", 5_400),
    ],
    "waived": [line("以后各期手续费（轻薄平板电脑）", 10_800)],
    "waived_total": "¥108.00",
    "waived_total_fen": 10_800,
    "total": "",
    "total_fen": 410_800,
    "valid_until": "",
    "seconds_left": 900,
    "close_after": False,
    "effects": ["点确认后从尾号1024的银行卡扣款，不能撤回"],
}
BILL = {
    "type": "bill",
    "month": "2026-10",
    "due_on": "2026-11-06",
    "state": "OVERDUE",
    **dict.fromkeys(("total", "paid", "outstanding", "minimum"), ""),
    "total_fen": 147_092,
    "paid_fen": 0,
    "outstanding_fen": 147_092,
    "minimum_fen": 99_662,
    "items": [{**line("南风服饰店 羊毛针织开衫", 35_900), "on": "2026-10-09"}],
}
RECEIPT = {
    "type": "receipt",
    "kind": "settle_close",
    "amount_fen": 410_800,
    "receipt": "JQ20261103-0003",
    "close_receipt": "GB20261103-0003",
    "at": "2026-11-03T10:00:00+08:00",
}
DIAGNOSIS = {
    "type": "diagnosis",
    "title": "登录环境异常，暂停使用",
    "evidence": [
        {"label": "11月2日 19:02", "value": "杭州 安卓手机 A"},
        {"label": "11月2日 19:41", "value": "成都 安卓手机 B"},
    ],
    "remedy": "修改密码，再申请解冻",
}
CHECKING = {"type": "status", "state": "checking", "amount_fen": 158_755, "reference": "S4"}
TICKET = {"type": "ticket", "number": "T7", "state": "OPEN", "promised_by": "2026-11-03T10:30:00+08:00"}

SCENES: dict[str, list[dict[str, Any]]] = {
    "welcome": [],
    "bill": [
        {"role": "user", "text": "这个月账单多少钱"},
        {"text": "10月账单待还¥1,470.92。", "custom": BILL, "buttons": [{"title": "怎么还款", "token": "1"}]},
    ],
    "quote": [
        {"role": "user", "text": "我想提前全部还清"},
        {"text": "一次结清共¥4,108.00，含手续费¥108.00。", "custom": QUOTE, "buttons": OFFER},
    ],
    "receipt": [
        {"text": "报价", "custom": QUOTE, "buttons": OFFER},
        {"role": "user", "text": OFFER[0]["title"]},
        {"text": "¥4,108.00已结清。", "custom": {**RECEIPT, "journey": ENDED}},
    ],
    "diagnosis": [
        {"role": "user", "text": "月付为什么不能用"},
        {"text": "登录环境异常。", "custom": DIAGNOSIS, "buttons": [{"title": "申请解冻", "token": "1"}]},
    ],
    "person": [
        {"text": "付款正在核实。", "custom": CHECKING},
        {"role": "user", "text": "人工客服"},
        {"text": "已转人工客服。", "custom": TICKET},
        {"text": "人工客服来了。", "custom": {"type": "handoff", "state": "taken", "ticket": "T7"}},
        {"text": "暂时查不到。", "custom": {"type": "error", "reference": "E-4F1C09A2"}},
    ],
}  # fmt: skip


@pytest.fixture(params=["light", "dark"])
def colours(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def window(colours: str) -> Window:
    """A phone of these colours in Shanghai, whose pixels are whole."""
    small = {"width": 390, "height": 844}
    return {"viewport": small, "color_scheme": colours, "timezone_id": "Asia/Shanghai"}


def draw(page: ChatPage, shop: Shop, name: str, change: str = "") -> bytes:
    """The picture of a scene; `change` is a script that spoils it."""
    with page.tab.add_init_script(scene(SCENES[name])):
        page.tab.goto(f"{shop.url}/webview/index.html")
        page.connected()
        expect(page.find(".turn, .welcome").first, "the scene").to_be_visible()
        page.tab.evaluate("document.fonts.ready.then(() => {})")
        page.tab.wait_for_timeout(SETTLED_MS)
        page.chat.evaluate(
            "chat => { const root = chat.shadowRoot; root.activeElement?.blur();"
            f"const box = root.querySelector('.scroller'); box.scrollTo(0, box.scrollHeight); {change} }}"
        )
        return page.tab.screenshot(caret="initial")  # hiding it would add a style, which the shop forbids


@pytest.mark.parametrize("name", SCENES)
def test_it_looks_as_it_did(page: ChatPage, shop: Shop, colours: str, name: str, tmp_path: Path) -> None:
    drawn, kept = draw(page, shop, name), KEPT / f"{name}-{colours}.png"
    if os.environ.get("YUEFU_SNAPSHOTS") == "write":
        kept.write_bytes(drawn)
    share = differing(page.tab, drawn, kept.read_bytes())
    now = tmp_path / kept.name
    now.write_bytes(drawn)
    assert share <= PIXELS_TOLERANCE, f"{share:.2%} of the pixels differ: {now} is not {kept}"


@pytest.mark.parametrize(
    "change",
    [
        "root.querySelector('.choices button').style.color = '#777'",
        "root.querySelector('.waived').remove()",
        "root.querySelector('.total strong').style.fontSize = '15px'",
    ],
    ids=["a paler button", "a lost block", "a smaller total"],
)
def test_a_change_would_be_noticed(page: ChatPage, shop: Shop, change: str, colours: str) -> None:
    before, after = draw(page, shop, "quote"), draw(page, shop, "quote", change)
    assert differing(page.tab, before, before) == 0
    assert differing(page.tab, before, after) > PIXELS_TOLERANCE
