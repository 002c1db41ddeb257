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

# What an input method or a voice makes of a word by its sound. Only spellings that are no word of their own
# in such a message: 余期 may be 剩余期数, 动结 is in 自动结清.
_MISTYPED = tuple(
    (re.compile(pattern), word)
    for pattern, word in (
        ("月[副府富](?!数)|悦付|越付(?!越)|月复(?![一数])", PRODUCT),
        ("抖[因引阴]|都音|斗音|豆音", "抖音"),
        ("分[欺琪]|分其(?![他它中余实])", "分期"),
        ("冻[洁节接]|栋结", "冻结"),
        ("[零林]时(?=[额提调的])", "临时"),
        ("恢[服负覆]|灰复|回复(?=额)", "恢复"),
        ("注消|[住祝]销", "注销"),
        ("结[青轻]|洁清", "结清"),
        ("还请(?=$|[了吗掉]|欠款)", "还清"),
        ("(?<!调)整信|征心|(?<!象)征性", "征信"),
        ("额[渡杜肚]|[俄饿]度", "额度"),
        ("怎[末莫吗嘛木摸]|咋么|肿么", "怎么"),
        ("为[社神森是]么|为甚么|为什[莫末]|为毛线?", "为什么"),
        ("什[莫末吗]|甚么|神马", "什么"),
        ("木有|莫有|冇", "没有"),
        ("阔以|可已", "可以"),
        ("利[西夕习]|力息", "利息"),
        ("体前|(?<!问)题前|提钱(?=还)", "提前"),
        ("关[必毕壁]|(?<!有)关比(?![如较])|[官管]闭", "关闭"),
        ("凯通|开[桶铜]", "开通"),
        ("(?<![可所])以(?=经(?!常))|(?:(?<=月付)|^)以(?=[还冻关开付注结逾])", "已"),
        ("(?<!现)在次(?![月日])", "再次"),
        ("(?<!窗)[口寇]款|扣[宽筐]", "扣款"),
        ("[环欢]款|还宽(?![限裕])", "还款"),
        ("予期|愈期|逾其", "逾期"),
        ("为[撒沙杀]", "为啥"),
        ("(?<=[能以么想要])体现(?![在了出])", "提现"),
        ("手续废", "手续费"),
        ("最底(?!下)", "最低"),
        ("复数", "负数"),
    )
)

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

    Full-width forms, traditional characters, letter case, emoji, punctuation, runs of one character, words
    typed by their sound and the product's names are brought to one form; words stay in their order, parted by
    single blanks.
    """
    plain = unicodedata.normalize("NFKC", text).lower().translate(_TO_SIMPLIFIED)
    plain = _NOT_WORD.sub(" ", _MINUS.sub("负", plain)).strip()
    plain = _REPEATED.sub(r"\1\1", plain)
    for pattern, word in _MISTYPED:
        plain = pattern.sub(word, plain)
    return _ALIASES.sub(PRODUCT, plain)


def content(normalised: str) -> str:
    """The characters that carry the question: no blanks, no politeness, no particles, and not the product.

    A message of nothing else (谢谢, 你好, 月付) keeps its words: they are all it says.
    """
    bare = _FILLERS.sub("", normalised.replace(PRODUCT, " ")).replace(" ", "")
    return bare or normalised.replace(" ", "")


def whole(normalised: str) -> str:
    """All characters of the message, with one sign for the product wherever it is named, and no blanks."""
    return normalised.replace(PRODUCT, "#").replace(" ", "")
