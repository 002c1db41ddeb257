"""The bot's log: one line a JSON object, masked, with the id of the message that it is about."""

from __future__ import annotations

import io
import json
import logging
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from rasa.utils.log_utils import configure_structlog

from channels import logs
from profiles.environment import LogForm
from tests.channels.conftest import Live

PHONE = "13812345678"


class Log:
    """What one logger's handler has written."""

    def __init__(self, logger: logging.Logger) -> None:
        self.logger, self.out = logger, io.StringIO()
        self.handler = logging.StreamHandler(self.out)
        logger.addHandler(self.handler)

    def set_up(self, form: LogForm) -> None:
        """As `logs.set_up`, but pytest's own handlers keep their formatters."""
        kept = [(each, each.formatter) for each in logging.getLogger().handlers]
        logs.set_up(form)
        logging.captureWarnings(False)
        for handler, formatter in kept:
            handler.setFormatter(formatter)

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.getvalue().splitlines()]


@pytest.fixture
def log() -> Iterator[Log]:
    written = Log(logging.getLogger("tests.log"))
    written.logger.setLevel(logging.INFO)
    yield written
    written.logger.removeHandler(written.handler)
    structlog.contextvars.clear_contextvars()
    structlog.reset_defaults()


def test_a_line_is_an_object_with_the_reference_and_the_requests_id(log: Log) -> None:
    log.set_up("json")
    log.logger.warning("[%s] a turn of %s failed", "E-4F1C09A2", "web-c-1")
    logs.begin("web-c-1", "m-1")
    log.logger.info("二")
    logs.end()
    log.logger.info("three")
    first, second, third = log.lines()
    assert first["event"] == "[E-4F1C09A2] a turn of web-c-1 failed"
    assert (first["reference"], first["level"], first["logger"]) == ("E-4F1C09A2", "warning", "tests.log")
    assert first["timestamp"].startswith("20") and "request_id" not in first
    assert second["event"] == "二" and len(second["request_id"]) == 32
    assert "request_id" not in third


def test_one_message_has_one_id_and_another_senders_message_another() -> None:
    async_headers = []
    for sender, turn in (("web-a", "1"), ("web-a", "1"), ("web-b", "1"), ("web-a", "2")):
        logs.begin(sender, turn)
        async_headers.append(logs.request_headers()["traceparent"])
    logs.end()
    assert async_headers[0] == async_headers[1] and len(set(async_headers)) == 3
    assert logs.request_headers() == {}


@pytest.mark.parametrize("form", ["json", "text"])
def test_message_arguments_traceback_and_rasas_own_events_are_masked(log: Log, form: LogForm) -> None:
    configure_structlog(logging.INFO)
    rasas = structlog.get_logger("tests.log")
    rasas.info("before", text="in use already")
    log.set_up(form)
    log.set_up(form)
    logs.begin(f"web-{PHONE}", "m-1")
    local = f"a local variable {PHONE}"
    try:
        raise ValueError(f"一三八一二三四五六七八 {local}")
    except ValueError:
        log.logger.exception("called %s", int(PHONE))
        rasas.exception("rasa.failed", text=f"电话{PHONE}", slots={PHONE: [int(PHONE), 1.5, None, {PHONE}]})
    logs.end()
    told = log.out.getvalue()
    assert told.count("Traceback") == 2 and "138****5678" in told
    assert "12345678" not in told and "一二三四五六七八" not in told
    if form == "json":
        assert {each.get("event") for each in log.lines()[1:]} == {"called 138****5678", "rasa.failed"}
        assert all(each["request_id"] for each in log.lines()[1:])


def test_all_that_the_running_bot_writes_is_json_and_a_failure_has_its_messages_id(live: Live) -> None:
    token = live.keys.token(f"c-{uuid.uuid4().hex[:8]}")
    said = live.chat.say(token, "出错")
    reference = said[-1]["custom"]["reference"]
    lines = [json.loads(line) for line in live.chat.bot.text().splitlines() if line.startswith("{")]
    [told] = [line for line in lines if line.get("reference") == reference]
    assert told["level"] == "error" and len(told["request_id"]) == 32
    began = next(i for i, line in enumerate(live.chat.bot.text().splitlines()) if line.startswith("{"))
    rest = live.chat.bot.text().splitlines()[began:]
    assert [line for line in rest if not line.startswith("{")] == []
