"""What customers come for, in each messaging app: real bot, service and ledger, a platform on loopback."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from scripts.processes import Household
from tests.channels.douyin_talk import Douyin
from tests.channels.kf_talk import Kf
from tests.channels.talk import Customer, Platform, running_platform
from tests.live import LiveDemo, Message, button, cards_of, words_of

PLATFORMS: tuple[type[Platform], ...] = (Kf, Douyin)
QUIET_S = 1.5


@pytest.fixture(scope="module", params=PLATFORMS, ids=[each.channel for each in PLATFORMS])
def platform(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """The app, with a demo of its own behind it."""
    folder = tmp_path_factory.mktemp(request.param.channel)
    with Household([]) as household:
        live = LiveDemo(folder, household)
        with running_platform(request.param, folder, live.bot_port) as platform:
            live.credentials = str(folder / "credentials.yml")
            live.bot_settings = {**request.param.secrets, "YUEFU_HOST_PAGE_URL": f"{live.bot_url}/"}
            live.start()
            platform.live = live
            yield platform


@pytest.fixture(scope="module")
def demo(platform: Any) -> LiveDemo:
    """Instead of the one that other conversations share."""
    return platform.live


class Phone:
    """A customer's app, and the page of the host where the same customer is logged in."""

    def __init__(self, platform: Platform, demo: LiveDemo, account: str) -> None:
        self.customer: Customer = platform.customer()
        self.demo = demo
        self.account = account
        self.last: list[dict[str, Any]] = []

    def link(self) -> str:
        """By a token from the page; what the app is told."""
        made = self.page("POST", "/chat/links", acr="payment")
        return self.hears(lambda: self.customer.comes_by_link(made["token"]))

    def says(self, text: str) -> str:
        return self.hears(lambda: self.customer.write(text))

    def presses(self, title: str) -> str:
        """What was offered last; whatever comes of it."""
        offering = self.last[-1]
        return self.hears(lambda: self.customer.presses(offering, title))

    def hears(self, do: Any) -> str:
        """All that arrives until it is quiet."""
        before = len(self.customer.seen())
        do()
        seen = self.customer.sees(before + 1, timeout_s=60)
        while True:
            time.sleep(QUIET_S)
            if len(now := self.customer.seen()) == len(seen):
                break
            seen = now
        self.last = seen[before:]
        return "\n".join(map(self.customer.text_of, self.last))

    def hears_later(self, words: str) -> str:
        until = time.monotonic() + 60
        while not any(words in text for text in self.customer.texts()):
            assert time.monotonic() < until, self.customer.texts()
            time.sleep(0.2)
        return next(text for text in self.customer.texts() if words in text)

    def page(self, method: str, path: str, body: Any = None, acr: str | None = None) -> Any:
        headers = {"Authorization": f"Bearer {self.demo.token(self.account, acr)}"}
        answer = self.demo.bot.request(method, path, json=body, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def opens(self, told: str) -> list[Message]:
        """The decision behind the link in `told`, on the page."""
        (url,) = re.findall(r"http://\S+", told)
        assert url.startswith(f"{self.demo.bot_url}/?decision=")
        token = parse_qs(urlsplit(url).query)["decision"][0]
        return list(self.page("POST", "/chat/decisions", {"token": token})["messages"])

    def confirms(self, shown: list[Message], title: str) -> list[Message]:
        """On the page, where a strong login is asked for first."""
        confirm = button(shown, title)
        assert cards_of(self.demo.say(self.account, button=confirm), "step_up")
        return self.demo.say(self.account, button=confirm, acr="payment")


def test_how_to_close_and_then_close(platform: Platform, demo: LiveDemo) -> None:
    phone = Phone(platform, demo, "c-owing")
    assert "关联" in phone.link()
    assert "结清" in phone.says("怎么关闭月付")
    assert "应付合计" in phone.presses("一次结清并关闭")
    told = phone.presses("确认结清并关闭")
    assert "现在没有扣款，也没有关闭" in told and demo.ledger("c-owing")["state"] == "ACTIVE"
    assert "已结清" in words_of(phone.confirms(phone.opens(told), "确认结清并关闭"))
    assert demo.ledger("c-owing")["state"] == "CLOSED"
    phone.hears_later("凭证")


def test_why_it_cannot_be_used(platform: Platform, demo: LiveDemo) -> None:
    phone = Phone(platform, demo, "c-risk")
    phone.link()
    assert "登录环境异常" in phone.says("月付为什么不能用")
    assert "解冻申请已提交" in phone.presses("已改密码，申请解冻")
    assert [each["state"] for each in demo.ledger("c-risk")["applications"]] == ["FILED"]


def test_everything_is_paid_off_on_the_page_and_words_pay_nothing(platform: Platform, demo: LiveDemo) -> None:
    phone = Phone(platform, demo, "c-overdue")
    phone.link()
    owed = demo.ledger("c-overdue")["receivables"]
    assert any(owed.values())
    phone.says("我想提前全部还清")
    offered = phone.last
    phone.says("确认结清")
    assert demo.ledger("c-overdue")["receivables"] == owed
    phone.says("我想提前全部还清")
    told = phone.presses("确认结清")
    assert demo.ledger("c-overdue")["receivables"] == owed, "nothing is charged before the page"
    assert "已结清" in words_of(phone.confirms(phone.opens(told), "确认结清"))
    assert not any(demo.ledger("c-overdue")["receivables"].values())
    phone.hears_later("凭证")
    phone.last = offered
    again = phone.presses("确认结清")
    assert "http" not in again, "what was offered before is settled"


def test_linked_it_tells_of_the_own_account_and_unlinked_no_more(platform: Platform, demo: LiveDemo) -> None:
    phone = Phone(platform, demo, "c-owing")
    assert "¥" not in phone.says("我要还多少")
    phone.link()
    assert "¥" in phone.says("我要还多少")
    phone.says("解绑")
    assert "解除" in phone.presses("解除关联")
    assert phone.page("GET", "/chat/links")["links"] == []
    assert "¥" not in phone.says("我要还多少")


def test_a_pasted_token_links_once(platform: Platform, demo: LiveDemo) -> None:
    phone, other = Phone(platform, demo, "c-owing"), Phone(platform, demo, "c-owing")
    token = phone.page("POST", "/chat/links", acr="payment")["token"]
    phone.says(f"关联码：{token}")
    assert "¥" in phone.says("我要还多少")
    assert "用过" in other.says(token)
    assert "¥" not in other.says("我要还多少")
    assert token not in demo.logs()
