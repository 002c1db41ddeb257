"""Every conversation starts empty, with the seeded ledger."""

from __future__ import annotations

import pytest

from tests.live import LiveDemo


@pytest.fixture(autouse=True)
def fresh(demo: LiveDemo) -> None:
    demo.put_back()
