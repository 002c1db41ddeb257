"""Takes ratings in, by HTTP and by socket alike, and lets the sender's other tabs know."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Any

from channels.errors import ChatError
from channels.ratings import NothingEnded, Rating, Ratings
from channels.turns import Emit


@dataclass(frozen=True)
class RatingDesk:
    """`sender` is the verified speaker, whose own conversation alone can be rated."""

    ratings: Ratings
    emit: Emit

    async def take(self, sender: str, rating: Rating) -> dict[str, Any]:
        """What was kept. Raises ChatError `not_found` when the message ended no journey of the sender's."""
        try:
            kept = await asyncio.to_thread(self.ratings.rate, sender, rating, time.time())
        except NothingEnded:
            raise ChatError("not_found", f"{sender} rated message {rating.seq}") from None
        await self.emit(sender, "rated", {"seq": kept.seq, "helped": kept.helped})
        return kept.told()
