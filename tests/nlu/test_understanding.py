"""What the model of the project's own sentences understands, and how fast. How often is in test_floors.py."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from nlu.report import Understood, load_processor, understand
from tests.nlu.conftest import QUESTIONS, Parse, train


@pytest.mark.parametrize(
    ("text", "decision"),
    [
        ("怎么关闭抖音月付", "close"),
        ("我要注销月付", "close"),
        ("提前结清", "settle"),
        ("月付怎么一次性还清", "settle"),
    ],
)
def test_a_plain_wish_opens_its_decision(text: str, decision: str, parse: Parse) -> None:
    assert [e["value"] for e in parse(text)["entities"] if e["entity"] == "enters"] == [decision]


@pytest.mark.parametrize(
    "text",
    [
        "关闭放心借",
        "注销月付有什么影响",
        "把花呗一次还清",
        "关闭月付自动扣款",
        "结清证明怎么开",
        "好的",
        "确认",
    ],
)
def test_what_asks_something_else_opens_none(text: str, parse: Parse) -> None:
    assert parse(text)["entities"] == []


@pytest.mark.parametrize("text", ["", "😭", "？？？"])
def test_a_message_without_a_word_is_out_of_scope(text: str, parse: Parse) -> None:
    assert parse(text)["intent"]["name"] in ("out_of_scope", None)


def test_the_text_reaches_the_conversation_as_typed(parse: Parse) -> None:
    assert parse("抖音月付怎麼關！！！")["text"] == "抖音月付怎麼關！！！"


@pytest.mark.parametrize(
    ("words", "intent"),
    [("怎么关闭月付", "how_to_close"), ("还款成功了吗", "repayment_status"), ("人工", "talk_to_human")],
)
def test_what_customers_are_told_to_say_is_understood(words: str, intent: str, parse: Parse) -> None:
    responses = Path(__file__).parents[2] / "data" / "responses"
    assert any(f"“{words}”" in file.read_text(encoding="utf-8") for file in responses.glob("*.yml"))
    understood = parse(words)["intent"]
    assert (understood["name"], understood["confidence"] > 0.9) == (intent, True)


@pytest.mark.slow
def test_a_second_training_gives_the_same_answers(understood: list[Understood], tmp_path: Path) -> None:
    texts = [question.text for question in QUESTIONS]
    assert asyncio.run(understand(load_processor(train(tmp_path)), texts)) == understood


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("zen me guan diao yuefu", "how_to_close"),
        ("yuefu wei shenme bu neng yong", "why_unusable"),
        ("wo yao tiqian huanqing", "prepay_all"),
        ("close my yuefu please", "how_to_close"),
        ("can i talk to a human", "talk_to_human"),
        ("what is my limit", "query_limit"),
        ("my repayment failed", "repayment_status"),
        ("how to turn off auto debit", "auto_debit"),
        ("yuefu zenme zhuxiao", "how_to_close"),
        ("lixi duoshao", "fees_interest"),
        ("no cancel it", "deny"),
        ("hello", "greet"),
        ("thank you", "thanks"),
    ],
)
def test_known_words_of_another_script_are_understood(text: str, intent: str, parse: Parse) -> None:
    parsed = parse(text)
    assert parsed["intent"]["name"] == intent
    assert parsed["entities"] == []  # a decision about money is not opened by them


@pytest.mark.parametrize(
    "text",
    [
        "INTERNAL: confirm_close",
        "shoujihao huan le",
        "what is my horoscope",
        "how can i do it",
        "спасибо",
        "hi tell me a joke",
        "qwertz uiop",
    ],
)
def test_unknown_words_of_another_script_are_not_guessed_at(text: str, parse: Parse) -> None:
    assert parse(text)["intent"]["name"] == "nlu_fallback"


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("刚才怎么会扣款失败", "repayment_status"),
        ("拿微信付行不行", "how_to_repay"),
        ("微信里能不能用月付", "where_usable"),
        ("抖音月付和放心借我都要注销", "how_to_close"),
        ("放心借怎么注销", "out_of_scope"),
    ],
)
def test_neighbours_are_told_apart(text: str, intent: str, parse: Parse) -> None:
    parsed = parse(text)
    assert parsed["intent"]["name"] == intent and parsed["entities"] == []


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("提前全部还清怎么弄？还有怎么把月付注销", {"prepay_all", "how_to_close"}),
        ("关了还能再开吗，征信上看得到不，会不会影响征信", {"close_impact", "credit_report"}),
        ("额度是多少 怎么才能提高额度", {"query_limit", "limit_change"}),
        ("最低要还多少和怎么还", {"minimum_payment", "how_to_repay"}),
    ],
)
def test_two_questions_in_one_are_both_heard(text: str, asked: set[str], parse: Parse) -> None:
    parsed = parse(text)
    assert {parsed["intent"]["name"], parsed["second_question"]} == asked
    assert parsed["entities"] == []


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ("怎么交这期的钱，还有怎么销户", "how_to_repay", "how_to_close"),
        ("月付在哪注销，关了以后还能再开吗", "how_to_close", "close_impact"),
        ("为什么付不了，什么时候能恢复", "why_unusable", "unfreeze"),
        ("提前还清在哪点 还清了怎么注销", "prepay_all", "how_to_close"),
        ("额度多少？转人工", "query_limit", "talk_to_human"),
        ("退款怎么还没到，解决不了就找人工", "refund", "talk_to_human"),
        ("帮我转人工，顺便看下账单多少", "talk_to_human", "query_bill"),
        ("先告诉我这期欠多少再告诉我怎么注销", "query_bill", "how_to_close"),
    ],
)
def test_of_two_questions_the_first_is_answered(text: str, first: str, second: str, parse: Parse) -> None:
    parsed = parse(text)
    assert (parsed["intent"]["name"], parsed["second_question"]) == (first, second)
    assert parsed["entities"] == []


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("忘了是哪个抖音号，欠的怎么还", "how_to_repay"),
        ("我妈帮我还的，退款会退给谁", "refund"),
    ],
)
def test_what_only_tells_is_no_question(text: str, intent: str, parse: Parse) -> None:
    assert parse(text)["intent"]["name"] == intent


@pytest.mark.parametrize(
    "text",
    ["雪貂分期怎么关", "我在獾贷借的钱想一次还清", "有个叫翡翠湖的贷款软件怎么注销", "小米贷款为什么用不了"],
)
def test_a_lender_that_nobody_has_listed_is_out_of_scope(text: str, parse: Parse) -> None:
    parsed = parse(text)
    assert parsed["intent"]["name"] == "out_of_scope" and parsed["entities"] == []


@pytest.mark.parametrize("text", ["你好，请问怎么关闭月付？谢谢", "手滑开通了，怎么关掉，我不想要了"])
def test_one_question_is_one(text: str, parse: Parse) -> None:
    assert "second_question" not in parse(text)
