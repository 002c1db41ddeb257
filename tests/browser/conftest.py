"""A real browser on the demo page."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest
from selenium import webdriver

from tests import chromium
from tests.browser.page import ChatPage
from tests.browser.shop import Shop, open_shop
from tests.live import LiveDemo


@pytest.fixture(scope="session")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """Skips where there is no Chromium, but never in CI."""
    if chromium.programs() is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(chromium.MISSING)
    chrome = chromium.start(tmp_path_factory.mktemp("chromium"))
    yield chrome
    chrome.quit()


@pytest.fixture
def seeded(demo: LiveDemo) -> LiveDemo:
    """The demo as it was seeded, whatever tests before this one did to it."""
    demo.put_back()
    return demo


@pytest.fixture
def page(driver: webdriver.Chrome, seeded: LiveDemo) -> Iterator[ChatPage]:
    """The demo page; whatever the browser complained about (a CSP violation, say) fails the test."""
    opened = ChatPage(driver, seeded.bot_url)
    opened.complaints()
    yield opened
    assert opened.complaints() == []
    if driver.current_url.startswith("http"):
        driver.execute_script("sessionStorage.clear()")
    driver.get("about:blank")


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
def phone(driver: webdriver.Chrome) -> Iterator[None]:
    """A phone's screen under a finger, for the pages of this test."""
    screen = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    driver.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": True, "maxTouchPoints": 1})
    yield
    driver.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": False})
    driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


@pytest.fixture
def clock(page: ChatPage) -> Iterator[Callable[[float], None]]:
    """Puts the device's clock wrong by so many seconds, from the next load on and at once."""
    undo = page.before_each_load(
        "const real = Date.now.bind(Date);"
        "window.__wrong_s = origin === 'null' ? 0 : Number(sessionStorage.getItem('wrong_s') ?? 0);"
        "Date.now = () => real() + 1000 * window.__wrong_s;"
    )

    def put(wrong_s: float) -> None:
        script = "window.__wrong_s = arguments[0]; sessionStorage.setItem('wrong_s', arguments[0])"
        page.driver.execute_script(script, wrong_s)

    yield put
    undo()
