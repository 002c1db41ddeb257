"""A message about a product whose name nobody has listed is out of scope, too."""

from __future__ import annotations

import json
import re
from collections.abc import Set
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu import ordinary
from nlu.fingerprint import source_of
from nlu.lender_ending import endings, lender
from nlu.normaliser import NORMALISED
from nlu.other_product import OUT_OF_SCOPE, put_out_of_scope
from nlu.products import names_our_product
from nlu.text import normalise

_FILE = "known.json"
_PARTS = ("pairs", "endings")

# What stands before a name: 我的X, 在X上, 怎么注销X. A name may begin like one of these: each may be skipped.
_LEAD = re.compile(
    "(?:^|(?<= ))(?:我的?|我那个|那个|这个|帮我|帮忙|怎么|如何|我要|我想|想|要|给|把|在|从"
    "|关闭|关掉|注销|取消|退出|开通|欠|还|有个|一个|叫|平台是|软件是|办的|用)*"
)
_ENDED = re.compile("(?:关闭|关掉|注销|退出|开通)(?:我的)?$")
_BEFORE_OURS = re.compile(
    "(?:^|(?<=[ 的个在把从叫]))((?:(?![我你他她的个在把从叫])[\u4e00-\u9fff]){2,4})月付(?!款)"
)
_NAME = re.compile("[\u4e00-\u9fffa-z]+")
_NAME_CHARS = (2, 3, 4, 5)
# No name begins so, but what is said of our product in a word of one's own does.
_NO_NAME = frozenset(
    "不没被请会要但跟给就谁很快点发调查够取撒延退改刚已又都才能可是来去换让到上下里和与或因所如何什哪几多少再还办做选"
    "设填扣免最我你他她它们的了吧啊呢怎么除去但有光补存想对看腾养涨空打按买拍订未曾从各每一二两三四五六七八九十"
)
# Nor ends one as what is bought does: 投影仪怎么付不了, 护眼灯分期能取消吗.
_GOODS = frozenset(
    "机仪器车床柜表鞋包衣裤裙帽灯椅桌镜琴板屏锅炉箱架具材砖漆膜毯席垫被枕链戒镯饰粉霜膏酒茶烟药课班费票险店馆园院所"
    "师牙家商品单号套装件"
)
# What follows it: after a word as short as two characters only what one owes or owns with a lender.
_OWNED = re.compile(
    "(?:的|上的?|里的?|那里|那边|平台|app)?"
    "(?:贷款?|借款|借钱|借的|金融|钱包|分期|额度|账单|欠款|账户|逾期|利息|白[条卡]|信用分?)"
    "|[花借](?:$| |[的怎为逾被还会额账利])"
)
_ASKED = re.compile(
    "(?:的|上的?|里的?|那里|那边|平台|app)?"
    "(?:还款|还清|自动|提前|关闭|注销|用不|被冻|冻结|开通|会上|最低|还不|欠|借|结清|一次|还有|还剩"
    "|(?:怎么|如何|为什么|为啥)(?:关|注销|销|还|取消|开通|提|一次|结清|用不|被|没))"
)


def pairs(text: str) -> set[str]:
    """Each two characters that stand together."""
    return {text[i : i + 2] for i in range(len(text) - 1)}


def unknown_name(text: str, known: Set[str]) -> str:
    """The word at a name's place of whose pairs of characters none is `known`; empty where there is none."""
    for lead in _LEAD.finditer(text):
        for start in range(lead.end(), lead.start() - 1, -1):
            for end in (start + chars for chars in _NAME_CHARS):
                name = text[start:end]
                if end <= len(text) and _is_name(name, known) and _follows(text, start, end):
                    return name
    return ""


def other_monthly(text: str, known: Set[str]) -> str:
    """茉莉 of 茉莉月付: a company's name before 月付, none of whose pairs of characters is `known`.

    随意月付 and 直接月付 name nobody: how it is paid is said in a word of the language, a company by a noun.
    """
    for found in _BEFORE_OURS.finditer(text):
        name = found[1]
        new = name[0] not in _NO_NAME and not pairs(name) & known and name[-1] + "月" not in known
        if new and not ordinary.ends_in_word(name):
            return name
    return ""


def _is_name(word: str, known: Set[str]) -> bool:
    may_be = _NAME.fullmatch(word) and word[0] not in _NO_NAME and word[-1] not in _GOODS
    return bool(may_be) and not pairs(word) & known


def _follows(text: str, start: int, end: int) -> bool:
    if end == len(text):
        return bool(_ENDED.search(text[:start]))
    return bool(_OWNED.match(text, end)) or (end - start > 2 and bool(_ASKED.match(text, end)))


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class UnknownName(GraphComponent, IntentClassifier):
    """Puts `out_of_scope` first where a word that no sentence of ours uses stands for a product.

    Lenders are too many to list and new ones come. The training sentences hold nearly every pair of
    characters that is used of 月付; a name made up to be unlike others has none of them: 小鹿分期, 滴水贷.
    Others are told by how they end: 安心花, 顺手借.

    Setting: `confidence` of `out_of_scope` then.
    """

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        known_pairs: Set[str] = frozenset(),
        known_endings: Set[str] = frozenset(),
    ) -> None:
        self._confidence: float = config["confidence"]
        self._model_storage = model_storage
        self._resource = resource
        self._known_pairs = known_pairs
        self._known_endings = known_endings

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The settings and their defaults."""
        return {"confidence": 0.9}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> UnknownName:
        """Creates an untrained component, which finds no name."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> UnknownName:
        """Loads what `train` stored.

        Raises:
            ValueError: nothing was stored.
        """
        with model_storage.read_from(resource) as folder:
            known = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        ordinary.words()
        return cls(config, model_storage, resource, *(frozenset(known[part]) for part in _PARTS))

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """A change in how a message is read asks for a new training."""
        return source_of("text", "lender_ending", "ordinary")

    def train(self, training_data: TrainingData) -> Resource:
        """Keeps the pairs of characters, and the words with a lender's ending, of what is asked of 月付."""
        ours = [
            example.get(NORMALISED) or normalise(example.get("text"))
            for example in training_data.intent_examples
            if example.get(INTENT) != OUT_OF_SCOPE
        ]
        self._known_pairs = frozenset(pair for text in ours for pair in pairs(text))
        self._known_endings = endings(ours)
        known = dict(zip(_PARTS, map(sorted, (self._known_pairs, self._known_endings)), strict=True))
        with self._model_storage.write_to(self._resource) as folder:
            (folder / _FILE).write_text(json.dumps(known, ensure_ascii=False), encoding="utf-8")
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Looks at each message; without training nothing is known and nothing is judged."""
        for message in messages:
            text = message.get(NORMALISED) or ""
            if self._known_pairs and self._name(text):
                put_out_of_scope(message, self._confidence)
        return messages

    def _name(self, text: str) -> str:
        if names_our_product(text):
            return other_monthly(text, self._known_pairs)
        return unknown_name(text, self._known_pairs) or lender(text, self._known_endings)
