"""Three ways in which a customer types and presses: by mouse, by keyboard alone, by touch."""

from __future__ import annotations

from typing import Protocol

from playwright.sync_api import Locator

MOST_TABS = 40
FOCUSED = "each => each.getRootNode().activeElement === each"


class Hand(Protocol):
    """Presses an element and types a text into a box."""

    def press(self, element: Locator) -> None: ...

    def type(self, box: Locator, text: str) -> None: ...


class Mouse:
    """Clicks; the send button is clicked too."""

    def press(self, element: Locator) -> None:
        element.click()

    def type(self, box: Locator, text: str) -> None:
        box.click()
        box.press_sequentially(text)
        send_button(box).click()


class Keyboard:
    """Tab, Shift+Tab and Enter, from wherever the focus is; nothing is focused from outside."""

    def press(self, element: Locator) -> None:
        self._reach(element, back=MOST_TABS // 4)  # the newest buttons are just before the box to type in
        element.page.keyboard.press("Enter")

    def type(self, box: Locator, text: str) -> None:
        self._reach(box)
        box.page.keyboard.type(text)
        box.page.keyboard.press("Enter")

    def _reach(self, element: Locator, back: int = 0) -> None:
        """Some steps backwards, then forwards."""
        for step in range(back + MOST_TABS):
            if element.evaluate(FOCUSED):
                return
            element.page.keyboard.press("Shift+Tab" if step < back else "Tab")
        raise AssertionError(f"the Tab key does not reach {element.inner_text()!r}")


class Touch:
    """A finger on a phone; what the mouse would do is not used."""

    def press(self, element: Locator) -> None:
        element.tap()

    def type(self, box: Locator, text: str) -> None:
        box.tap()
        box.page.keyboard.insert_text(text)
        send_button(box).tap()


def send_button(box: Locator) -> Locator:
    """The button beside the box."""
    return box.locator("xpath=..").locator("button")
