"""What the channel's API answers when it cannot take a message in."""

from __future__ import annotations

import logging
from typing import Any

from channels import metrics
from channels.words import new_reference

logger = logging.getLogger(__name__)

SENTENCES = {
    "unauthorized": "请先登录后再咨询。",
    "expired": "登录已过期，请重新登录。",
    "bad_request": "这条消息的格式不正确。",
    "bad_id": "消息编号要用1到64个字母、数字、_或-。",
    "too_large": "这条消息太长了，请分成几条简短的问题发送。",
    "id_conflict": "这个消息编号已用于另一条消息。",
    "rate_limited": "您发送得太快了，请稍等几秒再发。",
    "not_found": "没有找到要访问的内容。",
    "step_up": "要先验证身份才能办，请重新登录。",
    "no_account": "现在登录的账号没有开通月付，不能关联。",
    "method_not_allowed": "这个地址不支持这种请求。",
    "unknown_event": "这个地址不支持这种请求。",
    "not_built": "聊天组件还没有构建，请先运行 make setup。",
    "service_unavailable": "服务暂时无法连接，请稍后再试。",
    "internal": "系统暂时出错，请稍后再试。",
}
STATUS = {
    "unauthorized": 401,
    "expired": 401,
    "bad_request": 400,
    "bad_id": 400,
    "too_large": 413,
    "id_conflict": 409,
    "rate_limited": 429,
    "not_found": 404,
    "step_up": 401,
    "no_account": 403,
    "method_not_allowed": 405,
    "unknown_event": 400,
    "not_built": 404,
    "service_unavailable": 503,
    "internal": 500,
}
# Nobody's mistake in writing: somebody may be trying what is not theirs.
ALARMING = frozenset({"unauthorized", "not_found", "method_not_allowed", "unknown_event"})


class ChatError(Exception):
    """A request that is refused.

    Attributes:
        code: stable, one of `STATUS`.
        reference: the id under which it is logged.
        retry_after_s: for `rate_limited`, seconds until a message may pass; else 0.
    """

    def __init__(self, code: str, detail: str = "", retry_after_s: int = 0) -> None:
        super().__init__(code)
        self.code = code
        self.reference = new_reference()
        self.retry_after_s = retry_after_s
        metrics.bot().refused.labels(code).inc()
        level = logging.WARNING if code in ALARMING else logging.INFO
        logger.log(level, "[%s] refused: %s (%s)", self.reference, code, detail)

    @property
    def status(self) -> int:
        return STATUS[self.code]

    def body(self) -> dict[str, Any]:
        return {"code": self.code, "message": SENTENCES[self.code], "reference": self.reference}
