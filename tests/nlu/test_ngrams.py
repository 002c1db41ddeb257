"""The model of character n-grams."""

from __future__ import annotations

import json
from collections import Counter

import numpy as np
import pytest

from nlu.ngrams import REACH, NgramModel, features, ngrams, ordered_pairs

TEXTS = [
    ("怎么关闭",),
    ("怎么注销",),
    ("我要关掉",),
    ("提前还清",),
    ("一次还完",),
    ("全部还清",),
    ("用不了",),
    ("不能用了",),
    ("付不了款",),
]
LABELS = ["close"] * 3 + ["settle"] * 3 + ["unusable"] * 3


def fitted() -> NgramModel:
    return NgramModel.fit(TEXTS, LABELS, ngram_max=2, min_count=1, inverse_regularisation=1.0)


def test_ngrams_mark_where_the_message_begins_and_ends_and_skip_up_to_two() -> None:
    runs = ["关", "闭", "^关", "关闭", "闭$"]
    assert Counter(ngrams("关闭", 2)) == Counter([*runs, "^_闭", "关_$", "^_$"])
    assert "还_清" in ngrams("还得清", 2)
    assert "还_清" in ngrams("还不干清", 2)
    assert ngrams("", 2) == ["^$"]


def test_ordered_pairs_reach_over_what_is_between_but_not_over_a_long_story() -> None:
    assert ordered_pairs("关闭") == ["^>关", "^>闭", "^>$", "关>闭", "关>$", "闭>$"]
    assert "还>清" in ordered_pairs("还" + "得" * (REACH - 1) + "清")
    assert "还>清" not in ordered_pairs("还" + "得" * REACH + "清")


def test_a_second_view_has_features_of_its_own() -> None:
    assert Counter(features(["关", "关了"], 2)) == Counter(
        [*ngrams("关", 2), *ordered_pairs("关"), *(f"2:{gram}" for gram in ngrams("关了", 2))]
    )


def test_scores_are_those_of_scikit_learn() -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.svm import LinearSVC

    vectorizer = TfidfVectorizer(analyzer=lambda views: features(views, 2), sublinear_tf=True)
    classifier = LinearSVC(C=1.0, random_state=0)
    classifier.fit(vectorizer.fit_transform(TEXTS), LABELS)
    model = fitted()
    assert model.labels == list(classifier.classes_)
    for text in [*TEXTS, ("关关关闭",), ("完全不认识",), ("怎么把它全部还了",)]:
        expected = classifier.decision_function(vectorizer.transform([text]))[0]
        assert model.scores(text) == pytest.approx(expected, abs=1e-6)


def test_a_sharper_model_is_surer_of_the_same() -> None:
    model = fitted()
    blunt, sharp = (model.probabilities(("怎么把它关了",), sharpness) for sharpness in (1.0, 4.0))
    assert blunt.sum() == pytest.approx(1.0) and sharp.sum() == pytest.approx(1.0)
    assert blunt.argmax() == sharp.argmax() and blunt.max() < sharp.max()
    assert np.log(sharp[0] / sharp[1]) == pytest.approx(4 * np.log(blunt[0] / blunt[1]))


def test_what_was_never_seen_still_has_probabilities() -> None:
    probabilities = fitted().probabilities(("ابجد",), 6.0)
    assert probabilities.sum() == pytest.approx(1.0)
    assert (probabilities > 0).all()


def test_the_same_sentences_give_the_same_model() -> None:
    first, second = fitted(), fitted()
    assert first.vocabulary == second.vocabulary
    assert np.array_equal(first.weights, second.weights)
    assert np.array_equal(first.bias, second.bias)


def test_stored_and_loaded_it_answers_the_same() -> None:
    model = fitted()
    description = json.loads(json.dumps(model.description(), ensure_ascii=False))
    again = NgramModel.from_parts(description, model.idf, model.weights, model.bias)
    for text in TEXTS:
        assert np.array_equal(again.scores(text), model.scores(text))
