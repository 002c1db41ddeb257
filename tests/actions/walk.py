"""All that a demo customer or a visitor hears: each question as a session's first, each decision to its end.

`python -m tests.actions.walk 20` prints the twenty longest bubbles of a freshly seeded demo.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from actions import registry
from actions.server import build_executor, build_ledger
from actions.settings import Settings
from demo import seed as demo_seed
from demo.customers import ALL
from tests.actions.chat import Chat, Said, responses

Begin = Callable[[str | None], Chat]
Turn = tuple[str, list[Said]]

CUSTOMERS = (None, *(customer.customer_id for customer in ALL))
# Reached by the service alone or by a button that carries values.
NOT_ASKED = {"notice", "confirm_settle", "confirm_close", "apply_unfreeze"}
ASKED = sorted(set(registry.replies()) - NOT_ASKED)
# What opens a decision at once, with what the gate adds to the words.
ENTERING = {"how_to_close": "close", "prepay_all": "settle"}
# Words that change an intent's answer.
WORDED = (
    ("repayment_status", "扣了我两次钱"),
    ("repayment_status", "怎么还没到账"),
    ("how_to_close", "有人让我把验证码给他"),
    ("how_to_close", "花呗和月付都想关掉"),
    ("out_of_scope", "花呗和月付都想关掉"),
    ("auto_debit", "想换一张卡"),
    ("how_to_repay", "拿微信付行不行"),
    ("where_usable", "修表的铺子能用吗"),
    ("talk_to_human", "客服热线是多少"),
    ("talk_to_human", "我要投诉，快点注销"),
    ("report_unauthorised", "你们该不会是骗子吧"),
    ("limit_change", "能不能多给点额度"),
    ("nlu_fallback", "我不想活了"),
    ("nlu_fallback", "wo bu dong"),
    ("nlu_fallback", "登录密码是Qwer2580"),
    ("query_bill", "登录密码是Qwer2580"),
    ("how_to_close", "我妈走了 她的月付咋办"),
    ("query_bill", "我哥失踪了 他欠的钱要我还"),
    ("open_account", "我16岁 用我妈的号开的"),
    ("report_unauthorised", "孩子趁我睡着用我的月付充游戏了"),
    ("account_info", "不是我登录的"),
    ("how_to_close", "我没关 谁关的"),
    ("overdue", "催收半夜打电话"),
    ("how_to_close", "别烦我"),
)


def first(said: list[Said]) -> list[Said]:
    """The turn as the channel sends it when it is the first of a session."""
    if not said:
        return said
    notice = responses()["utter_ai_notice"]["text"]
    return [replace(said[0], text=f"{notice}\n{said[0].text}"), *said[1:]]


def questions(begin: Begin, customer: str | None) -> Iterator[Turn]:
    """Each intent's answer to a customer who has said nothing before; nothing is charged or closed."""
    for intent in ASKED:
        yield intent, first(begin(customer).type(intent))
    for intent, decision in ENTERING.items():
        yield f"{intent} at once", first(begin(customer).type(intent, enters=decision))
    for intent, text in WORDED:
        yield text, first(begin(customer).type(intent, text))


def decisions(begin: Begin, customer: str | None) -> Iterator[Turn]:
    """Each decision this customer can be asked: shown again, shown after a question, and confirmed weakly."""
    for intent in ("how_to_close", "prepay_all", "offer_settle_close"):
        talk = begin(customer)
        said = talk.type(intent, enters=ENTERING.get(intent, ""))
        if not (title := confirming(said)):
            continue
        yield f"{intent}, typed yes", talk.type("affirm")
        yield f"{intent}, another question", talk.type("query_limit")
        yield f"{intent}, pressed without a strong login", talk.press(said, title)
        yield f"{intent}, typed no", talk.type("deny")
        yield f"{intent}, pressed after no", talk.press(said, title, strong=True)


def endings(begin: Begin, customer: str | None) -> Iterator[Turn]:
    """What a confirmation comes to, the last for good: the ledger is another one after this."""
    for intent in ("why_unusable", "prepay_all", "offer_settle_close", "how_to_close"):
        talk = begin(customer)
        said = talk.type(intent, enters=ENTERING.get(intent, ""))
        apply = [each["title"] for each in said[-1].buttons if each["intent"] == "apply_unfreeze"]
        if title := confirming(said) or "".join(apply):
            yield f"{intent}, confirmed", talk.press(said, title, strong=True)
            yield f"{intent}, confirmed twice", talk.press(said, title, strong=True)


def confirming(said: list[Said]) -> str:
    """The title of the button that confirms, empty when there is nothing to decide."""
    titles = (each["title"] for bubble in said for each in bubble.buttons if "confirm" in each["intent"])
    return next(titles, "")


def all_turns(run_dir: Path) -> Iterator[Turn]:
    """Everything that every customer of this seeded ledger hears, with who heard it after what."""
    ledger = build_ledger(settings_in(run_dir))
    executor = build_executor(ledger)
    for walk in (questions, decisions, endings):
        for customer in CUSTOMERS:
            for asked, said in walk(lambda who: Chat(executor, who), customer):
                yield f"{customer or 'visitor'}: {asked}", said
    ledger.engine.dispose()


def seed(run_dir: Path, now: datetime | None = None) -> None:
    """Seeds the demo's ledger and gateway into `run_dir`, for the month of `now`."""
    demo_seed.seed(settings_in(run_dir).database_url, run_dir, now)


def settings_in(run_dir: Path) -> Settings:
    return Settings(
        demo=True,
        run_dir=run_dir,
        database_url=f"sqlite:///{run_dir / 'ledger.db'}",
        action_secret="action-secret-of-the-test",
        staff_secret="staff-secret-of-the-test",
        host="127.0.0.1",
        port=0,
        gateway="",
    )


def main(count: int) -> None:
    """Prints the longest bubbles: their length, who heard them after what, and the words."""
    with tempfile.TemporaryDirectory() as folder:
        seed(Path(folder))
        heard = [
            (len(bubble.text), where, bubble) for where, said in all_turns(Path(folder)) for bubble in said
        ]
    for length, where, bubble in sorted(heard, key=lambda each: -each[0])[:count]:
        print(f"{length} {where} [{bubble.response}]\n{bubble.text}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
