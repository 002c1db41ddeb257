"""The host's own page: where customers of messaging apps log in, and decide what no messaging app may."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlencode, urlsplit

LINK_LIFE_S = 600.0


@dataclass(frozen=True)
class HostPage:
    """`url`: empty where there is none. `link_life_s`: for how long a one-time link is good.

    `unsaid_in`: the channels of messaging apps whose messages may hold no address.
    """

    url: str = ""
    link_life_s: float = LINK_LIFE_S
    unsaid_in: frozenset[str] = frozenset()

    def seen_from(self, channel: str) -> HostPage:
        """The page as far as a message of this channel may name it."""
        return replace(self, url="") if channel in self.unsaid_in else self

    def decision(self, token: str) -> str:
        """The page's address with a one-time token that opens a decision there."""
        parts = urlsplit(self.url)
        query = [*parse_qsl(parts.query, keep_blank_values=True), ("decision", token)]
        return parts._replace(query=urlencode(query)).geturl()


NO_PAGE = HostPage()
