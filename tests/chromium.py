"""A headless Chromium, driven by the chromedriver of the same package."""

from __future__ import annotations

import shutil
from pathlib import Path

from selenium import webdriver

FLAGS = (
    "--headless=new",
    "--no-sandbox",  # tests may run as root, where Chromium's sandbox refuses
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
    "--font-render-hinting=none",
    "--disable-lcd-text",
    "--window-size=1280,900",
)
MISSING = "chromium and chromedriver are not installed (apt-get install chromium chromium-driver)"


def programs() -> tuple[str, str] | None:
    """Paths of chromium and chromedriver, where both are."""
    browser, driver = shutil.which("chromium"), shutil.which("chromedriver")
    return (browser, driver) if browser and driver else None


def start(profile: Path, *flags: str) -> webdriver.Chrome:
    """Starts one with a profile of its own. Raises FileNotFoundError where none is installed."""
    here = programs()
    if here is None:
        raise FileNotFoundError(MISSING)
    options = webdriver.ChromeOptions()
    options.binary_location = here[0]
    for flag in (*FLAGS, f"--user-data-dir={profile}", *flags):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(options=options, service=webdriver.ChromeService(here[1]))
