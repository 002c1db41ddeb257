"""Each component on messages made by hand: what it reads and what it leaves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.classifier import CLAUSES, NgramClassifier
from nlu.decision_gate import DecisionGate
from nlu.normaliser import NORMALISED, Normaliser
from nlu.other_product import OtherProduct
from nlu.second_question import SecondQuestion
from nlu.text import normalise
from nlu.values import Values

SENTENCES = {
    "how_to_close": ["怎么关闭月付", "注销月付", "月付关掉"],
    "prepay_all": ["提前还清月付", "一次还完", "全部结清"],
    "out_of_scope": ["今天天气", "讲个笑话", "花呗怎么关"],
}


def message(text: str, *ranking: tuple[str, float]) -> Message:
    """A message as the classifier leaves it."""
    entries = [{"name": name, "confidence": confidence} for name, confidence in ranking]
    data: dict[str, Any] = {"text": text, NORMALISED: normalise(text)}
    return Message(data={**data, "intent": dict(entries[0]), "intent_ranking": entries} if entries else data)


def classifier(folder: Path, **settings: Any) -> tuple[NgramClassifier, NgramClassifier]:
    """A classifier as trained, and as loaded from what it stored."""
    storage = LocalModelStorage.create(folder)
    context = ExecutionContext(GraphSchema({}), "test")
    resource = Resource("classifier")
    config = {**NgramClassifier.get_default_config(), "min_count": 1, **settings}
    trained = NgramClassifier.create(config, storage, resource, context)
    examples = [Message(data={"text": t, "intent": name}) for name, texts in SENTENCES.items() for t in texts]
    trained.train(TrainingData(examples))
    return trained, NgramClassifier.load(config, storage, resource, context)


def test_normaliser_leaves_the_text_as_it_was_typed() -> None:
    typed = Message(data={"text": "抖音月付怎麼關！"})
    Normaliser().process([typed, empty := Message(data={"text": None})])
    assert typed.get("text") == "抖音月付怎麼關！"
    assert typed.get(NORMALISED) == "月付怎么关"
    assert empty.get(NORMALISED) == ""


def test_classifier_ranks_all_intents_by_probability(tmp_path: Path) -> None:
    asked = message("怎么把月付关闭")
    classifier(tmp_path)[0].process([asked])
    ranking = asked.get("intent_ranking")
    assert asked.get("intent") == ranking[0]
    assert ranking[0]["name"] == "how_to_close"
    assert {entry["name"] for entry in ranking} == set(SENTENCES)
    assert sum(entry["confidence"] for entry in ranking) == pytest.approx(1.0)
    assert ranking == sorted(ranking, key=lambda entry: -entry["confidence"])


def test_classifier_multiplies_an_intents_odds_by_its_setting(tmp_path: Path) -> None:
    def ranked(odds: dict[str, float]) -> dict[str, float]:
        (folder := tmp_path / str(len(odds))).mkdir()
        classifier(folder, odds=odds)[1].process([asked := message("怎么把月付关闭")])
        return {entry["name"]: entry["confidence"] for entry in asked.get("intent_ranking")}

    fair, rare = ranked({}), ranked({"how_to_close": 0.4})
    assert rare["how_to_close"] / rare["prepay_all"] == pytest.approx(
        0.4 * fair["how_to_close"] / fair["prepay_all"]
    )
    assert sum(rare.values()) == pytest.approx(1.0)


def test_classifier_loaded_from_disk_answers_the_same(tmp_path: Path) -> None:
    trained, loaded = classifier(tmp_path)
    for text in ("怎么关", "还清", "天气", "月付"):
        first, second = message(text), message(text)
        trained.process([first])
        loaded.process([second])
        assert first.get("intent_ranking") == second.get("intent_ranking")


@pytest.mark.parametrize("text", ["", "   ", "😭😭", "？？？", "。"])
def test_a_message_without_a_word_asks_nothing(text: str, tmp_path: Path) -> None:
    asked = message(text)
    classifier(tmp_path)[0].process([asked])
    assert asked.get("intent") == {"name": "out_of_scope", "confidence": 1.0}


def test_other_product_puts_out_of_scope_first_and_keeps_the_ranking() -> None:
    asked = message("关闭放心借", ("how_to_close", 0.8), ("out_of_scope", 0.15), ("prepay_all", 0.05))
    OtherProduct({"confidence": 0.9}).process([asked])
    ranking = asked.get("intent_ranking")
    assert asked.get("intent") == {"name": "out_of_scope", "confidence": 0.9}
    assert [entry["name"] for entry in ranking] == ["out_of_scope", "how_to_close", "prepay_all"]
    assert sum(entry["confidence"] for entry in ranking) == pytest.approx(1.0)


@pytest.mark.parametrize("text", ["关闭月付", "月付和放心借有什么区别", "怎么关"])
def test_other_product_leaves_messages_about_ours_alone(text: str) -> None:
    asked = message(text, ("how_to_close", 0.8), ("out_of_scope", 0.2))
    before = asked.get("intent_ranking")
    OtherProduct({"confidence": 0.9}).process([asked])
    assert asked.get("intent_ranking") == before


def entered(asked: Message) -> list[str]:
    """The decisions that the gate opened."""
    DecisionGate({"close": 0.7, "settle": 0.8}).process([asked])
    return [entity["value"] for entity in asked.get("entities", []) if entity["entity"] == "enters"]


def test_gate_opens_a_decision_only_from_its_threshold_on() -> None:
    assert entered(message("关闭月付", ("how_to_close", 0.70))) == ["close"]
    assert entered(message("关闭月付", ("how_to_close", 0.69))) == []
    assert entered(message("一次还清", ("prepay_all", 0.80))) == ["settle"]
    assert entered(message("一次还清", ("prepay_all", 0.79))) == []


@pytest.mark.parametrize(
    "text", ["把月付关了", "取消月付", "去掉月付", "月付我不想要了", "卸掉月付", "注销掉", "我要关掉"]
)
def test_gate_hears_a_wish_to_close(text: str) -> None:
    assert entered(message(text, ("how_to_close", 0.9))) == ["close"]


def test_gate_opens_nothing_for_other_intents() -> None:
    for name in ("close_impact", "how_to_repay", "nlu_fallback", "out_of_scope"):
        assert entered(message("月付", (name, 1.0))) == []


def test_gate_opens_nothing_where_another_product_is_named_too() -> None:
    assert entered(message("月付留着，把花呗关了", ("how_to_close", 0.99))) == []


def second(*clauses: tuple[str, float], understood: str = "how_to_close") -> Message:
    """What the component makes of a message with these clauses that would have opened a decision."""
    asked = message("月付", (understood, 0.9))
    asked.set(CLAUSES, [{"name": name, "confidence": confidence} for name, confidence in clauses])
    asked.set("entities", [{"entity": "enters", "value": "close"}])
    SecondQuestion({"least": 0.6}).process([asked])
    return asked


def test_a_second_question_is_named_and_opens_no_decision() -> None:
    asked = second(("how_to_close", 0.9), ("refund", 0.6))
    assert (asked.get("second_question"), asked.get("entities")) == ("refund", [])


def test_of_three_questions_the_third_is_named_too_and_each_once() -> None:
    asked = second(
        ("how_to_close", 0.9), ("refund", 0.6), ("refund", 0.9), ("thanks", 0.9), ("query_limit", 0.7)
    )
    assert (asked.get("second_question"), asked.get("third_question")) == ("refund", "query_limit")
    assert second(("how_to_close", 0.9), ("refund", 0.6)).get("third_question") is None


def test_a_person_is_named_whatever_else_was_understood() -> None:
    asked = second(("refund", 0.9), ("talk_to_human", 0.9), understood="nlu_fallback")
    assert (asked.get("second_question"), asked.get("third_question")) == ("talk_to_human", None)


@pytest.mark.parametrize(
    "clauses",
    [
        [("how_to_close", 0.9), ("refund", 0.59)],
        [("how_to_close", 0.9), ("how_to_close", 0.9)],
        [("how_to_close", 0.9), ("thanks", 0.9)],
        [("why_unusable", 0.9), ("refund", 0.9)],
        [],
    ],
)
def test_no_second_question(clauses: list[tuple[str, float]]) -> None:
    asked = second(*clauses)
    assert asked.get("second_question") is None
    assert asked.get("entities")


@pytest.mark.parametrize(
    "text",
    [
        "为什么要把我的月付关闭",
        "月付被关闭了",
        "月付关了另一个号能开吗",
        "关闭月付自动扣款",
        "月付关闭了吗",
        "月付关掉以后再次申请",
        "先还款再关闭月付",
        "咋就给我注销月付",
        "以前那个账户的月付帮我注销",
        "取消",
        "不用了",
        "月付跟抖音号有什么关联",
        "关于月付",
        "月付有关的条款",
        "关怀模式里的月付",
        "我不想这个月付这笔",
        "这个月付不起想退掉",
        "取消这个月付款",
        "退掉上个月付的那件东西",
        "关闭月付的短信",
        "删除月付消费记录",
        "月付销户了没",
        "注销支付账号",
        "月付关不了",
    ],
)
def test_gate_opens_no_closing_where_another_thing_may_be_meant(text: str) -> None:
    assert entered(message(text, ("how_to_close", 0.99))) == []


@pytest.mark.parametrize(
    "text",
    ["我是不是全还清了", "月付全部还清了吗", "都清了没", "退款之后还要全还吗", "为什么不能提前还", "早"],
)
def test_gate_opens_no_settling_where_another_thing_may_be_meant(text: str) -> None:
    assert entered(message(text, ("prepay_all", 0.99))) == []


@pytest.mark.parametrize(
    "text",
    [
        "结清但是不关",
        "我没说要关啊",
        "千万别关我的月付",
        "别给我把月付关了",
        "别给我关了",
        "不要关闭",
        "先别关",
        "全部结清 不要关闭",
        "还清就行 别给我关了",
        "不想关月付",
        "我不是说要关闭月付",
        "结清不关闭月付",
        "月付不要取消月付",
        "注销就不必了",
    ],
)
def test_gate_opens_no_closing_that_is_refused(text: str) -> None:
    assert entered(message(text, ("how_to_close", 0.99))) == []


@pytest.mark.parametrize(
    "text",
    [
        "不用了 关掉月付",
        "不想用月付了 关了吧",
        "别废话 关了月付",
        "不要月付了",
        "能不能关闭月付",
        "不要再发广告了 关掉月付",
        "还不关掉我的月付",
    ],
)
def test_gate_opens_a_closing_beside_which_another_thing_is_refused(text: str) -> None:
    assert entered(message(text, ("how_to_close", 0.99))) == ["close"]


@pytest.mark.parametrize(
    "text",
    [
        "不用提前还 我就还这个月的",
        "不要分期 一次还这个月",
        "别提前还",
        "不想一次还清",
        "只还这个月 不要全还",
        "先不结清",
        "我没说要全部还清",
    ],
)
def test_gate_opens_no_settling_that_is_refused(text: str) -> None:
    assert entered(message(text, ("prepay_all", 0.99))) == []


@pytest.mark.parametrize(
    "text",
    [
        "不要分期 全部还清",
        "不想分期了 一次还清",
        "不用了 一次性结清",
        "要不一次还清吧",
        "一次还这个月和以后所有的",
        "能不能提前还清",
    ],
)
def test_gate_opens_a_settling_beside_which_another_thing_is_refused(text: str) -> None:
    assert entered(message(text, ("prepay_all", 0.99))) == ["settle"]


def test_gate_keeps_entities_of_others() -> None:
    asked = message("关闭月付", ("how_to_close", 0.9))
    asked.set("entities", [{"entity": "amount", "value": 1}])
    entered(asked)
    assert [entity["entity"] for entity in asked.get("entities")] == ["amount", "enters"]


def test_values_are_entities_beside_what_was_found_before() -> None:
    asked = message("先还五百块")
    asked.set("entities", [{"entity": "enters", "value": "settle"}])
    Values().process([asked, plain := message("怎么还")])
    enters, money = asked.get("entities")
    assert enters["entity"] == "enters"
    assert money == {"entity": "money", "value": 50_000, "start": 2, "end": 5, "extractor": "Values"}
    assert not plain.get("entities")
