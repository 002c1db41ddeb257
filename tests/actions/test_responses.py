"""Every response, as written and as filled for every demo customer, for visitors and for rarer states."""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest

from actions import registry
from ledger.clock import SHANGHAI
from tests.actions import states, walk
from tests.actions.chat import ROOT, Said, responses
from tests.actions.states import STATES
from tests.actions.walk import ASKED, CUSTOMERS, Begin

# What opens, ends or leaves a decision by itself.
DECIDING = {
    "how_to_close", "close_impact", "prepay_all", "offer_settle", "offer_settle_close", "offer_close", "deny",
    "decline", "steps_close", "talk_to_human", "report_unauthorised", "request_extension",
    "register_hardship", "goodbye", "login", "resume_bot",
}  # fmt: skip
LONGEST = 120
# A list has a line for each bill item, plan or offer. Only its lines, at most four and none of them long, may
# make a bubble longer; its heading may not. The card beside it holds all of a longer list.
LISTS = {
    "utter_bill", "utter_fees_bill", "utter_plans", "utter_plans_several", "utter_plans_and_more",
    "utter_instalment_offers", "utter_dispute_payments",
}  # fmt: skip
LONGEST_LINE = 80
LINES_AT_MOST = 4
PROMISES = re.compile(
    r"保证|绝对|百分之百|100%|必定|没问题|(?<!不)放心|(?<!不)(一定|肯定)(能|会|可以|不|到|通过)"
    # having the account back, a yes to an application, money by a certain time
    r"|(就能|就会|就可以|马上|立刻|立即|很快|给您|为您|帮您|(?<!额度)(?<!不)会)(能|会|自动)*(恢复(?!额度)|解冻)"
    r"|(就能|就会|很快|都能|包)(能|会|就)*(通过|批准|下款|提额|到账)|(解冻|提额|申请)(肯定|成功)"
    # a higher limit
    r"|额度(很快|下个?月|以后|之后)?(就|会|能|可以)+(再)?(提高|涨|增加|上调|升)|(为|帮|给)您(提额|提高|调高|涨|加额)"
    # fees, interest and penalty back
    r"|(手续费|利息|违约金)(会|可以|能|全额|都|将|给您|帮您|一并|就)*(退(?!款)|免|减)"
    r"|(为|帮|给)您(退|免|减)[免掉除回]?(手续费|利息|违约金)"
    # the bureau's record
    r"|(?<!不)(可以|能|会|就|为您|帮您|给您)(被)?(消除|删除|清除|修复|抹)|不(会)?(上|影响|进)征信"
)
# A rate is said with its annual one; 10 % of a minimum payment is a share, not a rate.
RATE = re.compile(r"(每期|每日|日息|月息)[\d.]+%")
ANNUAL = "年化（单利）"


@cache
def written() -> list[tuple[str, str]]:
    return [(name, each["text"]) for name, each in responses().items()]


def test_no_response_is_empty_or_has_blank_lines() -> None:
    for name, text in written():
        assert text == text.strip(), name
        assert not re.search(r"\n\s*\n", text), name


def test_every_response_ends_as_a_sentence() -> None:
    open_ended = {"utter_ticket_reply"}  # end in what fills them
    for name, text in written():
        assert name in open_ended or re.search(r"[。！？]$", text), name


def test_no_response_is_longer_than_a_chat_takes() -> None:
    """What fills a placeholder is mostly an amount or a date; the walk below has the real lengths."""
    for name, text in written():
        filled = re.sub(r"\{\w+\}", "¥1,234.5", text)
        assert len(filled) <= LONGEST, f"{name}: {len(filled)}"
        assert name not in LISTS or text.count("\n") == 1, f"{name}: a heading, then the list"


def test_no_response_promises_what_is_not_ours_to_promise() -> None:
    for name, text in written():
        assert not PROMISES.search(text), name
        assert "退还" not in text.replace("待退还款项", ""), name


