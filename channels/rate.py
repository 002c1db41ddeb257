"""How fast one sender may write: counted in this process, or in Redis for all processes together."""

from __future__ import annotations

import math
import time
import uuid
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import Final, Protocol

from redis.asyncio import Redis

from channels.errors import ChatError
from channels.redis_link import UNREACHABLE

KEPT_SENDERS = 10_000
# Milliseconds until a message may pass: 0 counts it. What is later than now is from before a clock went back.
_COUNT: Final = """
local t = redis.call('TIME') local now = t[1] * 1000 + math.floor(t[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], 0, now - ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '(' .. now, '+inf')
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[1]) then
  return redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2] + ARGV[2] - now
end
redis.call('ZADD', KEYS[1], now, ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 0
"""


class Rate(Protocol):
    """A limit on what one sender may send."""

    async def admit(self, sender: str) -> None:
        """Counts a message. Raises ChatError `rate_limited` when it has to wait; then it does not count."""


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

    async def admit(self, sender: str) -> None:
        """See `Rate`."""
        _refuse(sender, self.wait_s(sender, time.monotonic()))


@dataclass(frozen=True)
class SharedRateLimit:
    """The same, counted in Redis for all processes; `what` keeps two limits apart."""

    redis: Redis
    what: str
    messages: int
    window_s: float

    async def admit(self, sender: str) -> None:
        """See `Rate`. Raises ChatError `service_unavailable` without Redis: no turn could run either."""
        key, window_ms = f"yuefu:rate:{self.what}:{sender}", int(self.window_s * 1000)
        try:
            wait_ms = int(await self.redis.eval(_COUNT, 1, key, self.messages, window_ms, uuid.uuid4().hex))
        except UNREACHABLE as error:
            raise ChatError("service_unavailable", f"no Redis: {type(error).__name__}") from None
        _refuse(sender, math.ceil(wait_ms / 1000))


def _refuse(sender: str, wait_s: int) -> None:
    if wait_s:
        raise ChatError("rate_limited", sender or "new visitors", retry_after_s=wait_s)
