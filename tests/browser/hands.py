"""Three ways in which a customer types and presses: by mouse, by keyboard alone, by touch."""

from __future__ import annotations

from typing import Any, Protocol

from selenium.webdriver import ActionChains, Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

MOST_TABS = 40
ACTIVE = (
    "let e = document.activeElement;"
    "while (e && e.shadowRoot && e.shadowRoot.activeElement) e = e.shadowRoot.activeElement;"
    "return e"
)
CENTRE = (
    "arguments[0].scrollIntoView({block: 'center'});"
    "const {x, y, width, height} = arguments[0].getBoundingClientRect();"
    "return [x + width / 2, y + height / 2]"
)


class Hand(Protocol):
    """Presses an element and types a text into a box."""

    def press(self, element: WebElement) -> None: ...

    def type(self, box: WebElement, text: str) -> None: ...


class Mouse:
    """Clicks; the send button is clicked too."""

    def __init__(self, driver: Chrome) -> None:
        self.driver = driver

    def press(self, element: WebElement) -> None:
        element.click()

    def type(self, box: WebElement, text: str) -> None:
        box.click()
        box.send_keys(text)
        send_button(self.driver, box).click()


class Keyboard:
    """Tab, Shift+Tab and Enter, from wherever the focus is; nothing is focused from outside."""

    def __init__(self, driver: Chrome) -> None:
        self.driver = driver

    def press(self, element: WebElement) -> None:
        self._reach(element, back=MOST_TABS // 4)  # the newest buttons are just before the box to type in
        ActionChains(self.driver).send_keys(Keys.ENTER).perform()

    def type(self, box: WebElement, text: str) -> None:
        self._reach(box)
        ActionChains(self.driver).send_keys(text, Keys.ENTER).perform()

    def _reach(self, element: WebElement, back: int = 0) -> None:
        """Some steps backwards, then forwards."""
        for step in range(back + MOST_TABS):
            if self.driver.execute_script(ACTIVE) == element:
                return
            keys = ActionChains(self.driver)
            if step < back:
                keys.key_down(Keys.SHIFT).send_keys(Keys.TAB).key_up(Keys.SHIFT).perform()
            else:
                keys.send_keys(Keys.TAB).perform()
        raise AssertionError(f"the Tab key does not reach {element.text!r}")


class Touch:
    """A finger on a phone; what the mouse would do is not used."""

    def __init__(self, driver: Chrome) -> None:
        self.driver = driver

    def press(self, element: WebElement) -> None:
        x, y = self.driver.execute_script(CENTRE, element)
        self._touch("touchStart", [{"x": x, "y": y}])
        self._touch("touchEnd", [])

    def type(self, box: WebElement, text: str) -> None:
        self.press(box)
        self.driver.execute_cdp_cmd("Input.insertText", {"text": text})
        self.press(send_button(self.driver, box))

    def _touch(self, kind: str, points: list[dict[str, Any]]) -> None:
        self.driver.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def send_button(driver: Chrome, box: WebElement) -> WebElement:
    """The button beside the box."""
    row = driver.execute_script("return arguments[0].parentElement", box)
    return row.find_element(By.CSS_SELECTOR, "button")
