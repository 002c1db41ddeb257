"""Character n-grams, weighted by TF-IDF, through a support-vector classifier of each label against the rest.

A message is given in one or more views (spellings of it, such as with and without particles); the n-grams of
each view are features of their own.

Fitting is scikit-learn's; answering is a sum over the few n-grams of one message, which takes a fraction of a
millisecond instead of scikit-learn's one, and needs no pickled object.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

SKIPPED = (1, 2)  # characters between the two of a skipping pair: 还…清 is in 还得清 and in 还不清
REACH = 15  # characters from the first of an ordered pair to the second: long stories are not squared


def ngrams(text: str, ngram_max: int) -> list[str]:
    """All runs of 1 to `ngram_max` characters, and pairs that skip one or two.

    The message's start and end are marked; the order is that of reading, runs first.
    """
    marked = f"^{text}$"
    runs = [marked[i : i + n] for n in range(1, ngram_max + 1) for i in range(len(marked) - n + 1)]
    pairs = [
        f"{marked[i]}_{marked[i + skipped + 1]}"
        for skipped in SKIPPED
        for i in range(len(marked) - skipped - 1)
    ]
    return [gram for gram in runs if gram not in ("^", "$")] + pairs


def ordered_pairs(text: str) -> list[str]:
    """Each two characters in their order, however many (up to REACH) are between: 关…开 is not 开…关.

    What a question asks is often in two words that are far apart: 为什么…还不能用, 还清…额度没有.
    """
    marked = f"^{text}$"
    return [f"{first}>{second}" for i, first in enumerate(marked) for second in marked[i + 1 : i + 1 + REACH]]


def features(views: Sequence[str], ngram_max: int) -> list[str]:
    """The n-grams of all views, those after the first with their view's number, and the first's pairs."""
    first, *others = views
    numbered = [f"{n}:{gram}" for n, view in enumerate(others, start=2) for gram in ngrams(view, ngram_max)]
    return ngrams(first, ngram_max) + ordered_pairs(first) + numbered


@dataclass(frozen=True)
class NgramModel:
    """A fitted model: `idf` (n-grams), `weights` (n-grams × labels), `bias` (labels)."""

    labels: list[str]
    vocabulary: dict[str, int]
    ngram_max: int
    idf: np.ndarray
    weights: np.ndarray
    bias: np.ndarray

    @classmethod
    def fit(
        cls,
        messages: Sequence[Sequence[str]],
        labels: list[str],
        *,
        ngram_max: int,
        min_count: int,
        inverse_regularisation: float,
    ) -> NgramModel:
        """Fits on parallel lists of messages (their views) and labels; the same input gives the same model.

        Raises:
            ValueError: fewer than two labels, or no n-gram occurs `min_count` times.
        """
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.svm import LinearSVC

        vectorizer = TfidfVectorizer(
            analyzer=lambda views: features(views, ngram_max),
            sublinear_tf=True,
            min_df=min_count,
            dtype=np.float64,
        )
        classifier = LinearSVC(C=inverse_regularisation, random_state=0)
        classifier.fit(vectorizer.fit_transform(messages), labels)
        return cls(
            labels=[str(label) for label in classifier.classes_],
            vocabulary={gram: int(column) for gram, column in vectorizer.vocabulary_.items()},
            ngram_max=ngram_max,
            idf=vectorizer.idf_,
            weights=np.ascontiguousarray(classifier.coef_.T, dtype=np.float32),
            bias=classifier.intercept_,
        )

    @classmethod
    def from_parts(
        cls, description: dict[str, Any], idf: np.ndarray, weights: np.ndarray, bias: np.ndarray
    ) -> NgramModel:
        """Puts together what `description` and the arrays say."""
        grams = description["ngrams"]
        return cls(
            labels=description["labels"],
            vocabulary={gram: column for column, gram in enumerate(grams)},
            ngram_max=description["ngram_max"],
            idf=idf,
            weights=weights,
            bias=bias,
        )

    def description(self) -> dict[str, Any]:
        """What besides the arrays must be stored, as JSON can hold it."""
        return {
            "labels": self.labels,
            "ngram_max": self.ngram_max,
            "ngrams": sorted(self.vocabulary, key=self.vocabulary.__getitem__),
        }

    def scores(self, views: Sequence[str]) -> np.ndarray:
        """How far on the right side of its boundary each label has the message, in the order of `labels`."""
        counts = Counter(
            column
            for gram in features(views, self.ngram_max)
            if (column := self.vocabulary.get(gram)) is not None
        )
        scores = np.array(self.bias, dtype=np.float64)
        if counts:
            columns = np.fromiter(sorted(counts), dtype=np.intp)
            times = np.fromiter((counts[column] for column in sorted(counts)), dtype=np.float64)
            values = (1.0 + np.log(times)) * self.idf[columns]
            values /= np.linalg.norm(values)
            # Not `@`: OpenBLAS would share it among threads, which turn in circles until the next message.
            scores += np.einsum("i,ij->j", values, self.weights[columns].astype(np.float64))
        return scores

    def probabilities(self, views: Sequence[str], sharpness: float) -> np.ndarray:
        """The probability of each label, in the order of `labels`; sums to one.

        The classifier was not fitted to give probabilities: `sharpness` says how much a score is worth.
        """
        powers: np.ndarray = np.exp(sharpness * self.scores(views))
        return powers / powers.sum()
