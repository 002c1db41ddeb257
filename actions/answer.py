"""Every message is answered through `Answer`: one gate, one way to fail, at most two bubbles."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import (
    apologies,
    asked_again,
    bereaved,
    decisions,
    distress,
    follow_up,
    fraud,
    handover,
    harassed,
    metrics,
    minors,
    not_me,
    others_account,
    purchase_named,
    receipts,
    refusal_named,
    scam,
    second_question,
    settle_asked,
    typed,
)
from actions.host_page import HostPage
from actions.turn import MAX_BUBBLES, Turn
from ledger import Ledger

Reply = Callable[[Turn], None]

# Answered even while a person has the conversation: pushes from the service, and the way back.
PASS_HANDOVER = frozenset({"notice", "resume_bot"})
# No answer of their own that a decision should be repeated after.
NO_REMINDER = frozenset(
    {
        "notice",
        "resume_bot",
        "login",
        "talk_to_human",
        "report_unauthorised",
        "request_extension",
        "register_hardship",
        "goodbye",
    }
)
# Answers to typed words that go before their intent's, the first that finds them its own.
_WHATEVER_ELSE = (
    scam.harmed,
    fraud.wondered,
    scam.still_warned,
    fraud.taken_back,
    bereaved.answered,
    minors.answered,
    not_me.answered,
    harassed.answered,
    typed.answered,
)


class Answer(Action):
    """The action of one intent: its reply reads the turn's facts and says at most two bubbles.

    `replies` has every intent's: short words may mean another one after the last answer.
    It runs in a thread, so that a slow gateway holds up nobody else.
    """

    def __init__(self, intent: str, replies: Mapping[str, Reply], ledger: Ledger, page: HostPage) -> None:
        self.intent = intent
        self.replies = replies
        self.ledger = ledger
        self.page = page

    def name(self) -> str:
        return f"action_{self.intent}"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        with metrics.acting(self.name()):
            turn = await asyncio.to_thread(self.perform, tracker)
        metrics.walked(turn)
        for bubble in turn.bubbles[:MAX_BUBBLES]:
            dispatcher.utter_message(**bubble.message())
        return turn.events()

    def perform(self, tracker: Tracker) -> Turn:
        """The finished turn. Whatever goes wrong becomes a sentence, never silence and never a traceback.

        Raises what a push raises: its sender tries again, and the customer, who asked nothing, hears nothing.
        """
        turn = Turn(self.ledger, tracker, self.page)
        try:
            self._gate(turn)
        except Exception as error:
            if self.intent == "notice":
                raise
            turn = Turn(self.ledger, tracker, self.page)
            metrics.apologised(self.name(), error)
            apologies.apologise(turn, error, where=self.name())
        return turn

    def _gate(self, turn: Turn) -> None:
        turn.follow_link()
        if self.intent not in PASS_HANDOVER and handover.passed_on(turn):
            return
        if distress.told(turn):
            distress.care(turn)
        elif scam.suspected(turn):
            scam.warn(turn)
        elif any(answered(turn) for answered in _WHATEVER_ELSE):
            pass
        elif others_account.asked(turn):
            others_account.refuse(turn)
        elif receipts.asked(turn):
            receipts.tell(turn)
            second_question.offer(turn)
        else:
            if not (
                settle_asked.answered(turn) or refusal_named.answered(turn) or purchase_named.answered(turn)
            ):
                follow_up.understand(turn)
                self.replies[turn.meant or self.intent](turn)
            second_question.offer(turn)
        if turn.misses == turn.misses_at_start and turn.intent != "notice":
            turn.misses = 0  # what was said was understood: misses count in a row
        if turn.decision_at_start and self.intent not in NO_REMINDER:
            decisions.remind(turn)
        asked_again.offer(turn)
