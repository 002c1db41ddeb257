"""What a message says once the accidents of typing are gone."""

from __future__ import annotations

import re
import unicodedata

PRODUCT = "月付"

# What customers call the product: its own names, and the two it had before.
_ALIASES = re.compile(r"抖音?\s*月付|dou\s*分期|放心花")

# A person's keyboard or input method may write traditional characters. Only characters that the training
# sentences use can matter to the classifier, so a table of those is enough. 帐 is an old spelling of 账.
_TRADITIONAL = (
    "開關閉還額凍結帳單賬錢為麼麽個們這裡裏樣嗎問題買賣東過時間現後會動復總點選擇設認證號碼電話項優紅"
    "領獎賞費減貸發務購換轉帶聯繫請幫說從來沒無對應該銷註誤債記錄詢訂貨運輸體驗實簽約業員戶綁銀機訊嚴"
    "處風險審評決議場線網頁蘋產與異環給經讓將級張寫親舊歷屬據萬兩長終剛準確計劃補償價條陸雙帐"
)
_SIMPLIFIED = (
    "开关闭还额冻结账单账钱为么么个们这里里样吗问题买卖东过时间现后会动复总点选择设认证号码电话项优红"
    "领奖赏费减贷发务购换转带联系请帮说从来没无对应该销注误债记录询订货运输体验实签约业员户绑银机讯严"
    "处风险审评决议场线网页苹产与异环给经让将级张写亲旧历属据万两长终刚准确计划补偿价条陆双账"
)
_TO_SIMPLIFIED = str.maketrans(_TRADITIONAL, _SIMPLIFIED)

# 额度-50 is a limit below zero; 2026-11 and a telephone number's dash part digits.
_MINUS = re.compile(r"(?<!\d)[-−](?=\d)")

# Three or more of one character say no more than two do; digits are amounts and stay.
_REPEATED = re.compile(r"(\D)\1{2,}")
_NOT_WORD = re.compile(r"[\W_]+")

# Politeness and particles carry no intent, and people use them without a rule.
_FILLERS = re.compile(
    "请问一下|我想问一下|我想问下|想问一下|问一下|问下|请问|你好|您好|谢谢|麻烦|一下|啊|呢|吗|呀|吧|嘛|了|的"
)


def normalise(text: str) -> str:
    """One spelling of what was typed.

    Full-width forms, traditional characters, letter case, emoji, punctuation, runs of one character and the
    product's names are brought to one form; words stay in their order, parted by single blanks.
    """
    plain = unicodedata.normalize("NFKC", text).lower().translate(_TO_SIMPLIFIED)
    plain = _NOT_WORD.sub(" ", _MINUS.sub("负", plain)).strip()
    return _ALIASES.sub(PRODUCT, _REPEATED.sub(r"\1\1", plain))


def content(normalised: str) -> str:
    """The characters that carry the question: no blanks, no politeness, no particles, and not the product.

    A message of nothing else (谢谢, 你好, 月付) keeps its words: they are all it says.
    """
    bare = _FILLERS.sub("", normalised.replace(PRODUCT, " ")).replace(" ", "")
    return bare or normalised.replace(" ", "")


def whole(normalised: str) -> str:
    """All characters of the message, with one sign for the product wherever it is named, and no blanks."""
    return normalised.replace(PRODUCT, "#").replace(" ", "")