@pytest.mark.parametrize(
    "promise",
    [
        "还清后一定能恢复使用", "还清后马上恢复", "还清后会恢复使用", "还清就能解冻", "已为您解冻",
        "申请后一定通过", "很快就能通过", "按时还款额度会提高", "下个月额度就会涨", "可以帮您提额",
        "手续费会退给您", "多收的手续费退回您的账户", "利息会退", "帮您减免违约金", "违约金给您免了",
        "可以消除征信记录", "还清后征信记录会消除", "帮您修复征信", "不会上征信", "不影响征信",
        "退款一定会到", "肯定到账", "保证到账", "放心，没问题",
    ],
)  # fmt: skip
def test_the_walk_would_catch_a_promise(promise: str) -> None:
    with pytest.raises(AssertionError):
        check([Said("utter_thanks", f"{promise}。", {}, [])], "said")


@pytest.mark.parametrize(
    "fault",
    [
        "一共欠{total}。", "一共欠None。", "好的。\n\n还有吗？", "好的，还有吗", "还有，。", "手续费不退还。",
        "字" * 121 + "。",
        "每期0.9%。", "卡号6222020000000000。", "",
    ],
)  # fmt: skip
def test_the_walk_would_catch_a_fault(fault: str) -> None:
    with pytest.raises(AssertionError):
        check([Said("utter_thanks", fault, {}, [])], "said")
    check([Said("utter_thanks", "不客气。", {}, [])], "said")


def test_no_response_states_a_rate_or_an_amount_of_its_own() -> None:
    """Figures come from the ledger and the terms; ¥0.00 is what a used-up limit leaves."""
    for name, text in written():
        assert not re.search(r"\d+(\.\d+)?\s*%", text), name
        assert not re.search(r"\d+\s*(天|期|个月|元|个工作日|年)", text), name
        assert "¥" not in text.replace("¥0.00", ""), name


def test_a_customer_is_addressed_politely() -> None:
    for name, text in written():
        assert "你" not in text, name


def test_buttons_lead_to_an_answer() -> None:
    known = set(registry.replies())
    for name, each in responses().items():
        for button in each.get("buttons", []):
            assert button["payload"].removeprefix("/") in known, f"{name}: {button}"


def test_every_response_is_used_and_every_used_one_written() -> None:
    sources = [*(ROOT / "actions").glob("*.py"), *(ROOT / "channels").glob("*.py")]
    code = "\n".join(path.read_text("utf-8") for path in sources)
    used = {word.rstrip("_") for word in re.findall(r"utter_\w*", code)}
    prefixes = tuple(set(re.findall(r"(utter_\w+_)\{", code)))
    for name in responses():
        bare = name.removesuffix("_close")  # a decision has a form that closes too
        assert name in used or bare in used or name.startswith(prefixes), f"{name} is never said"
    for name in used - {prefix.rstrip("_") for prefix in prefixes}:
        assert name in responses() or name in ("utter_message", "utter_action"), f"{name} is not written"


def check(said: list[Said], where: str) -> None:
    """What holds for every turn of every account."""
    assert 1 <= len(said) <= 2, where
    for bubble in said:
        assert "{" not in bubble.text and "}" not in bubble.text, bubble
        assert "None" not in bubble.text and "datetime" not in bubble.text and "()" not in bubble.text, bubble
        assert not re.search(r"\n\s*\n", bubble.text), bubble
        assert re.search(r"[。！？]$", bubble.text), bubble
        check_length(bubble, where)
        assert not re.search(r"[，、：；]。|，，|。。|，（|（）|^，", bubble.text), bubble
        assert not PROMISES.search(bubble.text), bubble
        assert "退还" not in bubble.text.replace("待退还款项", ""), bubble
        assert not re.search(r"\d{12,}", bubble.text), bubble
        assert all(button["title"] for button in bubble.buttons), bubble
        if RATE.search(bubble.text):
            assert ANNUAL in bubble.text, bubble
        assert bubble.response not in ("utter_error", "utter_unavailable"), bubble


