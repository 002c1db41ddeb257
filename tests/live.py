"""The running demo as a customer meets it: the real bot, the real service, a seeded ledger, over HTTP."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx

from demo.customers import ALL
from scripts import build, demo
from scripts.console import ROOT, end_group
from scripts.environments import SERVICE
from scripts.processes import Household, Program, free_port

READY_TIMEOUT_S = 120.0
REPLY_TIMEOUT_S = 60.0
METRICS_SECRET = "watcher-secret-of-the-tests"
CUSTOMERS = tuple(each.customer_id for each in ALL)
Message = dict[str, Any]


class LiveDemo:
    """Service and bot on free ports with a run folder of their own; `reseed` gives back the seeded state."""

    def __init__(self, folder: Path, household: Household) -> None:
        self.folder = folder
        self.household = household
        self.keys = demo.load_secrets(folder)
        self.service_port, self.bot_port = free_port(), free_port()
        self.shop_port = free_port()  # where a page of somebody else may put the widget in
        self.service_url = f"http://127.0.0.1:{self.service_port}"
        self.bot_url = f"http://127.0.0.1:{self.bot_port}"
        self.bot = httpx.Client(base_url=self.bot_url, timeout=REPLY_TIMEOUT_S, trust_env=False)
        self.service = httpx.Client(
            base_url=self.service_url,
            timeout=REPLY_TIMEOUT_S,
            trust_env=False,
            headers={"X-Action-Secret": self.keys["action"]},
        )
        self.visitors: dict[str, str] = {}
        self.bot_settings: dict[str, str] = {}  # besides those of every demo's bot
        self.credentials = "credentials.yml"  # which channels the bot has
        self.restart_needed = False  # for the seeded state: the clock was moved, or the service stopped

    # Running

    def start(self) -> None:
        """Seeds, starts both programs and waits until they answer."""
        self.seed()
        self.start_service()
        self.start_bot()
        self.household.wait_ready(READY_TIMEOUT_S, lambda program: None)
        self.keep_seed()
        self.restart_needed = False

    def environment(self) -> dict[str, str]:
        own = demo.environment(self.folder, self.service_port, self.keys, demo.SECRETS)
        more = {"YUEFU_HOST_PAGE_URL": f"{self.bot_url}/", "YUEFU_METRICS_SECRET": METRICS_SECRET}
        return {**own, **more}

    def seed(self) -> None:
        subprocess.run(
            [str(SERVICE.python), "-m", "demo.seed", "--reset"],
            cwd=ROOT,
            env=self.environment(),
            check=True,
            capture_output=True,
        )

    def start_bot(self, log: str = "bot.log") -> Program:
        env = demo.environment(self.folder, self.service_port, self.keys, demo.SEEN_BY_BOT)
        env["YUEFU_METRICS_SECRET"] = METRICS_SECRET
        env["YUEFU_CHAT_RATE_MESSAGES"] = "1000"  # the limit itself is tested with the channel
        env["YUEFU_CHAT_ORIGINS"] = f"http://127.0.0.1:{self.shop_port}"
        env |= self.bot_settings
        command = [*demo.run_bot_command(self.bot_port)[:-1], self.credentials]
        return self.household.start("bot", command, env, self.folder / log, self.bot_url)

    def start_service(self, **more: str) -> Program:
        command = [str(SERVICE.python), "-m", "actions.server"]
        env = {**self.environment(), **more}
        return self.household.start("service", command, env, self.folder / "service.log", self.service_url)

    def stop_service(self) -> None:
        self.restart_needed = True
        for program in [each for each in self.household.programs if each.name == "service"]:
            program.process.terminate()
            end_group(program.process)
            self.household.programs.remove(program)

    def keep_seed(self) -> None:
        """Keeps copies of the seeded databases; made while the service is down, so that they are whole."""
        self.stop_service()
        kept = self.folder / "seeded"
        kept.mkdir(exist_ok=True)
        for path in self.databases():
            shutil.copy(path, kept / path.name)
        self.start_service()
        self.household.wait_ready(READY_TIMEOUT_S, lambda program: None)

    def databases(self) -> list[Path]:
        return [path for name in ("ledger.db", "gateway.db") for path in self.folder.glob(f"{name}*")]

    def reseed(self, **service_settings: str) -> None:
        """The seeded ledger and empty conversations; `service_settings` go to the service's environment."""
        self.stop_service()
        for path in self.databases():
            path.unlink()
        for path in (self.folder / "seeded").iterdir():
            shutil.copy(path, self.folder / path.name)
        self.forget()
        self.start_service(**service_settings)
        self.household.wait_ready(READY_TIMEOUT_S, lambda program: None)
        self.restart_needed = bool(service_settings)

    def forget(self) -> None:
        """Empties every conversation; the ledger stays as it is."""
        with closing(sqlite3.connect(self.folder / "chat.db", timeout=10)) as chat:
            names = [row[0] for row in chat.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            for name in names:
                if not name.startswith("sqlite_"):
                    chat.execute(f'DELETE FROM "{name}"')  # noqa: S608 - names of our own tables
            chat.commit()

    def put_back(self) -> None:
        """As `reseed`, while the service runs: a moment's work. After the clock was moved it is `reseed`."""
        if self.restart_needed:
            self.reseed()
            return
        for name in ("ledger.db", "gateway.db"):  # in this order: no open charge without its gateway's row
            kept = sqlite3.connect(self.folder / "seeded" / name)
            used = sqlite3.connect(self.folder / name, timeout=10)
            with closing(kept), closing(used):
                kept.backup(used)
        self.forget()

    # Speaking

    def token(self, customer: str, acr: str | None = None) -> str:
        """A demo token; a visitor "anon" stays the same visitor for the whole session."""
        body: dict[str, str] = {"customer": customer}
        if acr:
            body["acr"] = acr
        if customer == "anon":
            body["visitor"] = self.visitors.setdefault(customer, str(uuid.uuid4()))
        answer = self.bot.post("/demo/token", json=body)
        answer.raise_for_status()
        return str(answer.json()["token"])

    def post(
        self,
        customer: str,
        *,
        text: str | None = None,
        button: str | None = None,
        id: str | None = None,
        acr: str | None = None,
        token: str | None = None,
    ) -> httpx.Response:
        """One `POST /chat/messages` as it is answered."""
        body: dict[str, str] = {"id": id or uuid.uuid4().hex}
        if text is not None:
            body["text"] = text
        if button is not None:
            body["button"] = button
        headers = {"Authorization": f"Bearer {token or self.token(customer, acr)}"}
        return self.bot.post("/chat/messages", json=body, headers=headers)

    def say(self, customer: str, **asked: Any) -> list[Message]:
        """The messages that answer `text=` or `button=`; `acr="payment"` speaks with a strong login."""
        answer = self.post(customer, **asked)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["messages"])

    def later(self, customer: str, since: int) -> list[Message]:
        """What was said after message `since`, pushes included."""
        headers = {"Authorization": f"Bearer {self.token(customer)}"}
        answer = self.bot.get("/chat/messages", params={"since": since}, headers=headers)
        answer.raise_for_status()
        return list(answer.json()["messages"])

    # The demo's levers

    def ledger(self, customer: str) -> dict[str, Any]:
        answer = self.service.get(f"/demo/accounts/{customer}")
        answer.raise_for_status()
        return dict(answer.json())

    def rows(self) -> dict[str, dict[str, Any]]:
        """What the ledger holds of each demo customer, and visitors' tickets; no time, no switch."""
        rows = {customer: self.ledger(customer) for customer in CUSTOMERS}
        for held in rows.values():
            del held["now"], held["gateway_mode"]
            for charge in [*held["charges"], held["open_charge"] or {}]:
                charge.pop("due_at", None)  # when its outcome is asked next
        tickets = self.staff("GET", "tickets")["tickets"]
        rows["anon"] = {"tickets": [each for each in tickets if not each["packet"]["customer_id"]]}
        return rows

    def gateway(self, mode: str, customer: str | None = None) -> None:
        body = {"mode": mode, **({"customer": customer} if customer else {})}
        self.service.post("/demo/gateway", json=body).raise_for_status()

    def clock(self, advance: str) -> str:
        self.restart_needed = True
        answer = self.service.post("/demo/clock", json={"advance": advance})
        answer.raise_for_status()
        return str(answer.json()["now"])

    def staff(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        headers = {"X-Staff-Secret": self.keys["staff"]}
        answer = self.service.request(method, f"/staff/{path}", json=body, headers=headers)
        answer.raise_for_status()
        return answer.json()

    def logs(self) -> str:
        return "".join(path.read_text("utf-8", "replace") for path in self.folder.glob("*.log"))


def button(messages: list[Message], title: str) -> str:
    """The token of the button whose title starts with `title`."""
    offered = [each for message in messages for each in message.get("buttons") or []]
    found = [each["token"] for each in offered if each["title"].startswith(title)]
    assert found, f"no button {title!r} among {[each['title'] for each in offered]}"
    return str(found[-1])


def titles_of(messages: list[Message]) -> list[str]:
    """What the offered buttons say, in their order."""
    return [each["title"] for message in messages for each in message.get("buttons") or []]


def words_of(messages: list[Message]) -> str:
    return "\n".join(message["text"] for message in messages)


def cards_of(messages: list[Message], kind: str) -> list[dict[str, Any]]:
    """The cards of one type."""
    return [message["custom"] for message in messages if (message.get("custom") or {}).get("type") == kind]


@contextmanager
def running_demo(folder: Path) -> Iterator[LiveDemo]:
    """A demo in `folder` until the context ends; the model is trained first when it is out of date."""
    if "YUEFU_TEST_ANY_MODEL" not in os.environ and not build.model_ready():
        build.train()
    with Household([]) as household:
        live = LiveDemo(folder, household)
        live.start()
        yield live
