"""Products that nobody has listed, told by a word that is not used of ours."""

from __future__ import annotations

from pathlib import Path

import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.normaliser import NORMALISED
from nlu.products import names_our_product
from nlu.text import normalise
from nlu.unknown_name import UnknownName, other_monthly, pairs, unknown_name

FOLDS = 3
OURS_TAKEN_AT_MOST = 0.004  # of the sentences that do not name 月付; measured 0.2 %


@pytest.fixture(scope="module")
def ours(sentences: list[tuple[str, str]]) -> list[str]:
    """What is asked of 月付."""
    return [normalise(text) for text, intent in sentences if intent != "out_of_scope"]


@pytest.fixture(scope="module")
def known(ours: list[str]) -> frozenset[str]:
    """The pairs of characters of what is asked of 月付."""
    return pairs_of(ours)


def pairs_of(texts: list[str]) -> frozenset[str]:
    """The pairs of characters of all texts."""
    return frozenset(pair for text in texts for pair in pairs(text))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("狐狸分期怎么关", "狐狸"),
        ("我在企鹅袋上借的钱想一次还清", "企鹅袋"),
        ("有个叫琥珀的贷款怎么注销", "琥珀"),
        ("珊瑚额度怎么没了", "珊瑚"),
        ("关闭我的蒲公英钱包", "蒲公英"),
        ("把珊瑚礁注销", "珊瑚礁"),
        ("我的刺猬花逾期了", "刺猬"),
    ],
)
def test_a_word_that_is_new_at_a_names_place(text: str, name: str, known: frozenset[str]) -> None:
    assert unknown_name(normalise(text), known).startswith(name)


@pytest.mark.parametrize(
    "text",
    [
        "买的榨汁机能分期吗",
        "我想分期买把古筝",
        "这笔钢琴课的钱怎么还",
        "账单怎么这么多",
        "我的额度没了",
        "琥珀色的手镯退货了钱退哪",
        "护眼灯分期能取消吗",
        "碎纸机怎么付不了",
        "打印耗材的欠款",
        "",
    ],
)
def test_what_was_bought_is_no_name(text: str, known: frozenset[str]) -> None:
    assert unknown_name(normalise(text), known) == ""


def test_few_of_our_own_sentences_are_taken_for_anothers(ours: list[str]) -> None:
    taken, asked = [], 0
    for fold in range(FOLDS):
        known = pairs_of([text for i, text in enumerate(ours) if i % FOLDS != fold])
        kept = [text for text in ours[fold::FOLDS] if not names_our_product(text)]
        asked += len(kept)
        taken += [text for text in kept if unknown_name(text, known)]
    assert len(taken) <= asked * OURS_TAKEN_AT_MOST, taken


def test_the_component_knows_what_it_was_taught_and_leaves_ours_alone(tmp_path: Path) -> None:
    storage = LocalModelStorage.create(tmp_path)
    context = ExecutionContext(GraphSchema({}), "test")
    resource = Resource("names")
    settings = {"confidence": 0.9}
    taught = [("账单怎么还", "how_to_repay"), ("珊瑚账单", "out_of_scope")]
    trained = UnknownName.create(settings, storage, resource, context)
    trained.train(TrainingData([Message(data={"text": text, "intent": intent}) for text, intent in taught]))
    component = UnknownName.load(settings, storage, resource, context)
    assert first(component, "珊瑚账单怎么还") == "out_of_scope"
    assert first(component, "账单花怎么还") == "out_of_scope"  # told by its ending alone
    assert first(component, "珊瑚账单怎么用月付还") == "how_to_repay"
    assert first(component, "账单怎么还") == "how_to_repay"


def first(component: UnknownName, text: str) -> str:
    """The intent of a message that was understood as how to repay."""
    ranking = [{"name": "how_to_repay", "confidence": 0.8}, {"name": "out_of_scope", "confidence": 0.2}]
    asked = Message(data={NORMALISED: normalise(text), "intent": ranking[0], "intent_ranking": ranking})
    component.process([asked])
    return str(asked.get("intent")["name"])


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("蜻蜓月付怎么关", "蜻蜓"),
        ("我的琉璃月付还清", "琉璃"),
        ("怎么关闭月付", ""),
        ("我的月付怎么还", ""),
        ("抖音月付在哪里", ""),
        ("这个月月付要还多少", ""),
    ],
)
def test_another_companys_monthly_payment(text: str, name: str, known: frozenset[str]) -> None:
    assert other_monthly(normalise(text), known) == name


@pytest.mark.parametrize(
    "word",
    [
        "究竟", "毕竟", "无意", "疯狂", "日常", "常常", "偶尔", "始终", "持续", "随意", "顺利", "终于",
        "幸亏", "似乎", "估计", "务必", "悄悄", "放心地", "随便", "直接", "已经", "一直", "每次", "莫名其妙",
        "轻松",
    ],
)  # fmt: skip
def test_an_ordinary_word_names_no_company(word: str, known: frozenset[str]) -> None:
    for text in (f"{word}月付怎么关", f"{word}月付", f"我能{word}月付吗"):
        assert other_monthly(normalise(text), known) == "", text


def test_few_of_our_own_sentences_are_taken_for_another_companys(ours: list[str]) -> None:
    taken, asked = [], 0
    for fold in range(FOLDS):
        known = pairs_of([text for i, text in enumerate(ours) if i % FOLDS != fold])
        kept = [text for text in ours[fold::FOLDS] if names_our_product(text)]
        asked += len(kept)
        taken += [text for text in kept if other_monthly(text, known)]
    assert len(taken) <= asked * OURS_TAKEN_AT_MOST, (len(taken), asked, taken)
