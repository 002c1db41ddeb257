"""What the assistant understands, question by question: `python -m nlu.report FILE OUT [--model PATH]`.

Both files are UTF-8 with tabs, one header line and no quoting. FILE has `question` and optionally `intent`
(labels that count as right, joined by `|`). OUT has a row per row of FILE in the same order: `question`,
`predicted` (the label that is acted on, may be `nlu_fallback`), `confidence`, `second` (the best other
intent) and `enters` (`close`, `settle` or nothing: whether a decision would be offered at once). Where labels
are given, the worst pairs of intents are printed and a picture of all is written beside OUT (with `.png`
for its suffix). The last line on stdout is JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import sys
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nlu.confusion import Pairs, confusion, draw, worst
from nlu.decision_gate import DECISIONS, ENTERS

if TYPE_CHECKING:
    from rasa.core.processor import MessageProcessor

HEADERS = (["question"], ["question", "intent"])
OUT_COLUMNS = ("question", "predicted", "confidence", "second", "enters")
MODEL = Path("models/yuefu.tar.gz")
CALIBRATION_BINS = 10


class BadInput(Exception):
    """The file cannot be read as questions; the text is one sentence for a person."""


@dataclass(frozen=True)
class Question:
    """A row of the input; `accepted` is empty where no label is given."""

    text: str
    accepted: frozenset[str]


@dataclass(frozen=True)
class Understood:
    """A row of the output; `confidence` is a probability, 0 to 1."""

    predicted: str
    confidence: float
    second: str
    enters: str


def read_questions(path: Path) -> list[Question]:
    """The questions of a file.

    Raises:
        BadInput: no such file, not UTF-8, another header, or a row with other columns than the header.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise BadInput(f"Cannot read {path}: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{path} is not UTF-8 (byte {error.start}).") from error
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    if lines[-1] == "":
        lines.pop()
    header = lines[0].split("\t") if lines else []
    if header not in HEADERS:
        raise BadInput(f"The first line of {path} must be 'question' or 'question<tab>intent'.")
    return [_question(line, len(header), f"{path}, line {n}") for n, line in enumerate(lines[1:], start=2)]


def _question(line: str, columns: int, place: str) -> Question:
    cells = line.split("\t")
    if len(cells) > columns:
        raise BadInput(f"{place}: {len(cells)} columns, the header has {columns}.")
    labels = cells[1].split("|") if len(cells) > 1 else []
    return Question(cells[0], frozenset(label.strip() for label in labels if label.strip()))


def load_processor(model: Path) -> MessageProcessor:
    """The processor of a trained model.

    Raises:
        BadInput: there is no model that can be loaded.
    """
    if not model.exists():
        raise BadInput(f"There is no model at {model}: train one with `make train`.")
    from rasa.core.agent import Agent
    from rasa.utils.log_utils import configure_structlog

    configure_structlog(logging.WARNING)  # else each parse is written to stdout
    processor = Agent.load(str(model)).processor
    if processor is None:
        raise BadInput(f"{model} is not a model that can be loaded: train one with `make train`.")
    return processor


async def understand(processor: MessageProcessor, texts: Iterable[str]) -> list[Understood]:
    """What a model makes of each text, as the chat would hand it over: a leading `/` is no command."""
    from rasa.core.channels.channel import UserMessage

    understood = []
    for text in texts:
        stripped = text.strip()
        harmless = "／" + stripped[1:] if stripped.startswith("/") else stripped
        understood.append(_understood(await processor.parse_message(UserMessage(harmless))))
    return understood


def _understood(parsed: dict[str, Any]) -> Understood:
    predicted = parsed["intent"]["name"] or ""
    others = [entry["name"] for entry in parsed.get("intent_ranking", []) if entry["name"] != predicted]
    enters = [entity["value"] for entity in parsed["entities"] if entity["entity"] == ENTERS]
    return Understood(
        predicted, float(parsed["intent"]["confidence"]), next(iter(others), ""), next(iter(enters), "")
    )


def write_predictions(path: Path, questions: list[Question], understood: list[Understood]) -> None:
    """Writes the output file.

    Raises:
        BadInput: it cannot be written.
    """
    rows = ["\t".join(OUT_COLUMNS)]
    for question, row in zip(questions, understood, strict=True):
        rows.append(
            "\t".join((question.text, row.predicted, f"{row.confidence:.4f}", row.second, row.enters))
        )
    try:
        path.write_text("\n".join(rows) + "\n", encoding="utf-8", newline="\n")
    except OSError as error:
        raise BadInput(f"Cannot write {path}: {error.strerror}.") from error


