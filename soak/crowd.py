"""All customers together: they talk all the time, and some of them settle when they are told."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Final

from soak.customers import Customer, Said
from soak.tabs import Tab

STOPS_S: Final = 120.0


class Crowd:
    """`count` customers, each of whom asks about every `pause_s` seconds. `login`: see `Customer`."""

    def __init__(self, count: int, url: str, login: Callable[[str], str], seed: int, pause_s: float) -> None:
        self.customers = [Customer(number, url, login, seed, pause_s) for number in range(1, count + 1)]
        self._settling = iter(self.customers)
        self.over = asyncio.Event()

    @property
    def flooder(self) -> Customer:
        """The last one, who never settles in `take`."""
        return self.customers[-1]

    def take(self, count: int) -> list[Customer]:
        """The next `count` customers who have not settled yet, fewer when there are no more."""
        chosen = []
        for customer in self._settling:
            if customer is self.flooder:
                break
            chosen.append(customer)
            if len(chosen) == count:
                break
        return chosen

    @asynccontextmanager
    async def talking(self) -> AsyncIterator[None]:
        """Until the context ends, and everybody has the answer to what they said last."""
        staying = [asyncio.create_task(tab.stay()) for tab in self.tabs()]
        talking = [asyncio.create_task(each.talk(self.over)) for each in self.customers]
        try:
            yield
            self.over.set()
            await asyncio.wait_for(asyncio.gather(*talking), STOPS_S)
            await self._hear_out()
        finally:
            for task in (*talking, *staying):
                task.cancel()
            await asyncio.gather(*talking, *staying, return_exceptions=True)

    async def settle(self, customers: list[Customer], press: asyncio.Event) -> None:
        """Each asks for the quote, then waits for `press`; returns when all have receipts, or gave up."""

        async def one(customer: Customer) -> None:
            async with customer.busy:
                await customer.tab.again()  # to pay, the login has to be fresh
                await customer.ask_quote()
                await press.wait()
                await customer.confirm()

        await asyncio.gather(*map(one, customers))

    async def quoted(self, customers: list[Customer], seconds: float) -> None:
        """Waits until each has the button that settles."""
        until = time.monotonic() + seconds
        while not all(each.has_quote() for each in customers) and time.monotonic() < until:
            await asyncio.sleep(0.1)

    def tabs(self) -> Iterator[Tab]:
        for customer in self.customers:
            yield from customer.tabs

    def said(self) -> list[Said]:
        return [said for customer in self.customers for said in customer.said]

    def last_said(self) -> list[Said]:
        """What each said last."""
        return [each.said[-1] for each in self.customers if each.said]

    async def _hear_out(self) -> None:
        """What was said unasked may still be on its way; a tab that connects anew asks for all of it."""
        await asyncio.sleep(2.0)
        for tab in self.tabs():
            await tab.again()
        until = time.monotonic() + STOPS_S
        while not all(tab.online for tab in self.tabs()) and time.monotonic() < until:
            await asyncio.sleep(0.2)
        await asyncio.sleep(1.0)
