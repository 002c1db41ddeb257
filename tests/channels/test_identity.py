"""Whose token it is: which keys, which algorithms, which claims, how long; and the passes of visitors."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any, TypeVar

import jwt
import pytest
from cryptography.hazmat.primitives import serialization

from channels import settings
from channels.identity import Identity, Unauthorized, Verifier
from channels.jwks import KeySet
from channels.visitors import LIFE_S, RETURN_S, Visitors
from tests.channels.key_host import ISSUER, KeyPair

DEMO = {
    "YUEFU_PROFILE": "demo",
    "YUEFU_JWT_SECRET": "jwt-secret-of-the-tests-0123456789",
    "YUEFU_BUTTON_SECRET": "button-secret-of-the-tests",
    "YUEFU_ACTION_SECRET": "action-secret-of-the-tests",
}
LIVE = {**DEMO, "YUEFU_PROFILE": "", "YUEFU_JWT_ISSUER": ISSUER}
ALGORITHMS = ("RS256", "ES256")
NO_VISITORS = Visitors("button-secret-of-the-tests", 0)
Found = TypeVar("Found")


def verifier(env: dict[str, str], keys: KeySet | None = None) -> Verifier:
    return Verifier(settings.load(env).tokens, keys, NO_VISITORS)


def verify(**claims: Any) -> Identity:
    """Of the demo's token with these claims; None leaves one out."""
    usual = {"iss": "yuefu-demo", "aud": "webchat", "sub": "c-owing", "exp": int(time.time()) + 60}
    kept = {name: value for name, value in {**usual, **claims}.items() if value is not None}
    token = jwt.encode(kept, DEMO["YUEFU_JWT_SECRET"], algorithm="HS256")
    return asyncio.run(verifier(DEMO).verify(token))


@pytest.mark.parametrize("claim", ["iss", "aud", "sub", "exp"])
def test_every_required_claim_is_required(claim: str) -> None:
    with pytest.raises(Unauthorized):
        verify(**{claim: None})


@pytest.mark.parametrize("sub", ["", "a b", "a/b", "x" * 65, "客户", "a\n", 5, ["c-owing"]])
def test_a_subject_is_plain(sub: Any) -> None:
    with pytest.raises(Unauthorized):
        verify(sub=sub)


def test_a_strong_login_is_read_and_one_from_the_future_is_not() -> None:
    now = int(time.time())
    assert (verify(acr="payment", auth_time=now).acr, verify(auth_time=now).auth_time) == ("payment", now)
    assert verify(acr="gold").acr == ""
    odd_ones = (now + 3600, -1, float("nan"), float("inf"), "now", True)
    assert [verify(auth_time=odd).auth_time for odd in odd_ones] == [0] * len(odd_ones)


@pytest.mark.parametrize(
    ("iat_s", "exp_s", "lives"),
    [
        (0, 600, True),
        (None, 600, True),
        (30, 600, True),  # the issuer's clock is ahead
        (0, 601, False),
        (-3000, 300, False),  # the last minutes of an hour's token
        (None, 3600, False),
        (3600, 4000, False),
        ("0", 600, False),
    ],
)
def test_a_token_lives_ten_minutes_at_most(iat_s: Any, exp_s: int, lives: bool) -> None:
    now = int(time.time())
    claims = {"iat": now + iat_s if isinstance(iat_s, int) else iat_s, "exp": now + exp_s}
    if lives:
        assert verify(**claims).exp == now + exp_s
    else:
        with pytest.raises(Unauthorized):
            verify(**claims)


def test_a_token_that_is_not_valid_yet_is_refused() -> None:
    with pytest.raises(Unauthorized):
        verify(nbf=int(time.time()) + 300)
    assert verify(nbf=int(time.time()) - 1)


def pem(key: Any) -> bytes:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, form)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_outside_the_demo_a_public_key_decides(tmp_path: Path, algorithm: str) -> None:
    ours, theirs = KeyPair("1", algorithm), KeyPair("1", algorithm)
    (tmp_path / "key.pem").write_bytes(pem(ours.private))
    env = {**LIVE, "YUEFU_JWT_ALGORITHMS": algorithm, "YUEFU_JWT_PUBLIC_KEY": str(tmp_path / "key.pem")}
    check = verifier(env).verify
    assert asyncio.run(check(ours.token("u1"))).sender == "web-u1"
    claims = jwt.decode(ours.token("u1"), options={"verify_signature": False})
    shared = jwt.encode(claims, DEMO["YUEFU_JWT_SECRET"], algorithm="HS256")
    for bad in (theirs.token("u1"), shared):
        with pytest.raises(Unauthorized):
            asyncio.run(check(bad))


VISITORS = Visitors("button-secret-of-the-tests", 60)


def test_a_pass_names_a_visitor_for_ten_minutes_and_is_renewed_for_a_day() -> None:
    token = VISITORS.issue(1000)
    seen = VISITORS.read(token, 1000)
    assert seen is not None and seen.sub.startswith("anon-") and seen.exp == 1000 + LIFE_S
    assert VISITORS.read(token, 1000 + LIFE_S) is None
    assert VISITORS.returning(token, 1000 + LIFE_S + RETURN_S - 1) == seen.sub
    assert VISITORS.returning(token, 1000 + LIFE_S + RETURN_S) == ""
    again = VISITORS.read(VISITORS.issue(2000, seen.sub), 2000)
    assert again is not None and again.sub == seen.sub
    assert VISITORS.issue(1000) != token


def test_a_pass_that_is_not_ours_is_none() -> None:
    token = VISITORS.issue(1000)
    changed = [token[:i] + ("A" if token[i] != "A" else "B") + token[i + 1 :] for i in range(len(token) - 1)]
    other = Visitors("another-secret-of-the-tests", 60).issue(1000)
    for bad in (
        *changed,
        "",
        "visitor",
        "visitor..",
        token + "x" * 600,
        other,
        token.replace("visitor", "v"),
    ):
        assert VISITORS.read(bad, 1000) is None
    assert NO_VISITORS.read(token, 1000) is None, "where visitors are not let in, an old pass is not either"


def test_a_pass_is_a_login_of_nobody() -> None:
    rules = settings.load(DEMO).tokens
    who = asyncio.run(Verifier(rules, None, VISITORS).verify(VISITORS.issue(time.time())))
    assert who.sender.startswith("web-anon-") and (who.acr, who.auth_time) == ("", 0)
