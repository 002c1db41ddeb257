"""What a ticket keeps of the words: no number of a person, no password."""

from __future__ import annotations

import pytest

from actions import masking


def test_long_numbers_keep_only_their_last_four_digits() -> None:
    assert masking.masked("我的手机是13812345678，欠1200元") == "我的手机是****5678，欠1200元"
    assert masking.masked("卡 6222 0212 3456 7890 被扣") == "卡 ****7890 被扣"
    for kept in ("凭证号JQ20261103-0001", "申请J20261103-0004-2", "订单20261103123456", "2026-11-03还的"):
        assert masking.masked(kept) == kept


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("密码是Qwer2580，帮我关", "密码****，帮我关"),
        ("验证码 204418", "验证码****"),
        ("支付密码：Ab#9", "支付密码****"),
        ("密码是......忘了", "密码是......忘了"),
        ("密码忘了，验证码10分钟没来", "密码忘了，验证码10分钟没来"),
    ],
)
def test_of_a_typed_password_or_code_nothing_is_kept(text: str, masked: str) -> None:
    assert masking.masked(text) == masked
