"""Walks from every demo customer's state, some at a time, each in a process of its own."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from demo.customers import ALL
from tests.safety.explorer import Seen, Walk
from tests.safety.moves import ENTERING, Press, pressing
from tests.safety.talk import Customer
from tests.safety.world import World, opened

CUSTOMERS = tuple(customer.customer_id for customer in ALL)
_WHO_OWES = ("c-owing", "c-overdue")
#: They go first, so that no processor waits for them in the end.
_LONGEST = frozenset({*_WHO_OWES, "c-overlimit", "c-cured"})


def walked(seeded: Path, customer_id: str, depth: int) -> Seen:
    """One customer's walk from the seeded demo, with another one's newest button within reach."""
    with opened(seeded) as world:
        return walk_in(world, customer_id, depth)


def walk_in(world: World, customer_id: str, depth: int) -> Seen:
    """As `walked`, in a world that is there already."""
    with asyncio.Runner() as runner:
        other = Customer(world, runner, next(each for each in _WHO_OWES if each != customer_id))
        return Walk(Customer(world, runner, customer_id), foreign(other)).run(depth)


def foreign(other: Customer) -> tuple[Press, ...]:
    """The buttons that confirm what somebody else is asked; their quote stays in the ledger."""
    step = other.makes(other.begins(), ENTERING["settle"])
    ((intent, values),) = step.shown()
    return tuple(pressing(intent, values, other.id))


def all_walked(
    seeded: Path, depth: int, customers: tuple[str, ...] = CUSTOMERS
) -> Iterator[tuple[str, Seen]]:
    """Each customer's walk, in processes of their own."""
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool:
        longest_first = sorted(customers, key=lambda each: each not in _LONGEST)
        walks = {each: pool.submit(walked, seeded, each, depth) for each in longest_first}
        for customer_id in customers:
            yield customer_id, walks[customer_id].result()
