"""The demo page as its user sees it: what can be read, typed and pressed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from selenium.common.exceptions import TimeoutException
from selenium.webdriver import ActionChains, Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.shadowroot import ShadowRoot
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from tests.browser.hands import Hand, Mouse

WAIT_S = 20.0
BUTTONS = ".choices button, .replies button"
ONLINE = ".scroller[aria-busy='false']"
NETWORK = ("net::ERR_", "WebSocket connection to", "the server responded with a status of 503")


class ChatPage:
    """One tab with the demo page."""

    def __init__(self, driver: Chrome, url: str) -> None:
        self.driver = driver
        self.url = url
        self.hand: Hand = Mouse(driver)
        self.network_fails = False  # on purpose: then what Chromium says of it is no complaint

    def open(self, customer: str) -> None:
        self.driver.get("about:blank")  # a change of the fragment alone would not load the page again
        self.driver.get(f"{self.url}/#{customer}")
        self.until(lambda: self.all(ONLINE), "the chat to be connected")

    def before_each_load(self, script: str) -> Callable[[], None]:
        """Runs a script in every document before the page's own; returns what ends that."""
        command = "Page.addScriptToEvaluateOnNewDocument"
        added = self.driver.execute_cdp_cmd(command, {"source": script})
        forget = "Page.removeScriptToEvaluateOnNewDocument"
        return lambda: self.driver.execute_cdp_cmd(forget, added) and None

    def reload(self) -> None:
        self.driver.refresh()
        self.until(lambda: self.all(ONLINE), "the chat to be connected")

    def until(self, found: Callable[[], Any], what: str, wait_s: float = WAIT_S) -> Any:
        """The first true answer of `found`. Raises TimeoutException: waited for what, and what is said."""
        try:
            return WebDriverWait(self.driver, wait_s, 0.1).until(lambda _: found(), f"waited for {what}")
        except TimeoutException as error:
            said = (
                self.texts(".turn, .link, .state")[-6:]
                if self.driver.find_elements(By.TAG_NAME, "yuefu-chat")
                else []
            )
            raise TimeoutException(f"{error.msg}; the chat says {said}") from None

    # The chat

    @property
    def chat(self) -> ShadowRoot:
        return self.driver.find_element(By.TAG_NAME, "yuefu-chat").shadow_root

    @property
    def box(self) -> WebElement:
        """Where one types."""
        composer = self.chat.find_element(By.CSS_SELECTOR, "yuefu-composer").shadow_root
        return composer.find_element(By.CSS_SELECTOR, "textarea")

    def all(self, selector: str) -> list[WebElement]:
        return self.chat.find_elements(By.CSS_SELECTOR, selector)

    def texts(self, selector: str) -> list[str]:
        """Texts of all elements in one step, so that none can vanish between finding and reading."""
        script = (
            "return [...document.querySelector('yuefu-chat').shadowRoot.querySelectorAll(arguments[0])]"
            ".map(element => element.textContent.trim())"
        )
        return list(self.driver.execute_script(script, selector))

    def type(self, text: str) -> None:
        self.box.send_keys(text, Keys.ENTER)

    def ask(self, text: str) -> None:
        """Types and sends as the hand of this page does."""
        self.hand.type(self.box, text)

    def button(self, title: str) -> WebElement:
        """The button on offer whose title begins so."""

        script = (
            "return [...document.querySelector('yuefu-chat').shadowRoot.querySelectorAll(arguments[0])]"
            ".findLast(each => each.textContent.trim().startsWith(arguments[1]) && !each.disabled)"
        )
        return self.until(lambda: self.driver.execute_script(script, BUTTONS, title), f"the button {title}")

    def press(self, title: str) -> None:
        self.hand.press(self.button(title))

    def double_click(self, title: str) -> None:
        ActionChains(self.driver).double_click(self.button(title)).perform()

    def card(self, label: str, wait_s: float = WAIT_S) -> str:
        """The text of the last card with this heading, once it is there."""

        def shown() -> str | None:
            found = [text for text in self.texts(".card") if text.startswith(label)]
            return found[-1] if found else None

        return str(self.until(shown, f"the card {label}", wait_s))

    def hears(self, words: str, wait_s: float = WAIT_S) -> None:
        """Waits until a message of the assistant contains these words."""
        said = ".turn:not(.user) .bubble"
        self.until(lambda: any(words in text for text in self.texts(said)), words, wait_s)

    def outcome(self, words: str, wait_s: float = WAIT_S) -> None:
        """Waits until the last decision shows this in the place of its buttons."""
        self.until(lambda: self.texts(".card .outcome")[-1:] == [words], f"the outcome {words}", wait_s)

    # The page around it

    def answer_strong_login(self, yes: bool = True) -> None:
        dialog = self.driver.find_element(By.ID, "strong-login")
        self.until(dialog.is_displayed, "the strong login")
        self.hand.press(dialog.find_element(By.CSS_SELECTOR, f"button[value={'yes' if yes else 'no'}]"))

    def shown(self, selector: str) -> str:
        """What the ledger's side shows there."""
        script = "return document.querySelector('#ledger ' + arguments[0])?.textContent.trim() ?? ''"
        return str(self.driver.execute_script(script, selector))

    def complaints(self) -> list[str]:
        """What Chromium logged against the page since the last call."""
        log = self.driver.get_log("browser")  # type: ignore[no-untyped-call]
        severe = [str(entry["message"]) for entry in log if entry["level"] == "SEVERE"]
        if self.network_fails:
            return [each for each in severe if not any(words in each for words in NETWORK)]
        return severe
