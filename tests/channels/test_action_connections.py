"""Actions are asked over connections that are kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest
import rasa
from aiohttp import web
from rasa.core.actions.action import RemoteAction
from rasa.shared.core import events
from rasa.shared.core.domain import Domain
from rasa.shared.core.slots import AnySlot
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import ClientResponseError, EndpointConfig

from channels import action_connections, logs, rasa_version

RASAS = RemoteAction._action_call_format


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(EndpointConfig, "session", EndpointConfig.session)
    monkeypatch.setattr(EndpointConfig, "request", EndpointConfig.request)
    monkeypatch.setattr(RemoteAction, "_action_call_format", RemoteAction._action_call_format)
    action_connections.install()


def asked(act: Callable[[EndpointConfig], Any]) -> tuple[Any, list[tuple[str, str, str]]]:
    """What `act` returned, and of each request the client's address and its headers' secret and trace."""
    seen: list[tuple[str, str, str]] = []

    async def answer(request: web.Request) -> web.Response:
        peer = request.transport.get_extra_info("peername") if request.transport else None
        told = (request.headers.get(name, "") for name in ("X-Action-Secret", "traceparent"))
        seen.append((str(peer), *told))
        return web.json_response({"events": []}, status=int(request.query.get("status", "200")))

    async def run() -> Any:
        app = web.Application()
        app.router.add_post("/webhook", answer)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        try:
            url = f"http://127.0.0.1:{port}/webhook"
            return await act(EndpointConfig(url, headers={"X-Action-Secret": "s"}))
        finally:
            await action_connections.close()
            await runner.cleanup()

    return asyncio.run(run()), seen


def formed(form: Any, tracker: DialogueStateTracker, *, selective: bool) -> dict[str, Any]:
    """The call of an action in this form."""
    endpoint = EndpointConfig(enable_selective_domain=selective)
    return form(RemoteAction("action_x", endpoint), tracker, Domain.empty())


def test_one_connection_for_many_actions() -> None:
    async def act(endpoint: EndpointConfig) -> list[Any]:
        return [await endpoint.request(json={"n": number}) for number in range(5)]

    answers, seen = asked(act)
    assert answers == [{"events": []}] * 5
    assert len(seen) == 5 and len(set(seen)) == 1 and seen[0][1] == "s"


def test_one_connection_for_many_requests_of_customers() -> None:
    """Each names itself in its headers, which must not tell its connection from the others'."""

    async def act(endpoint: EndpointConfig) -> None:
        for number in range(5):
            logs.begin("u:k1", f"m{number}")
            await endpoint.request(json={"n": number})
            logs.end()

    _, seen = asked(act)
    assert len({peer for peer, _, _ in seen}) == 1
    assert len({traced for _, _, traced in seen}) == 5 and "" not in {traced for _, _, traced in seen}


def test_a_refused_action_gives_its_connection_back() -> None:
    async def act(endpoint: EndpointConfig) -> None:
        for _ in range(3):
            with pytest.raises(ClientResponseError):
                await endpoint.request(params={"status": "500"})
        await endpoint.request()

    _, seen = asked(act)
    assert len(seen) == 4 and len(set(seen)) == 1


def test_of_what_was_said_before_only_the_words_are_sent() -> None:
    """Of the last message all, where Rasa's own helpers of actions look; the conversation keeps all of it."""
    guessed = {"intent": {"name": "bill"}, "entities": [], "text": "字", "intent_ranking": [{"name": "bill"}]}
    said = [events.UserUttered("字", {"name": "bill"}, [], dict(guessed)) for _ in range(2)]
    answer = events.BotUttered("答", {"buttons": [{"title": "好"}]}, {"bill": "10月账单"})
    happened = [events.ActionExecuted("action_listen"), *said, answer, events.SlotSet("link", 7)]
    tracker = DialogueStateTracker.from_events("c", happened, [AnySlot("link", [{}])])
    rasas, ours = (
        formed(form, tracker, selective=True) for form in (RASAS, RemoteAction._action_call_format)
    )
    sent = [{**event, "timestamp": 0} for event in ours["tracker"].pop("events")]
    assert sent == [
        {"event": "action", "timestamp": 0, "name": "action_listen"},
        *[{"event": "user", "timestamp": 0, "text": "字"}] * 2,
        {"event": "bot", "timestamp": 0, "text": "答"},
        {"event": "slot", "timestamp": 0, "name": "link", "value": 7},
    ]
    names = ("event", "timestamp", "name", "value", "text")
    of_rasa = rasas["tracker"].pop("events")
    read = [{name: event[name] for name in names if name in event} for event in of_rasa]
    assert sent == [{**event, "timestamp": 0} for event in read]
    assert ours == rasas and ours["tracker"]["latest_message"]["intent_ranking"]
    assert said[1].parse_data["intent_ranking"] and answer.metadata == {"bill": "10月账单"}


@pytest.mark.parametrize("selective", [True, False])
def test_an_action_server_gets_the_domain_as_rasa_sends_it(selective: bool) -> None:
    tracker = DialogueStateTracker.from_events("c", [events.ActionExecuted("action_listen")])
    rasas, ours = (
        formed(form, tracker, selective=selective) for form in (RASAS, RemoteAction._action_call_format)
    )
    assert ours.get("domain") == rasas.get("domain") and ("domain" in ours) is not selective


def test_after_the_end_nothing_is_left_open() -> None:
    async def act(endpoint: EndpointConfig) -> aiohttp.BaseConnector | None:
        async with endpoint.session() as session:
            return session.connector

    connector, _ = asked(act)
    assert connector is not None and connector.closed


def test_it_fits_this_rasa_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rasa, "__version__", "3.6.22")
    with pytest.raises(rasa_version.WrongRasa, match=r"3\.6\.22"):
        action_connections.install()
