"""The report on a file of questions."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from nlu.report import (
    BadInput,
    Question,
    Understood,
    main,
    read_questions,
    right_in_two,
    summary,
    write_picture,
    write_predictions,
)

PNG = b"\x89PNG\r\n\x1a\n"
HEADER = "question\tpredicted\tconfidence\tsecond\tenters"


def written(folder: Path, text: str | bytes) -> Path:
    """A file of questions."""
    file = folder / "questions.tsv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return file


def test_rows_keep_their_order_blanks_and_quotes(tmp_path: Path) -> None:
    file = written(
        tmp_path, "question\tintent\n\"怎么关\"\thow_to_close\n\trefund|query_bill\n他说'好'\u2028吗\t\n"
    )
    assert read_questions(file) == [
        Question('"怎么关"', frozenset({"how_to_close"})),
        Question("", frozenset({"refund", "query_bill"})),
        Question("他说'好'\u2028吗", frozenset()),
    ]


def test_a_file_may_have_questions_alone(tmp_path: Path) -> None:
    assert [row.text for row in read_questions(written(tmp_path, "question\n怎么关\n\n怎么还"))] == [
        "怎么关",
        "",
        "怎么还",
    ]


def test_windows_line_ends_and_byte_order_mark_are_read(tmp_path: Path) -> None:
    file = written(tmp_path, "\ufeffquestion\tintent\r\n怎么关\thow_to_close\r\n")
    assert read_questions(file) == [Question("怎么关", frozenset({"how_to_close"}))]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "first line"),
        ("问题\t意图\n怎么关\thow_to_close\n", "first line"),
        ("question,intent\n", "first line"),
        ("question\n怎么关\thow_to_close\n", "line 2"),
        ("question\n怎么关\n".encode("gb18030"), "not UTF-8"),
    ],
)
def test_what_cannot_be_read_is_one_sentence_and_exit_2(
    content: str | bytes, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(written(tmp_path, content)), str(tmp_path / "out.tsv")]) == 2
    captured = capsys.readouterr()
    assert said in captured.err
    assert captured.err.count("\n") == 1
    assert captured.out == ""
    assert not (tmp_path / "out.tsv").exists()


def test_a_missing_file_or_model_is_one_sentence_and_exit_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path / "none.tsv"), str(tmp_path / "out.tsv")]) == 2
    assert "none.tsv" in capsys.readouterr().err
    file = written(tmp_path, "question\n怎么关\n")
    assert main([str(file), str(tmp_path / "out.tsv"), "--model", str(tmp_path / "none.tar.gz")]) == 2
    assert "make train" in capsys.readouterr().err


@pytest.mark.parametrize(("file", "out"), [("questions.tsv", "out.png"), ("questions.png", "questions.tsv")])
def test_the_picture_takes_no_other_files_place(
    file: str, out: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / file).write_text("question\tintent\n怎么关\thow_to_close\n", encoding="utf-8")
    assert main([str(tmp_path / file), str(tmp_path / out)]) == 2
    assert "another name" in capsys.readouterr().err
    assert (tmp_path / file).read_text(encoding="utf-8").startswith("question")


def test_a_picture_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="Cannot write"):
        write_picture(tmp_path / "no" / "out.png", Counter({("refund", "refund"): 1}))


def test_a_second_choice_counts_where_labels_are_given() -> None:
    questions = [Question(text, frozenset(labels)) for text, labels in (("a", ["refund"]), ("b", []))]
    understood = [Understood("query_bill", 0.5, "refund", ""), Understood("refund", 0.5, "query_bill", "")]
    assert right_in_two(questions, understood) == 1.0
    assert right_in_two(questions, [understood[1], understood[0]]) == 1.0
    assert right_in_two(questions[:1], [Understood("query_bill", 0.5, "overdue", "")]) == 0.0
    assert right_in_two([], []) == 0.0


def test_an_output_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="Cannot write"):
        write_predictions(tmp_path / "no" / "such" / "out.tsv", [], [])


def test_summary_counts_by_accepted_label() -> None:
    questions = [
        Question("a", frozenset({"how_to_close"})),
        Question("b", frozenset({"refund", "query_bill"})),
        Question("c", frozenset({"refund"})),
        Question("d", frozenset({"how_to_close"})),
    ]
    understood = [
        Understood("how_to_close", 0.9, "refund", "close"),
        Understood("query_bill", 0.7, "refund", ""),
        Understood("prepay_all", 0.8, "refund", "settle"),
        Understood("nlu_fallback", 0.2, "how_to_close", ""),
    ]
    report = summary(questions, understood)
    assert report["overall"] == {"questions": 4, "right": 2, "accuracy": 0.5}
    assert report["intents"]["how_to_close"] == {"questions": 2, "right": 1, "accuracy": 0.5}
    assert report["intents"]["refund"] == {"questions": 2, "right": 1, "accuracy": 0.5}
    assert report["intents"]["query_bill"]["accuracy"] == 1.0
    assert report["enters"] == {"close": 1, "settle": 1}
    assert report["enters_wrong"] == 1
    assert report["ece"] == pytest.approx((0.1 + 0.3 + 0.8) / 3, abs=1e-4)


def test_without_labels_there_are_counts_only() -> None:
    report = summary([Question("a", frozenset())], [Understood("refund", 0.9, "", "")])
    assert report == {"questions": 1, "predicted": {"refund": 1}, "enters": {}}


def test_the_report_of_a_real_model(model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    questions = ["抖音月付怎么关闭", "", '月付"怎么还"', "/prepay_all", " /restart", "关闭放心借"]
    file = written(
        tmp_path, "question\tintent\n" + "".join(f"{q}\thow_to_close|out_of_scope\n" for q in questions)
    )
    out = tmp_path / "out.tsv"
    assert main([str(file), str(out), "--model", str(model)]) == 0
    lines = out.read_text(encoding="utf-8").split("\n")
    assert lines[0] == HEADER
    assert lines.pop() == ""
    rows = [line.split("\t") for line in lines[1:]]
    assert [row[0] for row in rows] == questions
    assert all(len(row) == 5 for row in rows)
    assert rows[0][1] == "how_to_close"
    assert rows[0][4] == "close"
    assert rows[1][1] == "out_of_scope"
    assert {rows[3][1], rows[4][1]}.isdisjoint({"prepay_all", "restart"})
    assert rows[5][1] == "out_of_scope"
    assert rows[5][3] != ""
    said = capsys.readouterr().out.splitlines()
    assert "how_to_close -> " in "".join(said[:-1])
    assert out.with_suffix(".png").read_bytes().startswith(PNG)
    report = json.loads(said[-1])
    assert report["overall"]["questions"] == len(questions)
