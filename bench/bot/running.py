"""Both bots on one machine, beside one service and one ledger with very many customers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.client import HTTPException
from pathlib import Path
from typing import Final

import psutil

from bench.bot import stock
from bench.bot.talking import Talk
from bench.ledger import people, store
from bench.ledger.databases import opened
from bench.sizes import say
from ledger import schema
from scripts import demo
from scripts.environments import BOT, SERVICE
from scripts.processes import Household, Program, free_port

CUSTOMERS: Final = 2_000
_PATIENCE_S: Final = 600


@dataclass(frozen=True)
class Bot:
    """A running bot."""

    name: str
    program: Program
    ready_s: float
    secret: str = ""  # of the tokens that ours asks for; a stock bot believes any name

    def talk(self) -> Talk:
        """A new connection to it."""
        return Talk(self.program.url, self.secret)

    @property
    def memory_mb(self) -> float:
        """What it holds of the memory, with its children."""
        process = psutil.Process(self.program.process.pid)
        everyone = [process, *process.children(recursive=True)]
        return round(sum(each.memory_info().rss for each in everyone) / 2**20, 1)


@contextmanager
def both(folder: Path) -> Iterator[tuple[Bot, Bot]]:
    """Ours and the stock bot, each started alone. Raises Failure, NotMeasured."""
    model = stock.prepare()
    with _beside_the_ledger(folder) as start:
        yield start("ours", demo.run_bot_command, True), start("stock", partial(_stock_command, model), False)


@contextmanager
def ours_alone(folder: Path) -> Iterator[Bot]:
    """Ours without another beside it. Raises Failure."""
    with _beside_the_ledger(folder) as start:
        yield start("ours", demo.run_bot_command, True)


Start = Callable[[str, Callable[[int], list[str]], bool], Bot]


@contextmanager
def _beside_the_ledger(folder: Path) -> Iterator[Start]:
    """What starts a bot: its name, its command for a port, and whether it asks for logins."""
    fill(folder)
    keys = demo.load_secrets(folder)
    service_port = free_port()
    env = demo.environment(folder, service_port, keys, demo.SECRETS)
    bot_env = demo.environment(folder, service_port, keys, demo.SEEN_BY_BOT)
    bot_env |= {"YUEFU_CHAT_RATE_MESSAGES": "100000", "STOCK_DB": str(folder / "stock.db")}
    with Household([]) as household:
        url = f"http://127.0.0.1:{service_port}"
        household.start(
            "service", [str(SERVICE.python), "-m", "actions.server"], env, folder / "service.log", url
        )
        household.wait_ready(_PATIENCE_S, lambda program: None)

        def start(name: str, command: Callable[[int], list[str]], asks_for_logins: bool) -> Bot:
            began, port = time.monotonic(), free_port()
            secret = keys["jwt"] if asks_for_logins else ""
            address = f"http://127.0.0.1:{port}"
            program = household.start(name, command(port), bot_env, folder / f"{name}.log", address)
            _first_answer(household, Talk(address, secret))
            made = Bot(name, program, round(time.monotonic() - began, 1), secret)
            say(f"bot: {name} answered {made.ready_s} s after its start")
            return made

        yield start


def fill(folder: Path) -> None:
    """The ledger of the run folder: customers K1, K2, … with all four kinds of debt."""
    with opened(f"sqlite:///{folder / 'ledger.db'}", folder) as ledger:
        schema.upgrade(ledger.engine)
        people.owing(ledger, "K1")
        store.multiply(ledger, CUSTOMERS)


def _stock_command(model: Path, port: int) -> list[str]:
    command = [str(BOT.folder / "bin" / "rasa"), "run", "-i", "127.0.0.1", "--port", str(port)]
    command += ["--model", str(model), "--endpoints", str(stock.FOLDER / "endpoints.yml")]
    return [*command, "--credentials", str(stock.FOLDER / "credentials.yml")]


def _first_answer(household: Household, talk: Talk) -> None:
    until = time.monotonic() + _PATIENCE_S
    while True:
        household.check()
        try:
            talk.ask("K1", "你好")
            return
        except (OSError, HTTPException, ValueError):
            talk.close()
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
