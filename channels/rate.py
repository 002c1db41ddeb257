"""How fast one sender may write."""

from __future__ import annotations

import math
from collections import OrderedDict, deque
from dataclasses import dataclass, field

from channels.errors import ChatError

KEPT_SENDERS = 10_000


@dataclass
class RateLimit:
    """At most `messages` in any `window_s` seconds for each sender, counted in this process."""

    messages: int
    window_s: float
    _seen: OrderedDict[str, deque[float]] = field(default_factory=OrderedDict)

    def wait_s(self, sender: str, now: float) -> int:
        """Counts a message; 0 when it may pass, else whole seconds until one may. Refused ones do not count.

        Args:
            sender: whose message it is.
            now: seconds on a clock that never goes back.
        """
        seen = self._seen.setdefault(sender, deque())
        self._seen.move_to_end(sender)
        while len(self._seen) > KEPT_SENDERS:
            self._seen.popitem(last=False)
        while seen and seen[0] <= now - self.window_s:
            seen.popleft()
        if len(seen) >= self.messages:
            return max(1, math.ceil(seen[0] + self.window_s - now))
        seen.append(now)
        return 0

    def admit(self, sender: str, now: float) -> None:
        """Counts a message. Raises ChatError `rate_limited` when it has to wait."""
        wait_s = self.wait_s(sender, now)
        if wait_s:
            raise ChatError("rate_limited", sender or "new visitors", retry_after_s=wait_s)
