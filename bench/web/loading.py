"""Loading a page in a slow browser until the first answer can be read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playwright.sync_api import Page

from bench.web.echo import ANSWER
from tests import chromium

SLOWER: Final = 4  # times: the CPU of a cheap phone beside a workstation's
AT_MOST_S: Final = 30
#: Nothing but the echo server is reached, so that a run is the same with and without a network.
OFFLINE: Final = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
SHOWN: Final = "Promise.race([window.shown_ms, new Promise(late => setTimeout(late, %d))])"
ELSEWHERE: Final = (
    "performance.getEntriesByType('resource')"
    ".filter(each => !each.name.startsWith(location.origin) && !each.name.startsWith('data:')).length"
)


@dataclass(frozen=True)
class Load:
    """One load of a page."""

    shown_ms: float
    requests_elsewhere: int


@contextmanager
def slow_browser() -> Iterator[Page]:
    """A page without caches and with a slowed CPU. Raises FileNotFoundError where there is no Chromium."""
    with chromium.running(OFFLINE) as browser, browser.new_page(viewport=chromium.WINDOW) as page:
        tools = page.context.new_cdp_session(page)
        tools.send("Network.enable")
        tools.send("Network.setCacheDisabled", {"cacheDisabled": True})
        watch = (Path(__file__).parent / "watch.js").read_text("utf-8")
        page.add_init_script(f"const ANSWER = {json.dumps(ANSWER)};\n{watch}")
        tools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        yield page


def load(page: Page, url: str) -> Load:
    """Raises TimeoutError when no answer can be read within AT_MOST_S.

    Waits by the developer tools: Playwright's own waiting puts its scripts into the page while that is still
    busy, and what they take counts against it.
    """
    page.goto(url)
    tools = page.context.new_cdp_session(page)
    asked = {"expression": SHOWN % (1000 * AT_MOST_S), "awaitPromise": True, "returnByValue": True}
    shown_ms = tools.send("Runtime.evaluate", asked)["result"].get("value")
    tools.detach()
    if shown_ms is None:
        raise TimeoutError(f"no answer can be read within {AT_MOST_S} s")
    return Load(float(shown_ms), int(page.evaluate(ELSEWHERE)))
