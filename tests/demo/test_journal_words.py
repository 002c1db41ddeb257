"""Each kind of journal that can stand on the demo page has a Chinese name there, and no other has."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Where the ledger names a kind: as it posts to an account, and as it books what was paid.
CALLS = (
    "journal(",
    "_pay(work, charge,",
    "_post(sheet, bill,",
    "Entry(work.account_id,",
)
_CALL = "|".join(re.escape(call).replace(r"\(", r"\(\s*") for call in CALLS)
POSTED = re.compile(f"(?:{_CALL})" + r'\s*f?"(\w+)')
BY_STATE = {"hold_": {"hold_captured", "hold_released"}}  # named after what became of a hold


def test_every_journal_is_named() -> None:
    sources = "\n".join(path.read_text("utf-8") for path in (ROOT / "ledger").glob("*.py"))
    posted: set[str] = set()
    for kind in POSTED.findall(sources):
        posted |= BY_STATE.get(kind, {kind})
    table = (ROOT / "web" / "demo" / "words.ts").read_text("utf-8")
    words = re.search(r"const JOURNALS: Words = \{(.*?)\};", table, re.DOTALL)
    assert words is not None
    assert set(re.findall(r"(\w+): \"", words[1])) == posted
