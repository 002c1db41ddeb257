"""A headless Chromium, driven by Playwright: the system's own, for no other browser is ever downloaded."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, ViewportSize, sync_playwright

WINDOW: ViewportSize = {"width": 1280, "height": 900}
FLAGS = (
    "--headless",
    "--no-sandbox",  # tests may run as root, where Chromium's sandbox refuses
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--font-render-hinting=none",
    "--disable-lcd-text",
    f"--window-size={WINDOW['width']},{WINDOW['height']}",
)
#: Playwright would keep pages in the background as lively as the one in front; a customer's browser does not.
UNWANTED = (
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
)
MISSING = "chromium is not installed (apt-get install chromium)"


def program() -> str | None:
    """The path of chromium, where it is."""
    return shutil.which("chromium")


@contextmanager
def running(*flags: str) -> Iterator[Browser]:
    """One with a fresh profile, until the context ends. Raises FileNotFoundError where none is installed.

    While it runs, so does Playwright's event loop in this thread, where asyncio.run() is refused then.
    """
    path = program()
    if path is None:
        raise FileNotFoundError(MISSING)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=[*FLAGS, *flags], ignore_default_args=UNWANTED
        )
        with browser:
            yield browser
