"""One state of the widget in every way of looking at it: what axe finds, what does not fit, what is small."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.browser.axe import WCAG, violations
from tests.browser.page import ChatPage

CHAT = "yuefu-chat"
TARGET_PX = 44

# What sticks out of the window or of the panel, where nothing may be scrolled sideways.
TOO_WIDE = """
() => {
  const chat = document.querySelector("yuefu-chat"), root = chat.shadowRoot;
  const box = root.querySelector(".scroller"), edge = box?.getBoundingClientRect();
  const out = [...root.querySelectorAll(".panel *, .launcher, yuefu-composer")].filter(each => {
    if (each.closest(".spoken")) return false;
    const {left, right, width} = each.getBoundingClientRect();
    return width && (right > innerWidth + 1 || left < -1 || (box?.contains(each) && right > edge.right + 1));
  }).map(each => `${each.tagName} ${each.className} ${each.textContent.trim().slice(0, 20)}`);
  if (box?.scrollWidth > box?.clientWidth + 1) out.push("the conversation scrolls sideways");
  if (document.documentElement.scrollWidth > innerWidth + 1) out.push("the page scrolls sideways");
  return out;
}
"""
SMALL = """
least => {
  const root = document.querySelector("yuefu-chat").shadowRoot;
  const composer = root.querySelector("yuefu-composer")?.shadowRoot;
  return [root, composer].flatMap(tree => [...(tree?.querySelectorAll("button, textarea") ?? [])])
    .filter(each => each.checkVisibility()).map(each => [each, each.getBoundingClientRect()])
    .filter(([, box]) => box.height < least - 0.5 || box.width < least - 0.5)
    .map(([each, box]) => `${each.textContent.trim() || each.ariaLabel} ${box.width} × ${box.height}`);
}
"""


@dataclass(frozen=True)
class View:
    """One way of looking: a window in CSS pixels, enlarged or not, in which colours, by finger or mouse."""

    name: str
    width_px: int
    height_px: int
    zoom: float = 1.0
    dark: bool = False
    touch: bool = False


VIEWS = (
    View("wide", 1280, 900),
    View("wide and dark", 1280, 900, dark=True),
    View("narrow, by finger", 320, 640, touch=True),
    View("at 200 %", 640, 450, zoom=2.0, dark=True),  # a window of 1280 × 900
)


def look_through(page: ChatPage, view: View) -> None:
    """Changes how the open page is looked at; Playwright gives only a new one a finger or a zoom."""
    device = {
        "width": view.width_px,
        "height": view.height_px,
        "deviceScaleFactor": view.zoom,
        "mobile": view.touch,
    }
    page.tools.send("Emulation.setDeviceMetricsOverride", device)
    touch = {"enabled": view.touch, **({"maxTouchPoints": 1} if view.touch else {})}
    page.tools.send("Emulation.setTouchEmulationEnabled", touch)
    page.tab.emulate_media(color_scheme="dark" if view.dark else "light")


def faults(page: ChatPage) -> dict[str, Any]:
    """What is wrong with the present state, by way of looking; empty when nothing is."""
    wrong: dict[str, Any] = {}
    try:
        for view in VIEWS:
            look_through(page, view)
            found = violations(page.tab, WCAG, CHAT) + list(page.tab.evaluate(TOO_WIDE))
            if view.touch:
                found += list(page.tab.evaluate(SMALL, TARGET_PX))
            if found:
                wrong[view.name] = found
    finally:
        look_through(page, VIEWS[0])  # as it was opened
    return wrong
