"""Which intents are taken for which: the worst pairs in words, all of them as a picture."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matplotlib.axes import Axes

    from nlu.report import Question, Understood

Pairs = Counter[tuple[str, str]]  # (expected, predicted) -> questions

_CELL_INCHES = 0.36
_MARGIN_INCHES = 2.6  # for the names of the intents, which stand beside and below the cells
_DOTS_PER_INCH = 100
_RIGHT, _WRONG = "Blues", "Oranges"
_DARK = 0.6  # a share from which a number is written in white


def confusion(questions: Iterable[Question], understood: Iterable[Understood]) -> Pairs:
    """How often each intent was predicted where another, or the same, was expected.

    A right answer counts once, for the label that was predicted; a wrong one for each label that would have
    been right. Questions without a label are left out.
    """
    pairs: Pairs = Counter()
    for question, row in zip(questions, understood, strict=True):
        if row.predicted in question.accepted:
            pairs[row.predicted, row.predicted] += 1
        else:
            pairs.update((label, row.predicted) for label in question.accepted)
    return pairs


def worst(pairs: Pairs, most: int = 10) -> list[tuple[str, str, int]]:
    """The most frequent errors: (expected, predicted, questions), most frequent first, then by name."""
    wrong = [(expected, predicted, n) for (expected, predicted), n in pairs.items() if expected != predicted]
    return sorted(wrong, key=lambda pair: (-pair[2], pair[0], pair[1]))[:most]


def draw(pairs: Pairs, path: Path) -> None:
    """Writes the PNG: a row for each expected intent, a column for each that was predicted.

    A cell's number is its questions, its shade their share of the row: blue where right, orange where wrong.

    Raises:
        OSError: the file cannot be written.
        ValueError: there are no pairs.
    """
    if not pairs:
        raise ValueError("Nothing to draw: no question has a label.")
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # a second's import, for this alone
    from matplotlib.figure import Figure

    rows = sorted({expected for expected, _ in pairs})
    columns = sorted({predicted for _, predicted in pairs} | set(rows))
    counts = np.array([[pairs[row, column] for column in columns] for row in rows])
    figure = Figure(
        figsize=(
            _MARGIN_INCHES + _CELL_INCHES * len(columns),
            _MARGIN_INCHES + _CELL_INCHES * len(rows),
        ),
        dpi=_DOTS_PER_INCH,
        constrained_layout=True,
    )
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    _shade(axes, counts, rows, columns)
    _name(axes, rows, columns)
    figure.savefig(path, format="png")


def _shade(axes: Axes, counts: np.ndarray, rows: list[str], columns: list[str]) -> None:
    right = np.array([[row == column for column in columns] for row in rows])
    shares = counts / counts.sum(axis=1, keepdims=True)
    for colours, here in ((_RIGHT, right), (_WRONG, ~right)):
        axes.imshow(
            np.where(here & (counts > 0), shares, np.nan), cmap=colours, vmin=0, vmax=1, aspect="equal"
        )
    for y, x in zip(*np.nonzero(counts), strict=True):
        colour = "white" if shares[y, x] > _DARK else "black"
        axes.text(x, y, str(counts[y, x]), ha="center", va="center", fontsize=8, color=colour)


def _name(axes: Axes, rows: list[str], columns: list[str]) -> None:
    axes.set_xticks(range(len(columns)), labels=columns, rotation=90, fontsize=9)
    axes.set_yticks(range(len(rows)), labels=rows, fontsize=9)
    axes.set_xticks(np.arange(len(columns) + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(len(rows) + 1) - 0.5, minor=True)
    axes.grid(which="minor", color="0.85", linewidth=0.5)
    axes.tick_params(which="both", length=0)
    axes.set_xlabel("predicted")
    axes.set_ylabel("expected")