def check_length(bubble: Said, where: str) -> None:
    """At most LONGEST characters, the AI notice included; of a list this holds for what is not its lines."""
    lines = bubble.text.split("\n")
    notice = int(len(lines) > 1 and lines[0] == responses()["utter_ai_notice"]["text"])
    listed = lines[notice + 1 :] if bubble.response in LISTS else []
    told = lines[: notice + 1] if listed else lines
    assert len("\n".join(told)) <= LONGEST, f"{len(bubble.text)}, {where}: {bubble}"
    assert len(listed) <= LINES_AT_MOST and all(len(line) <= LONGEST_LINE for line in listed), bubble


@pytest.mark.parametrize("customer", CUSTOMERS)
def test_every_turn_of_every_demo_customer_is_short_and_whole(chat: Begin, customer: str | None) -> None:
    for part in (walk.questions, walk.decisions, walk.endings):
        for asked, said in part(chat, customer):
            check(said, f"{customer} {asked}")


def test_every_turn_is_short_and_whole_when_last_year_is_named(tmp_path: Path) -> None:
    """In January most dates of the demo carry their year, and are as long as they get."""
    walk.seed(tmp_path, datetime(2027, 1, 20, tzinfo=SHANGHAI))
    for where, said in walk.all_turns(tmp_path):
        check(said, where)


@pytest.mark.parametrize("state", STATES)
def test_every_turn_is_short_and_whole_in_rarer_states(tmp_path: Path, state: str) -> None:
    world = states.make(tmp_path)
    STATES[state](world)
    for part in (walk.questions, walk.decisions, walk.endings):
        for asked, said in part(lambda _: world.chat(), world.customer.id):
            check(said, f"{state} {asked}")


@pytest.mark.parametrize("customer", ["c-clean", "c-owing", "c-overdue"])
def test_a_question_while_a_decision_waits_is_answered_and_the_decision_shown_again(
    chat: Begin, customer: str
) -> None:
    """The one decision each of these may be asked, after every other question."""
    begin, enters = ("how_to_close", "close") if customer == "c-clean" else ("prepay_all", "settle")
    for intent in sorted(set(ASKED) - DECIDING):
        talk = chat(customer)
        talk.type(begin, enters=enters)
        said = talk.type(intent)
        confirm = {button["intent"] for button in said[-1].buttons}
        assert confirm & {"confirm_settle", "confirm_close"}, f"{customer} {intent}: {said}"


@pytest.mark.parametrize(
    ("customer", "intent", "answer"),
    [
        (None, "how_to_close", "可以关闭"),
        ("c-owing", "how_to_close", "还清¥"),
        ("c-refunding", "how_to_close", "现在不能关闭"),
        (None, "close_impact", "关闭后可以再申请"),
        (None, "prepay_all", "可以"),
        ("c-owing", "prepay_all", "可以。今天"),
        (None, "where_usable", "只能用来付款，不能提现或转账"),
        ("c-owing", "where_usable", "只能用来付款，不能提现或转账"),
        ("c-unsupported", "where_usable", "只能用来付款，不能提现或转账"),
        ("c-risk", "where_usable", "现在哪里都不能用"),
        (None, "how_to_repay", "可以用绑定的银行卡或零钱还，微信、支付宝"),
        (None, "manage_instalment", "办好的分期不能改期数或撤销，可以提前结清"),
        ("c-owing", "manage_instalment", "办好的分期不能改期数或撤销，可以提前结清"),
        (None, "make_instalment", "可分3、6、12期"),
        ("c-risk", "make_instalment", "现在不能分期"),
        (None, "fees_interest", "年化（单利）：商品分期3期13.45%"),
        ("c-owing", "fees_interest", "年化（单利）：商品分期3期13.45%"),
        (None, "credit_report", "会上征信"),
        ("c-owing", "credit_report", "会上征信"),
        ("c-overdue", "credit_report", "会上征信"),
        ("c-lowered", "credit_report", "会上征信"),
        (None, "overdue", "逾期会收逾期违约金"),
        ("c-owing", "overdue", "您没有逾期"),
        ("c-clean", "overdue", "您没有逾期"),
        (None, "change_due_date", "不能改"),
        ("c-owing", "change_due_date", "不能改"),
        ("c-overdue", "change_due_date", "不能改"),
        (None, "request_extension", "还款日（每月6日）不能推迟"),
        ("c-owing", "request_extension", "还款日不能推迟"),
        ("c-owing", "register_hardship", "能否延期以评估为准"),
        ("c-overdue", "minimum_payment", "不能只还最低"),
        ("c-owing", "auto_debit", "会在"),
        ("c-clean", "auto_debit", "现在不会自动扣"),
        (None, "account_info", "可以换手机号"),
        (None, "payment_setting", "可以不默认用月付"),
        (None, "refund", "退款到账前，到期账单仍要按时还"),
        (None, "bot_challenge", "我是AI助手，不是真人"),
    ],
)
def test_what_is_mostly_asked_is_answered_by_the_first_words(
    chat: Begin, customer: str | None, intent: str, answer: str
) -> None:
    """Whether it can be done, whether it is so, how much it is: said before anything else."""
    assert chat(customer).type(intent)[0].text.startswith(answer)


