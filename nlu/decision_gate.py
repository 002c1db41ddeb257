"""Whether a message may open a decision about money at once."""

from __future__ import annotations

import re
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import (
    ENTITIES,
    ENTITY_ATTRIBUTE_END,
    ENTITY_ATTRIBUTE_START,
    ENTITY_ATTRIBUTE_TYPE,
    ENTITY_ATTRIBUTE_VALUE,
    INTENT,
    INTENT_NAME_KEY,
    PREDICTED_CONFIDENCE_KEY,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message

from nlu.fingerprint import source_of
from nlu.negation import refuses
from nlu.normaliser import NORMALISED
from nlu.products import names_other_product

ENTERS = "enters"
DECISIONS = {"how_to_close": "close", "prepay_all": "settle"}

# What a message must at least say. 取消 or 不用了 alone is said to many things, also to a decision under way;
# 关联 and 有关 close nothing, and 这个月付款 names no product.
_ENDING = "取消|去掉|去除|退|删|解|停|销|卸|拆|不[想要再需]"
_CLOSING = "(?<![有相无开海])关(?![联于系键心注怀])"
_OURS = "(?<![个每上下本])月付(?!款)"
_WISH = {
    "close": re.compile(f"{_CLOSING}|注销|销户|停用|{_OURS}.*(?:{_ENDING})|(?:{_ENDING}).*{_OURS}"),
    "settle": re.compile("还|清|结"),
}

# What makes it doubtful that the decision itself is wished for: a reason, a state or advice is asked, a
# second wish or a second account is named. The classifier may be sure of the intent and the customer still
# want another thing first.
_DOUBT = {
    "close": re.compile(
        "为什么|为啥|为何|凭什么|什么原因|被|谁|系统|要不要|建议|反悔|[怎咋]么?(?:就|把|给)+我"
        "|(?:以前|之前|原来|原先|那|前一?|上一?|第[一二三])个?的?(?:账户|账号|号)|邮箱|登不上|[妈爸爷奶婆公弟哥姐妹]的?号"
        "|开通(?!错)|再开|再次|再打开|重开|重新|另|别的|其他|其它|[ab甲乙] ?[账号]|旧号|老号|新号|小号|手机"
        "|还款|代还|帮我还|退款|退货|自动|代扣|扣款|默认|优先|免密|密码|验证|分期|店|商家|收款|卖家"
        "|影响|后果|征信|以后还|还能|还可以|不注销|不是要|没关|没注销|显示已"
        "|[关销户](?:闭|掉)?(?:成功)?了[吗没]|[关销]不|付不|买的|付款|支付[账宝]|公众号"
        "|通知|短信|提醒|消息|记录|规定|窗口|对话|聊天|会话|页面|界面|弹窗|关机|会员|续费"
    ),
    "settle": re.compile(
        "为什么|为啥|为何|凭什么|退款|退货|退回|关闭|注销|逾期|最低|额度|征信|影响|开通|还是"
        "|(?:还清|还完|结清|还掉|还上)了? ?[吗么没]|(?:还清|还完|结清)了|清了? ?[吗么没]|是否|有没有|是不是"
        "|还能用|可以用|再用|证明|凭证|收据"
        # one bill, be it at once, is not all: 一次还这个月
        "|[就只光]还.{0,2}(?:[这本当]个?[月期]|账单)|一次性?还[清完掉]?(?:这个?|本|当)[月期](?!.*(?:全|所有|以后|后面|剩))"
    ),
}


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class DecisionGate(GraphComponent, EntityExtractorMixin):
    """Adds the entity `enters` = `close` or `settle` where the assistant is sure enough of the wish.

    Without it the conversation answers the question and asks first. A message that leaves room for doubt,
    refuses the decision or names another product too never enters: what is meant is the customer's to say.

    Settings: `close` and `settle`, the least confidences (0 to 1).
    """

    def __init__(self, config: dict[str, Any]) -> None:
        self._least: dict[str, float] = {decision: config[decision] for decision in DECISIONS.values()}

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The settings and their defaults."""
        return {"close": 0.7, "settle": 0.75}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> DecisionGate:
        """Creates the component."""
        return cls(config)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """The list of products and how one refuses are part of the component."""
        return source_of("products", "negation")

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds the entity where it is due."""
        for message in messages:
            decision = self._decision(message)
            if decision:
                entity = {
                    ENTITY_ATTRIBUTE_TYPE: ENTERS,
                    ENTITY_ATTRIBUTE_VALUE: decision,
                    ENTITY_ATTRIBUTE_START: 0,
                    ENTITY_ATTRIBUTE_END: len(message.get(TEXT) or ""),
                }
                found = [*message.get(ENTITIES, []), *self.add_extractor_name([entity])]
                message.set(ENTITIES, found, add_to_output=True)
        return messages

    def _decision(self, message: Message) -> str | None:
        intent = message.get(INTENT) or {}
        decision = DECISIONS.get(intent.get(INTENT_NAME_KEY, ""))
        if decision is None or intent[PREDICTED_CONFIDENCE_KEY] < self._least[decision]:
            return None
        text = message.get(NORMALISED) or ""
        wished = _WISH[decision].search(text) and not _DOUBT[decision].search(text)
        wished = wished and not refuses(decision, text) and not names_other_product(text)
        return decision if wished else None
