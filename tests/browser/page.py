"""The demo page as its user sees it: what can be read, typed and pressed."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.complaints import Complaints
from tests.browser.hands import Hand, Mouse

WAIT_S = 20.0
PAUSE_MS = 100
BUTTONS = ".choices button, .replies button"
ON_OFFER = ".choices button:enabled, .replies button:enabled"
ONLINE = ".scroller[aria-busy='false']"
NETWORK = ("net::ERR_", "WebSocket connection to", "the server responded with a status of 503")
TEXTS = (
    "(chat, selector) => [...chat.shadowRoot.querySelectorAll(selector)].map(each => each.textContent.trim())"
)
expect.set_options(timeout=1000 * WAIT_S)


class ChatPage:
    """One tab with the demo page."""

    def __init__(self, tab: Page, url: str, heard: Complaints | None = None) -> None:
        self.tab = tab
        self.tools = tab.context.new_cdp_session(tab)  # for what Playwright has no word for
        self.url = url
        self.hand: Hand = Mouse()
        self.network_fails = False  # on purpose: then what Chromium says of it is no complaint
        self._heard = heard or Complaints(tab.context)

    def open(self, customer: str) -> None:
        self.tab.goto("about:blank")  # a change of the fragment alone would not load the page again
        self.tab.goto(f"{self.url}/#{customer}")
        self.connected()

    def reload(self) -> None:
        self.tab.reload()
        self.connected()

    def connected(self, wait_s: float = WAIT_S) -> None:
        """Waits until the chat is; it may be on a part of the page that is not shown."""
        expect(self.find(ONLINE), "the chat to be connected").to_be_attached(timeout=1000 * wait_s)

    def another_tab(self) -> ChatPage:
        """A new one in front of this."""
        return ChatPage(self.tab.context.new_page(), self.url, self._heard)

    def until(self, found: Callable[[], Any], what: str, wait_s: float = WAIT_S) -> Any:
        """The first true answer of `found`. Raises AssertionError: waited for what, and what is said."""
        ends = time.monotonic() + wait_s
        while not (answer := found()):
            if time.monotonic() > ends:
                said = self.texts(".turn, .link, .state")[-6:] if self.chat.count() else []
                raise AssertionError(f"waited for {what}; the chat says {said}")
            self.tab.wait_for_timeout(PAUSE_MS)
        return answer

    # The chat

    @property
    def chat(self) -> Locator:
        return self.tab.locator("yuefu-chat")

    @property
    def box(self) -> Locator:
        """Where one types."""
        return self.find("yuefu-composer textarea")

    def find(self, selector: str) -> Locator:
        return self.chat.locator(selector)

    def texts(self, selector: str) -> list[str]:
        """Texts of all elements in one step, so that none can vanish between finding and reading."""
        return list(self.chat.evaluate(TEXTS, selector))

    def type(self, text: str) -> None:
        self.box.press_sequentially(text)
        self.box.press("Enter")

    def paste(self, text: str) -> None:
        """Puts a text into the box at once; it is not sent."""
        self.box.focus()
        self.tab.keyboard.insert_text(text)

    def ask(self, text: str) -> None:
        """Types and sends as the hand of this page does."""
        self.hand.type(self.box, text)

    def button(self, title: str) -> Locator:
        """The last button on offer whose title begins so, once it is there."""
        begins = re.compile(rf"^\s*{re.escape(title)}")
        found = self.find(ON_OFFER).filter(has_text=begins).last
        expect(found, f"the button {title}").to_be_visible()
        return found

    def press(self, title: str) -> None:
        self.hand.press(self.button(title))

    def double_click(self, title: str) -> None:
        self.button(title).dblclick()

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

    def strong_login(self) -> Locator:
        """The dialog, once it is open."""
        dialog = self.tab.locator("#strong-login")
        expect(dialog, "the strong login").to_be_visible()
        return dialog

    def answer_strong_login(self, yes: bool = True) -> None:
        self.hand.press(self.strong_login().locator(f"button[value={'yes' if yes else 'no'}]"))

    def shown(self, selector: str) -> str:
        """What the ledger's side shows there."""
        script = "selector => document.querySelector('#ledger ' + selector)?.textContent.trim() ?? ''"
        return str(self.tab.evaluate(script, selector))

    def complaints(self) -> list[str]:
        """What Chromium logged against its pages since the last call."""
        self.tab.evaluate("0")  # whatever was logged before this is answered has been heard then
        heard = self._heard.take()
        if self.network_fails:
            return [each for each in heard if not any(words in each for words in NETWORK)]
        return heard
