"""The pictures in the READMEs are there, are PNG, and do not weigh much."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MOST_BYTES = 400_000


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_pictures_are_there_and_small(readme: str) -> None:
    shown = re.findall(r'src="([^"]+)" width="\d+" alt="[^"]+"', (ROOT / readme).read_text("utf-8"))
    assert sorted(shown) == sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.png"))
    for name in shown:
        picture = (ROOT / name).read_bytes()
        assert picture.startswith(b"\x89PNG\r\n") and len(picture) < MOST_BYTES, name
