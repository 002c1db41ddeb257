"""Which messages name a place to pay at or something to pay for."""

from __future__ import annotations

import pytest

from nlu.classifier import views
from nlu.places import SIGN, sign_of_place
from nlu.text import normalise


@pytest.mark.parametrize(
    "text",
    [
        "加油站刷不了月付",
        "月付交不了水费",
        "在盒马结账月付是灰的",
        "线下月付付不了",
        "扫一扫没有月付",
        "App Store 用不了",
    ],
)
def test_a_place_is_named(text: str) -> None:
    assert sign_of_place(normalise(text)) == SIGN


@pytest.mark.parametrize("text", ["月付用不了", "付款时月付是灰的", "微信能付月付不能付", "月付怎么关", ""])
def test_no_place_is_named(text: str) -> None:
    assert sign_of_place(normalise(text)) == ""


def test_the_classifier_reads_the_sign_beside_the_question_and_whatever_was_written() -> None:
    carrying, whole = views(normalise("月付在超市怎么付款"))
    assert carrying == SIGN + "在超市怎么付款"
    assert whole == "#在超市怎么付款"  # 月付 itself is one sign
