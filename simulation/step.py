"""One step of a world, and what a command has to keep to whatever it answers."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ledger.errors import (
    BadInput,
    Conflict,
    NotFound,
    PurchaseRefused,
    QuoteChanged,
    QuoteExpired,
    Refused,
)
from simulation.violations import Violation, expect, expect_equal

if TYPE_CHECKING:
    from simulation.model import Account
    from simulation.world import World

CUSTOMERS = ("c0", "c1")
#: A refusal is as good as an answer.
SAYS_NO = (Refused, Conflict, BadInput, NotFound)
#: These keep something: the evidence of a refusal, the new quote.
_KEEP_SOMETHING = (PurchaseRefused, QuoteChanged, QuoteExpired)


@dataclass(frozen=True)
class Used:
    """A command as it was called, to be called again."""

    command: Callable[..., Any]
    args: tuple[Any, ...]
    more: dict[str, Any]
    answer: Any  # None: it was refused, or its process ended


class Step:
    """One step: its dice, the process that does it, and whose turn it is."""

    def __init__(self, world: World, index: int) -> None:
        self.world = world
        self.index = index
        self.dice = random.Random(f"{world.seed}:{index}")
        self.who = self.dice.choice(CUSTOMERS)
        self.process = self.dice.randrange(len(world.processes))
        self.ledger = world.processes[self.process]
        self._commands = 0

    def run(self, command: Callable[..., Any], *args: Any, **more: Any) -> Any:
        """Call a command with a key of its own; a refusal must have changed nothing."""
        self._commands += 1
        more["key"] = f"k{self.index}-{self._commands}"
        control = self.world.control
        before = (control.commits, control.pauses)
        answer = None
        try:
            answer = command(self.ledger, *args, **more)
            return answer
        except SAYS_NO as error:
            if not isinstance(error, _KEEP_SOMETHING) and control.pauses == before[1]:
                expect(control.commits == before[0], "a refused command changes no row", command, error)
            raise
        finally:
            self.world.used.append(Used(command, args, more, answer))

    def run_if(
        self, may: Callable[[Account], bool], command: Callable[..., Any], *args: Any, **more: Any
    ) -> Any:
        """`run`, where the model knows whether it must be refused for the account as it is now."""
        account, now = self.world.model_of(self.who), self.world.clock.now()
        control = self.world.control
        pauses = control.pauses

        def agrees(heard: bool) -> None:
            if control.pauses == pauses:  # else the account may be another one by now
                account.catch_up(now)
                expect_equal(
                    heard, may(account), "a command is refused when it must be", command.__name__, more
                )

        try:
            answer = self.run(command, *args, **more)
        except SAYS_NO:
            agrees(False)
            raise
        agrees(True)
        return answer

    def run_again(self) -> Any:
        """An earlier command with its key: the same answer and nothing new; with another body a conflict."""
        if not self.world.used:
            return None
        used = self.dice.choice(self.world.used[-40:])
        if used.answer is None:
            return used.command(self.ledger, *used.args, **used.more)
        if "amount_fen" in used.more and self.dice.random() < 0.3:
            return self._with_another_body(used)
        self.world.nothing_new = True
        answer = used.command(self.ledger, *used.args, **used.more)
        have, want = _what(answer), _what(used.answer)
        expect_equal(have, want, "same key and body, same answer", used.command.__name__)
        return used.command.__name__

    def _with_another_body(self, used: Used) -> str:
        self.world.nothing_new = True
        more = {**used.more, "amount_fen": used.more["amount_fen"] + 1}
        try:
            used.command(self.ledger, *used.args, **more)
        except (Conflict, BadInput) as error:
            return f"{used.command.__name__} {error.code}"
        raise Violation("same key, other body: a conflict", used.command.__name__)


def any_amount(dice: random.Random, most_fen: int = 400_000) -> int:
    """Mostly small ones."""
    of = dice.choice(((1, 3_000), (1_000, 60_000), (1_000, 60_000), (1, most_fen)))
    return dice.randint(*of)


def _what(answer: Any) -> Any:
    """What of an answer may not change: a charge's state goes on."""
    return getattr(answer, "number", answer)
