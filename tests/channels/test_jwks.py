"""Keys from the host of a login: fetched once, renewed, replaced, and none that proves nothing."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from channels import jwks
from channels.identity import Unauthorized
from channels.jwks import FRESH_S, PAUSE_S, STALE_S, KeySet, KeysUnavailable
from tests.channels.key_host import KeyHost, KeyPair, key_host
from tests.channels.test_identity import ALGORITHMS, DEMO, LIVE, Found, pem, verifier


@pytest.fixture
def host() -> Iterator[KeyHost]:
    with key_host() as started:
        yield started


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keys(host: KeyHost, clock: Clock) -> KeySet:
    return KeySet(host.url, ALGORITHMS, clock)


def in_one_loop(*steps: Callable[[], Awaitable[Found]]) -> list[Found]:
    async def run() -> list[Found]:
        return [await step() for step in steps]

    return asyncio.run(run())


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_key_of_the_hosts_lets_in_and_is_asked_for_once(
    host: KeyHost, keys: KeySet, algorithm: str
) -> None:
    pair = KeyPair("k1", algorithm)
    host.publish(pair.published())
    check = verifier({**LIVE, "YUEFU_JWT_JWKS_URL": host.url}, keys).verify
    seen = in_one_loop(*[lambda: check(pair.token("u1"))] * 3)
    assert [who.sender for who in seen] == ["web-u1"] * 3
    assert host.asked == 1


def test_a_new_key_is_found_and_an_old_one_is_gone(host: KeyHost, keys: KeySet, clock: Clock) -> None:
    old, new = KeyPair("old"), KeyPair("new", "ES256")
    host.publish(old.published())
    assert asyncio.run(keys.find("old", "RS256"))
    host.publish(old.published(), new.published())
    assert asyncio.run(keys.find("new", "ES256")) is None, "too soon to ask again"
    clock.now += PAUSE_S
    assert asyncio.run(keys.find("new", "ES256"))
    host.publish(new.published())
    clock.now += FRESH_S
    assert asyncio.run(keys.find("old", "RS256")), "five minutes at most"
    clock.now += 1
    assert asyncio.run(keys.find("old", "RS256")) is None
    assert host.asked == 3


def test_unknown_ids_ask_the_host_once_in_ten_seconds(host: KeyHost, keys: KeySet, clock: Clock) -> None:
    host.publish(KeyPair("k1").published())
    for number in range(50):
        assert asyncio.run(keys.find(f"made-up-{number}", "RS256")) is None
        clock.now += 1
    assert host.asked == 5


def test_who_comes_at_once_waits_for_one_fetch(host: KeyHost, keys: KeySet) -> None:
    host.publish(KeyPair("k1").published())
    host.delay_s = 0.3

    async def crowd() -> list[Any]:
        tasks = [asyncio.create_task(keys.find("k1", "RS256")) for _ in range(20)]
        await asyncio.sleep(0.1)
        tasks.pop().cancel()  # one hangs up: the others are answered all the same
        return await asyncio.gather(*tasks)

    assert all(asyncio.run(crowd()))
    assert host.asked == 1


@pytest.mark.parametrize("trouble", ["500", "302", "garbage", "empty", "long", "slow"])
def test_the_last_keys_hold_for_an_hour_when_the_host_is_down(
    host: KeyHost, keys: KeySet, clock: Clock, trouble: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jwks, "TIMEOUT_S", 0.5)
    host.publish(KeyPair("k1").published())
    assert asyncio.run(keys.find("k1", "RS256"))
    good = host.body
    if trouble.isdigit():
        host.status = int(trouble)
    host.delay_s = 0.8 if trouble == "slow" else 0
    bodies = {"garbage": b"<html>", "empty": b'{"keys": []}', "long": good + b" " * jwks.MAX_BYTES}
    host.body = bodies.get(trouble, good)
    clock.now += STALE_S
    assert asyncio.run(keys.find("k1", "RS256"))
    clock.now += 1
    with pytest.raises(KeysUnavailable):
        asyncio.run(keys.find("k1", "RS256"))
    asked = host.asked
    host.status, host.body, host.delay_s = 200, good, 0
    with pytest.raises(KeysUnavailable):  # who comes meanwhile does not wait for the host
        asyncio.run(keys.find("k1", "RS256"))
    assert host.asked == asked
    clock.now += PAUSE_S
    assert asyncio.run(keys.find("k1", "RS256"))


def test_no_keys_at_all_is_no_fault_of_the_token(host: KeyHost, keys: KeySet) -> None:
    host.status = 503
    with pytest.raises(Unauthorized) as refused:
        asyncio.run(verifier({**LIVE, "YUEFU_JWT_JWKS_URL": host.url}, keys).verify(KeyPair("k1").token("u")))
    assert refused.value.code == "service_unavailable"


UNUSABLE: dict[str, Callable[[], dict[str, Any]]] = {
    "shared secret": lambda: {"kty": "oct", "kid": "k1", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0"},
    "private": lambda: {
        **jwt.get_algorithm_by_name("RS256").to_jwk(KeyPair("k1").private, as_dict=True),
        "kid": "k1",
    },
    "for encryption": lambda: KeyPair("k1").published(use="enc"),
    "without an id": lambda: KeyPair("").published(),
    "of another algorithm": lambda: KeyPair("k1").published(alg="RS512"),
    "short": lambda: {
        **jwt.get_algorithm_by_name("RS256").to_jwk(
            rsa.generate_private_key(public_exponent=65537, key_size=1024).public_key(), as_dict=True
        ),
        "kid": "k1",
    },
    "of another curve": lambda: {
        **jwt.get_algorithm_by_name("ES384").to_jwk(
            ec.generate_private_key(ec.SECP384R1()).public_key(), as_dict=True
        ),
        "kid": "k1",
    },
}


@pytest.mark.parametrize("kind", UNUSABLE)
def test_a_key_that_proves_nothing_is_left_out(host: KeyHost, keys: KeySet, kind: str) -> None:
    good = KeyPair("good", "ES256")
    host.publish(UNUSABLE[kind](), good.published())
    for algorithm in ALGORITHMS:
        assert asyncio.run(keys.find("k1", algorithm)) is None
    assert asyncio.run(keys.find("", "RS256")) is None
    assert asyncio.run(keys.find("good", "ES256"))
    assert asyncio.run(keys.find("good", "RS256")) is None


def confused(pair: KeyPair, header: dict[str, Any], key: Any, algorithm: str) -> str:
    claims = jwt.decode(pair.token("victim"), options={"verify_signature": False})
    headers = {name: value for name, value in {"kid": pair.kid, **header}.items() if value is not None}
    return jwt.encode(claims, key, algorithm=algorithm, headers=headers)


def hmac_with_public_key(pair: KeyPair) -> str:
    """PyJWT refuses to make one, so it is made by hand: the public key's PEM taken for a shared secret."""
    _, payload, _ = pair.token("victim").split(".")
    header = base64.urlsafe_b64encode(b'{"alg":"HS256","kid":"k1","typ":"JWT"}').rstrip(b"=").decode()
    mac = hmac.new(pem(pair.private), f"{header}.{payload}".encode(), hashlib.sha256).digest()
    return f"{header}.{payload}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