CLOSING_SAYS = (
    "额度取消",
    "再开通要重新评估",
    "近期订单退款可能变慢",
    "征信和还款记录不会因此消除",
    "关闭后可能无法再在月付页面查看账单",
)


@pytest.mark.parametrize("customer", ["c-clean", "c-owing", "c-overdue"])
def test_nobody_closes_without_hearing_what_it_does(chat: Begin, customer: str) -> None:
    """At the first sight of a decision to close, and when it is begun again after it was cancelled."""
    talk = chat(customer)
    opening = "how_to_close" if customer == "c-clean" else "offer_settle_close"
    said = talk.type(opening, enters="close")
    talk.type("deny")
    again = talk.press(said, walk.confirming(said), strong=True)
    for turn in (said, again):
        assert walk.confirming(turn)
        assert all(effect in "".join(bubble.text for bubble in turn) for effect in CLOSING_SAYS), turn


@pytest.mark.parametrize(
    ("customer", "enters", "counts"),
    [("c-clean", "how_to_close", 3), ("c-owing", "offer_settle", 1), ("c-owing", "offer_settle_close", 4)],
)
def test_a_decision_lists_in_its_card_what_it_says_in_words(
    chat: Begin, customer: str, enters: str, counts: int
) -> None:
    """Shown first, asked for again, and after it was cancelled; beside another answer the card alone does."""
    talk = chat(customer)
    first = talk.type(enters, enters="close")
    again = talk.type("affirm", "好的")
    aside = talk.type("query_limit", "额度多少")
    talk.type("deny", "算了")
    anew = talk.press(first, walk.confirming(first), strong=True)
    for turn in (first, again, anew):
        effects = turn[-1].card["effects"]
        assert len(effects) == counts
        assert turn[-1].text.endswith("；".join(effects) + "。"), "the widget leaves it out by these signs"
    assert aside[-1].card["effects"] == first[-1].card["effects"]
    listed = "".join(first[-1].card["effects"])
    assert enters == "offer_settle" or all(effect in listed for effect in CLOSING_SAYS)
    assert customer == "c-clean" or ("银行卡扣款" in listed and "不能撤回" in listed)


def test_of_three_bubbles_the_decision_is_not_lost_nor_what_it_does(chat: Begin) -> None:
    talk = chat("c-owing")
    talk.type("offer_settle_close")
    warned, decision = talk.type("how_to_close", "我的密码是abc12345，关闭月付", enters="close")
    assert warned.response == "utter_secret_typed" and decision.response == "utter_quote_brief_close"
    assert decision.text.endswith("；".join(decision.card["effects"]) + "。")
