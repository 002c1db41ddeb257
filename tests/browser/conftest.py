"""A real browser on the demo page."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, BrowserContext

from scripts.processes import free_port
from tests import chromium
from tests.browser.page import ChatPage
from tests.browser.shop import Shop, open_shop
from tests.browser.windows import DESKTOP, Window
from tests.live import LiveDemo


@pytest.fixture(scope="session", autouse=True)
def chromium_is_here() -> None:
    """Skips where there is no Chromium, but never in CI; asked first of all, before the demo is started."""
    if chromium.program() is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(chromium.MISSING)


@pytest.fixture(scope="module")
def tools_port() -> int:
    """Where the developer tools of the browser listen."""
    return free_port()


@pytest.fixture(scope="module")
def browser(tools_port: int) -> Iterator[Browser]:
    """One for each file, not for the session: tests of other folders run event loops in this thread."""
    with chromium.running(f"--remote-debugging-port={tools_port}") as running:
        yield running


@pytest.fixture
def seeded(demo: LiveDemo) -> LiveDemo:
    """The demo as it was seeded, whatever tests before this one did to it."""
    demo.put_back()
    return demo


@pytest.fixture
def window(request: pytest.FixtureRequest) -> Window:
    """What the pages of this test are looked at through; see `windows.through`."""
    return dict(getattr(request, "param", DESKTOP))


@pytest.fixture
def context(browser: Browser, tools_port: int, window: Window) -> Iterator[BrowserContext]:
    """A browser that remembers nothing of earlier tests."""
    with browser.new_context(**window) if window else own_tabs(browser, tools_port) as opened:
        yield opened


@contextmanager
def own_tabs(browser: Browser, tools_port: int) -> Iterator[BrowserContext]:
    """Tabs that go to the background: in its own contexts Playwright has every page think it is in front."""
    again = browser.browser_type.connect_over_cdp(f"http://127.0.0.1:{tools_port}", no_defaults=True)
    with again:
        yield again.contexts[0]
        for tab in again.contexts[0].pages:
            tab.close()


@pytest.fixture
def page(context: BrowserContext, seeded: LiveDemo) -> Iterator[ChatPage]:
    """The demo page; whatever the browser complained about (a CSP violation, say) fails the test."""
    opened = ChatPage(context.new_page(), seeded.bot_url)
    yield opened
    assert opened.complaints() == []


@pytest.fixture(scope="session")
def opened_shop(demo: LiveDemo) -> Iterator[Shop]:
    with open_shop(demo) as shop:
        yield shop


@pytest.fixture
def shop(opened_shop: Shop, page: ChatPage) -> Shop:
    """Another site with the widget in it."""
    opened_shop.asked.clear()
    return opened_shop


@pytest.fixture
def clock(page: ChatPage) -> Callable[[float], None]:
    """Puts the device's clock wrong by so many seconds, from the next load on and at once."""
    page.tab.add_init_script(
        "const real = Date.now.bind(Date);"
        "window.__wrong_s = origin === 'null' ? 0 : Number(sessionStorage.getItem('wrong_s') ?? 0);"
        "Date.now = () => real() + 1000 * window.__wrong_s;"
    )

    def put(wrong_s: float) -> None:
        script = "wrong => { window.__wrong_s = wrong; sessionStorage.setItem('wrong_s', wrong) }"
        page.tab.evaluate(script, wrong_s)

    return put