FORGED: dict[str, Callable[[KeyPair, KeyPair], str]] = {
    "no signature": lambda ours, _: confused(ours, {}, "", "none"),
    "public key as shared secret": lambda ours, _: hmac_with_public_key(ours),
    "demo's secret": lambda ours, _: confused(ours, {}, DEMO["YUEFU_JWT_SECRET"], "HS256"),
    "another's key": lambda ours, theirs: confused(ours, {}, theirs.private, "RS256"),
    "own key in the header": lambda ours, theirs: confused(
        ours, {"jwk": theirs.published()}, theirs.private, "RS256"
    ),
    "own key's address": lambda ours, theirs: confused(
        ours, {"jku": "http://127.0.0.1:9/x"}, theirs.private, "RS256"
    ),
    "unlisted algorithm": lambda ours, _: confused(ours, {}, ours.private, "RS512"),
    "unknown extension": lambda ours, _: confused(ours, {"crit": ["exp"]}, ours.private, "RS256"),
    "no key id": lambda ours, _: confused(ours, {"kid": None}, ours.private, "RS256"),
    "odd key id": lambda ours, _: confused(ours, {"kid": "../../dev/null"}, ours.private, "RS256"),
    "audience": lambda ours, _: ours.token("victim", aud="shop-api"),
    "issuer": lambda ours, _: ours.token("victim", iss="https://login.evil.example"),
    "expired": lambda ours, _: ours.token("victim", iat=int(time.time()) - 700, exp=int(time.time()) - 100),
    "too long": lambda ours, _: ours.token("victim", extra="x" * 9000),
}


@pytest.mark.parametrize("kind", FORGED)
def test_a_forged_token_lets_nobody_in(host: KeyHost, keys: KeySet, kind: str) -> None:
    ours = KeyPair("k1")
    host.publish(ours.published())
    check = verifier({**LIVE, "YUEFU_JWT_JWKS_URL": host.url}, keys).verify
    assert asyncio.run(check(ours.token("u1", aud=["webchat", "shop-api"]))).sender == "web-u1"
    with pytest.raises(Unauthorized) as refused:
        asyncio.run(check(FORGED[kind](ours, KeyPair("k2"))))
    assert refused.value.code == ("expired" if kind == "expired" else "unauthorized")
