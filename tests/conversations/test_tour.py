"""Each question that the demo's page offers to ask is understood, whoever asks it."""

from __future__ import annotations

import pytest

from demo.customers import ALL, VISITOR_QUESTIONS
from tests.live import LiveDemo, words_of

TOURS = {each.customer_id: each.questions for each in ALL} | {"anon": VISITOR_QUESTIONS}
NOT_UNDERSTOOD = ("没完全听懂", "没听懂")


@pytest.mark.parametrize("customer", TOURS)
def test_each_of_the_three_gets_an_answer_of_its_own(demo: LiveDemo, customer: str) -> None:
    answers = [words_of(demo.say(customer, text=question)) for question in TOURS[customer]]
    assert all(answers) and not [each for each in answers if any(words in each for words in NOT_UNDERSTOOD)]
    assert len(set(answers)) == 3
