"""Loading a page in a slow browser until the first answer can be read."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from selenium.webdriver import Chrome

from bench.web.echo import ANSWER
from tests import chromium

SLOWER: Final = 4  # times: the CPU of a cheap phone beside a workstation's
AT_MOST_S: Final = 30
#: Nothing but the echo server is reached, so that a run is the same with and without a network.
OFFLINE: Final = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
READ: Final = (
    "const done = arguments[0];"
    "const outside = () => performance.getEntriesByType('resource')"
    ".filter(each => !each.name.startsWith(location.origin) && !each.name.startsWith('data:')).length;"
    "window.shown_ms.then(ms => done([ms, outside()]))"
)


@dataclass(frozen=True)
class Load:
    """One load of a page."""

    shown_ms: float
    requests_elsewhere: int


@contextmanager
def slow_browser() -> Iterator[Chrome]:
    """Chromium without caches and with a slowed CPU. Raises FileNotFoundError where there is none."""
    with tempfile.TemporaryDirectory(prefix="yuefu-bench-") as profile:
        driver = chromium.start(Path(profile), OFFLINE)
        try:
            driver.set_script_timeout(AT_MOST_S)
            driver.execute_cdp_cmd("Network.enable", {})
            driver.execute_cdp_cmd("Network.setCacheDisabled", {"cacheDisabled": True})
            watch = (Path(__file__).parent / "watch.js").read_text("utf-8")
            source = f"const ANSWER = {json.dumps(ANSWER)};\n{watch}"
            driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": source})
            driver.execute_cdp_cmd("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
            yield driver
        finally:
            driver.quit()


def load(driver: Chrome, url: str) -> Load:
    """Raises TimeoutException when no answer can be read within AT_MOST_S."""
    driver.get(url)
    shown_ms, elsewhere = driver.execute_async_script(READ)
    return Load(float(shown_ms), int(elsewhere))
