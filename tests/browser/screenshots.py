"""`make screenshots`: the pictures of the demo in docs/, made anew from the running page as it is seeded."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser

from scripts.console import ROOT, Failure, run_program, say
from tests import chromium
from tests.browser.page import ChatPage
from tests.browser.windows import screen
from tests.live import LiveDemo, running_demo

DOCS = ROOT / "docs"
COLOURS = 256  # flat surfaces and text need no more, and the file is a third


@dataclass(frozen=True)
class Picture:
    """What is on it, and on which screen."""

    name: str
    customer: str
    act: Callable[[ChatPage], None]
    width: int
    height: int
    scale: float
    scheme: str


def close(page: ChatPage) -> None:
    """The settled and closed account, with all that has just changed."""
    decide(page)
    page.press("确认结清并关闭")
    page.answer_strong_login()
    page.card("已结清并关闭")
    page.until(lambda: page.shown("#debts-total") == "¥0.00", "the settled debts")


def decide(page: ChatPage) -> None:
    """The decision, with its amount and what it means."""
    page.tab.locator(".tour button").first.dispatch_event("click")  # on a phone it is not shown
    page.press("一次结清并关闭")
    page.button("确认结清并关闭")


def diagnose(page: ChatPage) -> None:
    """Why an account cannot be used, and the evidence for it."""
    page.tab.locator(".tour button").first.dispatch_event("click")  # on a phone it is not shown
    page.button("已改密码，申请解冻")


def look_up(page: ChatPage) -> None:
    """The account on a phone."""
    page.tab.locator("#tab-ledger").click()


PICTURES = (
    Picture("wide-light", "c-owing", close, 1440, 900, 1.5, "light"),
    Picture("wide-dark", "c-risk", diagnose, 1440, 900, 1.5, "dark"),
    Picture("phone-light", "c-owing", decide, 390, 844, 2, "light"),
    Picture("phone-dark", "c-owing", look_up, 390, 844, 2, "dark"),
)


def take(browser: Browser, demo: LiveDemo, picture: Picture) -> Path:
    """Lives through the scene on a page of its own and writes docs/<name>.png."""
    demo.put_back()
    window = {
        **screen(picture.width, picture.scheme, "reduce"),
        "viewport": {"width": picture.width, "height": picture.height},
        "device_scale_factor": picture.scale,
    }
    with browser.new_page(**window) as tab:
        page = ChatPage(tab, demo.bot_url)
        page.open(picture.customer)
        page.until(lambda: page.shown("#state"), "the account")
        picture.act(page)
        image = Image.open(io.BytesIO(tab.screenshot())).convert("RGB")
    path = DOCS / f"{picture.name}.png"
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    return path


def main() -> int:
    """Returns 0 when all are made. Raises Failure where a browser or Chinese letters are missing."""
    if chromium.program() is None:
        raise Failure(f"The pictures cannot be made: {chromium.MISSING}.")
    fonts = ["fc-list", ":lang=zh", "family"]
    if not shutil.which("fc-list") or not subprocess.run(fonts, capture_output=True, check=False).stdout:
        raise Failure("The pictures need Chinese letters: install a font (apt-get install fonts-noto-cjk).")
    with (
        tempfile.TemporaryDirectory() as name,
        running_demo(Path(name)) as demo,
        chromium.running() as browser,
    ):
        for picture in PICTURES:
            path = take(browser, demo, picture)
            say(f"docs/{path.name}: {os.path.getsize(path) / 1000:.0f} kB")
    return 0


if __name__ == "__main__":
    run_program(main)
