"""Ten thousand numbers of persons, in many shapes, through the whole system: none is in any store then."""

from __future__ import annotations

import random
import re
import subprocess
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import jwt

from scripts.console import ROOT
from scripts.environments import BOT, SERVICE
from tests.live import METRICS_SECRET, LiveDemo, words_of

NUMBERS = 10_000
LONGEST = 300  # characters a message may have
FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
CHINESE = str.maketrans("0123456789", "〇一二三四五六七八九")
SPOKEN = str.maketrans("0123456789", "零幺二三四五六七八九")


def luhn(digits: str) -> str:
    """With its check digit."""
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[::-2])
    return f"{digits}{-(sum(map(int, digits[-2::-2])) + sum(doubled)) % 10}"


def phone(rng: random.Random) -> list[str]:
    """Its groups."""
    digits = f"1{rng.choice('3456789')}{rng.randrange(10**9):09d}"
    return [digits[:3], digits[3:7], digits[7:]]


def citizen(rng: random.Random) -> list[str]:
    born = f"{rng.randrange(1940, 2010)}{rng.randrange(1, 13):02d}{rng.randrange(1, 29):02d}"
    return [f"{rng.randrange(110000, 660000)}", born, f"{rng.randrange(1000):03d}{rng.choice('0123456789X')}"]


def card(rng: random.Random) -> list[str]:
    digits = luhn(f"62{rng.randrange(10 ** rng.choice((13, 16))):013d}")
    return [digits[at : at + 4] for at in range(0, len(digits), 4)]


def numbers(rng: random.Random) -> Iterator[tuple[str, str]]:
    """Each as its digits, and as somebody writes it."""
    joints = ("", "", "", " ", "-", "－", ".", "\u3000", "\u200b")
    while True:
        groups = rng.choice((phone, citizen, card))(rng)
        written = rng.choice(joints).join(groups)
        shape = rng.choice(("", "", "", "wide", "chinese", "spoken", "86"))
        if shape == "86" and len(groups[0]) == 3:
            written = f"+86 {written}"
        tables = {"wide": FULL_WIDTH, "chinese": CHINESE, "spoken": SPOKEN}
        yield "".join(groups), written.translate(tables[shape]) if shape in tables else written


def messages(rng: random.Random) -> tuple[list[str], list[str]]:
    """Messages with the numbers between words, and the numbers as digits."""
    made, line, said = [], "", list[str]()
    for digits, written in numbers(rng):
        part = rng.choice(("号码是{}，", "查{}；", "{}、", "卡{}，", "{}。")).format(written)
        if len(line) + len(part) > LONGEST:
            said.append(line)
            line = ""
            if len(made) >= NUMBERS:
                return said, made
        line += part
        made.append(digits)
    raise AssertionError("there are always more")


def plain(text: str) -> str:
    """With every digit as a plain one, and nothing between them."""
    for table in (FULL_WIDTH, CHINESE, SPOKEN):
        text = text.translate(
            {value if isinstance(value, int) else ord(value): key for key, value in table.items()}
        )
    return re.sub(r"(?<=\d)[ .\-－\u3000\u200b]+(?=[\dX])", "", text)


def everything_kept(demo: LiveDemo) -> dict[str, str]:
    """Every store and log of the demo by its name, the metrics of both programs among them."""
    watcher = {"Authorization": f"Bearer {METRICS_SECRET}"}
    kept = {
        f"metrics of {url}": httpx.get(f"{url}/metrics", headers=watcher, trust_env=False)
        .raise_for_status()
        .text
        for url in (demo.bot_url, demo.service_url)
    }
    for path in demo.folder.rglob("*"):
        if path.is_file() and path.parent.name != "seeded":
            text = path.read_bytes().decode("utf-8", "replace")
            # Stores escape what is not ASCII.
            kept[path.name] = re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), text)
    return kept


def test_ten_thousand_numbers_are_in_no_store_log_or_metric(demo: LiveDemo) -> None:
    said, made = messages(random.Random(20261103))
    assert len(made) >= NUMBERS and all(len(line) <= LONGEST for line in said)
    tokens = [demo.token(customer) for customer in ("c-clean", "c-owing", "c-overdue", "anon")]
    demo.say("c-overdue", text="转人工")
    ticket = demo.staff("GET", "tickets")["tickets"][-1]["id"]
    demo.staff("POST", f"tickets/{ticket}/take")  # from now on the words go to a person
    demo.staff("POST", f"tickets/{ticket}/reply", {"text": f"核对{made[0]}"})

    def send(at: int) -> int:
        return demo.post("", token=tokens[at % len(tokens)], text=said[at]).status_code

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(send, range(len(said)))) == {200}
    kept = everything_kept(demo)
    assert {"chat.db", "ledger.db", "bot.log", "service.log"} <= kept.keys()
    for database in ("chat.db", "ledger.db"):
        assert any("****" in text for name, text in kept.items() if name.startswith(database)), database
    for name, text in kept.items():
        runs = set(re.findall(r"\d{11,}X?", plain(text)))
        leaked = [digits for digits in made if any(digits in run for run in runs)]
        assert leaked == [], (name, leaked[:5])


def test_a_login_typed_into_the_chat_is_kept_nowhere(demo: LiveDemo) -> None:
    token = jwt.encode({"sub": "c-clean", "exp": int(time.time()) + 600}, "x" * 32, algorithm="HS256")
    demo.say("c-clean", text=f"我的token是{token}"[:LONGEST])
    for name, text in everything_kept(demo).items():
        assert token[:60] not in text, name


def test_a_customer_is_told_whole_and_then_forgotten(demo: LiveDemo) -> None:
    """`make export` and `make erase` over both programs' stores."""
    mark = f"只有我会说的话{uuid.uuid4().hex[:6]}"
    said = demo.say("c-owing", text=f"转人工，{mark}")
    assert words_of(said)

    def run(what: str) -> str:
        command = [str(SERVICE.python), "-m", "scripts.personal", what, "--customer=c-owing"]
        done = subprocess.run(command, cwd=ROOT, env=demo.environment(), capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert BOT.python.exists() and run("export").count(mark) >= 3, "in the messages, the events, the ticket"
    before = demo.ledger("c-owing")["journals"]
    run("erase")
    assert [name for name, text in everything_kept(demo).items() if mark in text] == []
    assert mark not in run("export")
    assert demo.ledger("c-owing")["journals"] == before, "the books are kept"
