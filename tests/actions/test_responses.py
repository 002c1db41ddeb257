"""Every response, as written and as filled for every demo customer, for visitors and for rarer states."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from actions import registry
from demo.customers import ALL
from tests.actions import states
from tests.actions.chat import ROOT, Chat, Said, responses
from tests.actions.states import STATES

Begin = Callable[[str | None], Chat]

CUSTOMERS = (None, *(customer.customer_id for customer in ALL))
# Reached by the service alone or by a button that carries values: each has its own test.
NOT_ASKED = {"notice", "confirm_settle", "confirm_close", "apply_unfreeze"}
# What opens, ends or leaves a decision by itself.
DECIDING = {
    "how_to_close", "close_impact", "prepay_all", "offer_settle", "offer_settle_close", "offer_close", "deny",
    "decline", "steps_close", "talk_to_human", "report_unauthorised", "login", "resume_bot",
}  # fmt: skip
ASKED = sorted(set(registry.replies()) - NOT_ASKED)
LONGEST = 160
LONGEST_FILLED = 240
PROMISES = re.compile(
    r"保证(解冻|恢复|通过|提额)|一定(能|会|可以)(解冻|恢复|通过|提额|开通|退)|(解冻|提额|申请)(必定|肯定|成功)"
    r"|(为|帮|给)您(提额|消除|解冻)|肯定(能|会|可以)|百分之百|100%|手续费(会|可以|全额)退|包(通过|下款|提额)"
)
# A rate is said with its annual one; 10 % of a minimum payment is a share, not a rate.
RATE = re.compile(r"(每期|每日|日息|月息)[\d.]+%")
ANNUAL = "年化（单利）"


@cache
def written() -> list[tuple[str, str]]:
    return [(name, each["text"]) for name, each in responses().items()]


def test_no_response_is_empty_or_has_blank_lines() -> None:
    for name, text in written():
        assert text == text.strip(), name
        assert not re.search(r"\n\s*\n", text), name


def test_every_response_ends_as_a_sentence() -> None:
    open_ended = {"utter_ticket_reply", "utter_instalment_offers", "utter_plans"}  # end in what fills them
    for name, text in written():
        assert name in open_ended or re.search(r"[。！？]$", text), name


def test_no_response_is_longer_than_a_chat_takes() -> None:
    for name, text in written():
        assert len(text) <= LONGEST, f"{name}: {len(text)}"


def test_no_response_promises_what_is_not_ours_to_promise() -> None:
    for name, text in written():
        assert not PROMISES.search(text), name
        assert "退还" not in text.replace("待退还款项", ""), name


def test_no_response_states_a_rate_or_an_amount_of_its_own() -> None:
    """Figures come from the ledger and the terms; ¥0.00 is what a used-up limit leaves."""
    for name, text in written():
        assert not re.search(r"\d+(\.\d+)?\s*%", text), name
        assert not re.search(r"\d+\s*(天|期|个月|元|个工作日|年)", text), name
        assert "¥" not in text.replace("¥0.00", ""), name


def test_a_customer_is_addressed_politely() -> None:
    for name, text in written():
        assert "你" not in text, name


def test_buttons_lead_to_an_answer() -> None:
    known = set(registry.replies())
    for name, each in responses().items():
        for button in each.get("buttons", []):
            assert button["payload"].removeprefix("/") in known, f"{name}: {button}"


def test_every_response_is_used_and_every_used_one_written() -> None:
    sources = [*(ROOT / "actions").glob("*.py"), *(ROOT / "channels").glob("*.py")]
    code = "\n".join(path.read_text("utf-8") for path in sources)
    used = {word.rstrip("_") for word in re.findall(r"utter_\w*", code)}
    prefixes = tuple(set(re.findall(r"(utter_\w+_)\{", code)))
    for name in responses():
        bare = name.removesuffix("_close")  # a decision has a form that closes too
        assert name in used or bare in used or name.startswith(prefixes), f"{name} is never said"
    for name in used - {prefix.rstrip("_") for prefix in prefixes}:
        assert name in responses() or name == "utter_message", f"{name} is not written"


def check(said: list[Said], intent: str) -> None:
    """What holds for every answer of every account."""
    assert 1 <= len(said) <= 2, intent
    for bubble in said:
        assert "{" not in bubble.text and "}" not in bubble.text, bubble
        assert "None" not in bubble.text and "datetime" not in bubble.text and "()" not in bubble.text, bubble
        assert not re.search(r"\n\s*\n", bubble.text), bubble
        assert len(bubble.text) <= LONGEST_FILLED, f"{len(bubble.text)}: {bubble}"
        assert not re.search(r"[，、：；]。|，，|。。|，（|（）|^，", bubble.text), bubble
        assert not PROMISES.search(bubble.text), bubble
        assert not re.search(r"\d{12,}", bubble.text), bubble
        assert all(button["title"] for button in bubble.buttons), bubble
        if RATE.search(bubble.text):
            assert ANNUAL in bubble.text, bubble
        assert bubble.response not in ("utter_error", "utter_unavailable"), bubble


@pytest.mark.parametrize("customer", CUSTOMERS)
def test_every_question_of_every_demo_customer_is_answered_whole(chat: Begin, customer: str | None) -> None:
    for intent in ASKED:
        check(chat(customer).type(intent), f"{customer} {intent}")


@pytest.mark.parametrize("state", STATES)
def test_every_question_is_answered_whole_in_rarer_states(tmp_path: Path, state: str) -> None:
    world = states.make(tmp_path)
    STATES[state](world)
    for intent in ASKED:
        check(world.chat().type(intent), f"{state} {intent}")


@pytest.mark.parametrize("customer", ["c-clean", "c-owing", "c-overdue"])
def test_a_question_while_a_decision_waits_is_answered_and_the_decision_shown_again(
    chat: Begin, customer: str
) -> None:
    """The one decision each of these may be asked, after every other question."""
    begin, enters = ("how_to_close", "close") if customer == "c-clean" else ("prepay_all", "settle")
    for intent in sorted(set(ASKED) - DECIDING):
        talk = chat(customer)
        talk.type(begin, enters=enters)
        said = talk.type(intent)
        confirm = {button["intent"] for button in said[-1].buttons}
        assert confirm & {"confirm_settle", "confirm_close"}, f"{customer} {intent}: {said}"
