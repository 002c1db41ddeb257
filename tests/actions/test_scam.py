"""The warning for those whom somebody calls, what follows it, and silence for everybody else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from actions import scam_signs
from ledger import Ledger, dump, tickets
from tests.actions import walk
from tests.actions.chat import Chat, Said

Begin = Callable[[str | None], Chat]
DECIDING = {
    "confirm_settle", "confirm_close", "offer_settle", "offer_settle_close", "offer_close", "how_to_close",
    "steps_close", "prepay_all", "decline",
}  # fmt: skip
CALLER = "有人打电话让我共享屏幕关闭月付"


@pytest.mark.parametrize(
    "text",
    [
        "刚才有人打电话自称客服，叫我下载会议软件共享屏幕",
        "对方说我开了直播会员，不取消每月扣费800，让我转账", "接到电话说要注销学生贷，让我把钱转到安全账户",
        "平台客服让我把验证码发给他", "电话里说我开通了百万保障要扣钱", "有人说能帮我修复征信要先汇款",
        "有人打电话叫我把月付关掉，说不关每月要扣钱", "接到个电话说我开了月付，要教我注销",
        "陌生号码让我解除会员", "自称平台的，说不注销要影响征信", "来电说要帮我取消百万医疗服务",
        # nobody is named: what is asked is enough
        "让我存三千走一下流水，说走完才注销得了", "为什么关个月付还得先打保证金，对方说会返还",
        "要我念一下银行卡号和手机上六位数", "教我关月付的人让我别挂电话",
        # whoever it is, by whatever way
        "一个境外电话说我月付要交年费", "银保监会的人打来让我清掉月付", "短信里有个网址说点了就注销",
        "有人冒充抖音客服", "我奶奶接到语音，要她开QQ视频操作手机银行",
        "那人催我今天必须注销，叫我加他钉钉", "他要远程操作我手机帮我关", "客服要我的支付密码，能告诉吗",
        "照他说的点确认吗", "我妈被骗了，说月付要关先转钱", "刚才把验证码告诉客服了",
        # traditional, English, pinyin
        "騙子要我把驗證碼報給他", "有個自稱客服的叫我下載軟體開視訊",
        "a caller wants my sms code to close yuefu", "they told me to share my screen",
        "someone asked me to transfer money first", "kefu rang wo ba yanzhengma gei ta",
        "youren da dianhua jiao wo gongxiang pingmu",
    ],
)  # fmt: skip
def test_a_caller_who_asks_for_codes_screens_or_money_is_warned_of(text: str) -> None:
    assert scam_signs.tell_of_scam(text), scam_signs.signs(text)


@pytest.mark.parametrize(
    "text",
    [
        "怎么关闭月付", "关闭的时候收不到验证码怎么办", "月付可以转账吗", "给我转人工客服",
        "客服电话是多少", "我想把月付里的钱转账给朋友", "输入验证码以后提示系统繁忙",
        "有人用我的月付买了东西", "客服让我在这里关闭月付", "怎么打电话让人工帮我关月付",
        "请来电帮我关闭月付", "接到电话催我还款", "收到短信说月付开通了，我要关闭", "不关会一直扣费吗",
        "给我打电话", "转账到银行卡算还款吗", "钱转错卡了", "催收打电话给我家人",
        "腾讯视频会员能不能用月付", "把屏幕截图发给你看", "让我老婆转钱给我再还", "你们给我打电话干什么",
        "会影响征信吗", "有没有年费", "对方商家已经退款了", "客服让我下个月再还", "客服说要三天打款到卡里",
        "朋友让我帮他还月付", "存了钱进卡里怎么没扣", "要先转钱进零钱才能还吗", "下载结清证明",
        "共享充电宝扣了月付", "月付让我重新绑定银行卡", "登录要验证码可手机丢了",
        "银行让我关掉月付开结清证明", "开通要交保证金吗", "我打客服电话问年费没人接", "对公账户能还款吗",
        "扫码付款之后钱扣了", "还款之后零钱没了", "点开链接填了银行卡，绑定失败",
        "我填了银行卡和密码，提示失败",
        "钱转给商家了怎么退", "转账给你们了怎么没到账", "我给商家转了3000", "我把钱转给朋友了让他帮我还",
        "i did not receive the code", "do i have to pay first to close it", "kefu dianhua duoshao",
    ],
)  # fmt: skip
def test_ordinary_questions_are_not(text: str) -> None:
    assert not scam_signs.tell_of_scam(text), scam_signs.signs(text)


@pytest.mark.parametrize(
    "text",
    [
        "验证码已经给了那个客服，我把验证码发给他了", "我给骗子转了八千", "对方让我转账，钱已经转过去了",
        "按客服说的把一万打到那个账户了", "i already gave him the code", "我爸被人骗了，照对方要求转了钱",
        "钱我打款给骗子了怎么办", "我给对方汇了两千", "屏幕共享完我存款没了",
        "点开短信里的链接输了密码和卡号",
        "那个网址我打开了，填了银行卡", "卡号密码我都输了给他，填了密码给他们",
        "他叫我下载软件，我刚才下载了",
    ],
)  # fmt: skip
def test_what_went_to_a_stranger_is_registered_whatever_it_was_taken_for(
    chat: Begin, ledger: Ledger, text: str
) -> None:
    said = chat("c-clean").type("how_to_close", text, enters="close")
    assert [each.response for each in said] == ["utter_scam_harmed", "utter_fraud_own"]
    assert "停止付款" in said[0].text and "银行" in said[0].text and "96110" in said[0].text
    ticket = tickets.active_for(ledger, "web-c-clean")
    assert ticket is not None and ticket.kind == "fraud"


@pytest.mark.parametrize(
    "text",
    ["客服让我把验证码发给他，我没给他", "对方让我转五千，还没转", "他让我转了钱才给关", "要我把钱转给他吗"],
)
def test_what_was_only_asked_for_files_nothing(chat: Begin, ledger: Ledger, text: str) -> None:
    said = chat("c-clean").type("how_to_close", text)
    assert [each.response for each in said] == ["utter_scam_warning", "utter_scam_next"]
    assert dump.account_json(ledger, "c-clean")["tickets"] == []


@pytest.mark.parametrize(
    "text", ["客服让我转账，是骗子吗", "有人打电话让我共享屏幕", "电话说我欠月付是不是诈骗"]
)
def test_nor_does_it_where_it_is_understood_as_a_report(chat: Begin, ledger: Ledger, text: str) -> None:
    talk = chat("c-clean")
    said = talk.type("report_unauthorised", text)
    assert [each.response for each in said] == ["utter_scam_warning", "utter_scam_next"]
    assert tickets.list_tickets(ledger) == []
    assert talk.press(said, "登记盗用调查")[0].response == "utter_fraud_own"


def rows(ledger: Ledger, customer: str) -> dict[str, Any]:
    return {**dump.account_json(ledger, customer), "now": ""}


def deciding(said: list[Said]) -> set[str]:
    return {button["intent"] for bubble in said for button in bubble.buttons} & DECIDING


@pytest.mark.parametrize("customer", walk.CUSTOMERS)
def test_whatever_was_asked_the_warning_is_first_and_nothing_beside_it_settles_or_closes(
    chat: Begin, customer: str | None
) -> None:
    for intent in walk.ASKED:
        for text in (CALLER, "对方让我转账，我要投诉，帮我关闭月付", "我把验证码发给他了"):
            said = chat(customer).type(intent, text, second_question="how_to_close")
            assert said[0].response in ("utter_scam_warning", "utter_scam_harmed"), (intent, said)
            assert len(said) == 2 and not deciding(said) and not said[0].buttons, (intent, said)


@pytest.mark.parametrize(
    ("customer", "intent", "enters", "title"),
    [
        ("c-clean", "how_to_close", "close", "确认关闭"),
        ("c-owing", "prepay_all", "settle", "确认结清"),
        ("c-owing", "offer_settle_close", "", "确认结清并关闭"),
    ],
)
def test_an_open_decision_is_over_and_its_buttons_show_no_new_one(
    chat: Begin, ledger: Ledger, customer: str, intent: str, enters: str, title: str
) -> None:
    talk = chat(customer)
    shown = talk.type(intent, enters=enters)
    before = rows(ledger, customer)
    said = talk.type("how_to_close", CALLER, enters="close")
    assert [each.response for each in said] == ["utter_scam_warning", "utter_scam_dropped"]
    assert talk.slots["decision"] is None
    for _ in range(2):
        pressed = talk.press(shown, title, strong=True)
        assert [each.response for each in pressed] == ["utter_scam_again"] and not deciding(pressed)
    assert rows(ledger, customer) == before


@pytest.mark.parametrize(
    ("intent", "text"),
    [
        ("affirm", "好的"), ("how_to_close", "那我点还是不点"), ("nlu_fallback", "要不要点"),
        ("how_to_close", "确认关闭"), ("out_of_scope", "真的吗"), ("nlu_fallback", "那怎么办"),
        ("affirm", "那我继续"),
    ],
)  # fmt: skip
def test_whoever_wavers_hears_the_warning_again(chat: Begin, intent: str, text: str) -> None:
    talk = chat("c-clean")
    talk.type("how_to_close", enters="close")
    talk.type("how_to_close", CALLER)
    said = talk.type(intent, text, enters="close")
    assert [each.response for each in said] == ["utter_scam_again"] and "很像诈骗" in said[0].text


def test_whoever_asks_anew_is_answered_again(chat: Begin) -> None:
    talk = chat("c-clean")
    old = talk.type("how_to_close", enters="close")
    talk.type("how_to_close", CALLER)
    assert talk.type("how_to_close", "怎么关闭月付", enters="close")[0].response == "utter_close_decision"
    talk.type("deny", "不关")
    assert talk.press(old, "确认关闭", strong=True)[0].response == "utter_close_cancelled"
    assert chat("c-clean").type("affirm", "好的")[0].response == "utter_affirm"


def test_what_was_paid_before_the_warning_is_still_told(chat: Begin) -> None:
    talk = chat("c-owing")
    shown = talk.type("prepay_all", enters="settle")
    talk.press(shown, "确认结清", strong=True)
    talk.type("query_bill", CALLER)
    assert talk.press(shown, "确认结清", strong=True)[0].response.startswith("utter_settle")


def test_the_button_beside_the_warning_registers_it(chat: Begin, ledger: Ledger) -> None:
    talk = chat("c-clean")
    said = talk.type("how_to_close", CALLER)
    assert talk.press(said, "登记盗用调查")[0].response == "utter_fraud_own"
    assert [each["kind"] for each in dump.account_json(ledger, "c-clean")["tickets"]] == ["fraud"]


@pytest.mark.parametrize(
    "text",
    ["密码是Qwer2580", "验证码 204418", "我的支付密码：135790", "口令abc123", "密码为hunter", "密码****"],
)
def test_a_typed_secret_is_warned_of(chat: Begin, text: str) -> None:
    said = chat("c-clean").type("account_info", text)
    assert said[0].response == "utter_secret_typed" and "不要把密码、验证码发给任何人" in said[0].text
    assert len(said) == 2
    assert [each.response for each in chat("c-clean").type("nlu_fallback", text)] == ["utter_secret_typed"]


@pytest.mark.parametrize(
    "text", ["密码是什么", "验证码10分钟没收到", "忘了密码", "密码输错5次", "验证码是多少位"]
)
def test_speaking_of_one_is_not(chat: Begin, text: str) -> None:
    assert chat("c-clean").type("account_info", text)[0].response != "utter_secret_typed"


@pytest.mark.parametrize(
    ("intent", "text"),
    [
        ("overdue", "账单逾期了怎么办"),
        ("out_of_scope", "花呗还不上怎么办"),
        ("affirm", "随便"),
        ("affirm", "无所谓"),
    ],
)
def test_another_matter_and_a_shrug_are_no_wavering(chat: Begin, intent: str, text: str) -> None:
    talk = chat("c-lowered")
    talk.type("how_to_close", CALLER)
    assert talk.type(intent, text)[0].response != "utter_scam_again"


@pytest.mark.parametrize("text", ["不是诈骗", "没有人骗我，我自己要关"])
def test_after_a_warning_a_denial_alone_is_not_enough(chat: Begin, text: str) -> None:
    talk = chat("c-clean")
    talk.type("how_to_close", CALLER)
    assert talk.type("report_unauthorised", text)[0].response == "utter_scam_again"
    assert talk.type("how_to_close", "怎么关闭月付", enters="close")[0].response == "utter_close_decision"
