"""docs/openapi.yml against the running bot: whatever a client sends, the answer is as it is written there."""

from __future__ import annotations

import uuid
from pathlib import Path

import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case

from scripts.console import ROOT
from tests.live import LiveDemo

EXAMPLES = 60
NO_TOKENS_OF_ITS_OWN = {"generation": {"with-security-parameters": False}}
document = schemathesis.openapi.from_path(
    Path(ROOT, "docs", "openapi.yml"), config=schemathesis.Config.from_dict(NO_TOKENS_OF_ITS_OWN)
)


@document.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_is_as_documented(demo: LiveDemo, case: Case) -> None:
    """Each request is another visitor's: how fast one may write is tested with the channel."""
    body = {"customer": "anon", "visitor": str(uuid.uuid4())}
    token = demo.bot.post("/demo/token", json=body).raise_for_status().json()["token"]
    case.call_and_validate(base_url=demo.bot_url, headers={"Authorization": f"Bearer {token}"})
