"""What the browser has against the pages of a test: errors, a violated policy, an unexpected dialog."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, WebError


class Complaints:
    """Listens to all tabs of a context, from now on."""

    def __init__(self, context: BrowserContext) -> None:
        self._heard: list[str] = []
        context.on("console", self._logged)
        context.on("weberror", self._thrown)
        context.on("dialog", self._asked)

    def take(self) -> list[str]:
        """What was heard since the last call."""
        heard, self._heard = self._heard, []
        return heard

    def _logged(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "assert"):
            self._heard.append(f"{message.location['url']} {message.text}")

    def _thrown(self, error: WebError) -> None:
        self._heard.append(str(error.error))

    def _asked(self, dialog: Dialog) -> None:
        """Playwright would dismiss an `alert` without a word, and nobody notice the script that got in."""
        self._heard.append(f"{dialog.type} {dialog.message}")
        dialog.dismiss()