def write_picture(path: Path, pairs: Pairs) -> None:
    """Writes the picture of `nlu.confusion`.

    Raises:
        BadInput: it cannot be written.
    """
    try:
        draw(pairs, path)
    except OSError as error:
        raise BadInput(f"Cannot write {path}: {error.strerror}.") from error


def right_in_two(questions: list[Question], understood: list[Understood]) -> float:
    """The share (0 to 1) of labelled questions where `predicted` or `second` is an accepted label."""
    hits = [
        bool(question.accepted & {row.predicted, row.second})
        for question, row in zip(questions, understood, strict=True)
        if question.accepted
    ]
    return sum(hits) / len(hits) if hits else 0.0


def summary(questions: list[Question], understood: list[Understood]) -> dict[str, Any]:
    """Counts, and where labels are given the accuracies.

    A row that accepts two labels counts once in the whole, and for both of its intents. `enters_wrong` counts
    rows whose accepted labels are all other than the decision's own; `ece` is the expected calibration error.
    """
    pairs = [(question.accepted, row) for question, row in zip(questions, understood, strict=True)]
    report: dict[str, Any] = {
        "questions": len(questions),
        "predicted": dict(sorted(Counter(row.predicted for row in understood).items())),
        "enters": dict(sorted(Counter(row.enters for row in understood if row.enters).items())),
    }
    labelled = [(accepted, row) for accepted, row in pairs if accepted]
    if not labelled:
        return report
    by_intent: dict[str, list[bool]] = defaultdict(list)
    for accepted, row in labelled:
        for label in sorted(accepted):
            by_intent[label].append(row.predicted in accepted)
    report["intents"] = {label: _accuracy(right) for label, right in sorted(by_intent.items())}
    report["enters_wrong"] = sum(
        1
        for accepted, row in labelled
        if row.enters and not any(DECISIONS.get(label) == row.enters for label in accepted)
    )
    report["ece"] = round(_calibration_error(labelled), 4)
    report["overall"] = _accuracy([row.predicted in accepted for accepted, row in labelled])
    return report


def _accuracy(right: list[bool]) -> dict[str, Any]:
    return {"questions": len(right), "right": sum(right), "accuracy": round(sum(right) / len(right), 4)}


def _calibration_error(labelled: list[tuple[frozenset[str], Understood]]) -> float:
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for accepted, row in labelled:
        if row.predicted == "nlu_fallback":  # its confidence is a threshold, no estimate
            continue
        place = min(int(row.confidence * CALIBRATION_BINS), CALIBRATION_BINS - 1)
        bins[place].append((row.confidence, row.predicted in accepted))
    total = sum(len(rows) for rows in bins.values())
    gaps = (abs(sum(c for c, _ in rows) - sum(right for _, right in rows)) for rows in bins.values())
    return sum(gaps) / total if total else 0.0


def main(arguments: list[str] | None = None) -> int:
    """Runs the report; 0, or 2 with one sentence on stderr where the input cannot be used."""
    parser = argparse.ArgumentParser(prog="nlu.report", description="What the assistant understands.")
    parser.add_argument("file", type=Path, help="questions: question[<tab>intent], one header line")
    parser.add_argument("out", type=Path, help="where the predictions go")
    parser.add_argument("--model", type=Path, default=MODEL, help=f"a trained model (default {MODEL})")
    options = parser.parse_args(arguments)
    warnings.simplefilter("ignore")  # what Rasa's dependencies deprecate is no concern of who reads a report
    picture = options.out.with_suffix(".png")
    try:
        if picture.resolve() in (options.out.resolve(), options.file.resolve()):
            raise BadInput(f"The picture goes to {picture}: give FILE and OUT another name.")
        questions = read_questions(options.file)
        processor = load_processor(options.model)
        understood = asyncio.run(understand(processor, [question.text for question in questions]))
        write_predictions(options.out, questions, understood)
        if pairs := confusion(questions, understood):
            write_picture(picture, pairs)
            print(f"{right_in_two(questions, understood):.1%} right with the first or second intent.")
            print(f"Expected -> predicted, the most frequent errors; {picture} shows all:")
            for expected, predicted, count in worst(pairs):
                print(f"{count:5}  {expected} -> {predicted}")
    except BadInput as problem:
        print(problem, file=sys.stderr)
        return 2
    print(json.dumps(summary(questions, understood), ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
