"""The parts of the channel by themselves: settings, identity, buttons, typed text, rates."""

from __future__ import annotations

import pytest
import yaml

from channels import locks, masking, settings, text, turns, words
from channels.buttons import ButtonExpired, ButtonForged, ButtonOfAnother, ButtonSigner, Press
from channels.mailbox import LEASE_S
from channels.rate import RateLimit
from tests.channels.conftest import ROOT

DEMO = {
    "YUEFU_PROFILE": "demo",
    "YUEFU_JWT_SECRET": "jwt-secret-of-the-tests-0123456789",
    "YUEFU_BUTTON_SECRET": "button-secret-of-the-tests",
    "YUEFU_ACTION_SECRET": "action-secret-of-the-tests",
}
LIVE = {"YUEFU_PROFILE": "", "YUEFU_JWT_ISSUER": "shop"}
PRODUCTION = {
    "YUEFU_PROFILE": "production",
    "YUEFU_JWT_ISSUER": "shop",
    "YUEFU_JWT_JWKS_URL": "https://login.shop.example/jwks",
    "YUEFU_BUTTON_SECRET": "Gd1oP6kVt3XzB8rNqY5wMj2aHf9sLc7u",
    "YUEFU_ACTION_SECRET": "aK4vT9bQ2xL7mZ0pWc6yRf3sJh8nUe5d",
    "YUEFU_CHAT_DB": "postgresql://bot@db/chat",
    "YUEFU_REDIS_URL": "redis://redis/0",
}


@pytest.mark.parametrize("name", ["YUEFU_JWT_SECRET", "YUEFU_BUTTON_SECRET", "YUEFU_ACTION_SECRET"])
@pytest.mark.parametrize("value", ["", "short"])
def test_a_missing_or_short_secret_is_named(name: str, value: str) -> None:
    with pytest.raises(settings.SettingsError, match=name):
        settings.load({**DEMO, name: value})


@pytest.mark.parametrize(
    ("named", "change"),
    [
        ("YUEFU_CHAT_MAX_CHARS", {"YUEFU_CHAT_MAX_CHARS": "many"}),
        ("YUEFU_CHAT_RATE_MESSAGES", {"YUEFU_CHAT_RATE_MESSAGES": "0"}),
        ("YUEFU_ACTION_TIMEOUT_S", {"YUEFU_ACTION_TIMEOUT_S": "inf"}),
        ("YUEFU_CHAT_ORIGINS", {"YUEFU_CHAT_ORIGINS": "*"}),
        ("YUEFU_CHAT_DB", {"YUEFU_CHAT_DB": "://"}),
        ("YUEFU_JWT_ISSUER", {"YUEFU_PROFILE": "production"}),
        ("YUEFU_CHAT_VISITORS", {"YUEFU_CHAT_VISITORS": "-1"}),
        ("YUEFU_JWT_JWKS_URL", {"YUEFU_PROFILE": "", "YUEFU_JWT_ISSUER": "shop"}),
        (
            "YUEFU_JWT_JWKS_URL",
            {**LIVE, "YUEFU_JWT_JWKS_URL": "https://a.example", "YUEFU_JWT_PUBLIC_KEY": "x"},
        ),
        ("YUEFU_JWT_JWKS_URL", {**LIVE, "YUEFU_JWT_JWKS_URL": "http://login.shop.example/jwks"}),
        ("YUEFU_JWT_JWKS_URL", {**LIVE, "YUEFU_JWT_JWKS_URL": "file:///etc/passwd"}),
        (
            "YUEFU_JWT_PUBLIC_KEY",
            {"YUEFU_PROFILE": "", "YUEFU_JWT_ISSUER": "shop", "YUEFU_JWT_PUBLIC_KEY": "/no/such.pem"},
        ),
        (
            "YUEFU_JWT_ALGORITHMS",
            {**LIVE, "YUEFU_JWT_JWKS_URL": "https://a.example", "YUEFU_JWT_ALGORITHMS": "RS256,HS256"},
        ),
        (
            "YUEFU_JWT_ALGORITHMS",
            {**LIVE, "YUEFU_JWT_PUBLIC_KEY": "x.pem", "YUEFU_JWT_ALGORITHMS": "RS256,ES256"},
        ),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(named: str, change: dict[str, str]) -> None:
    with pytest.raises(settings.SettingsError, match=named):
        settings.load({**DEMO, **change})


@pytest.mark.parametrize(
    ("named", "value"),
    [
        ("YUEFU_CHAT_DB", ""),
        ("YUEFU_CHAT_DB", "sqlite:///chat.db"),
        ("YUEFU_REDIS_URL", ""),
        ("YUEFU_REDIS_URL", "http://redis"),
        ("YUEFU_BUTTON_SECRET", "local-development-local-development"),
        ("YUEFU_BUTTON_SECRET", PRODUCTION["YUEFU_ACTION_SECRET"]),
        ("YUEFU_METRICS_SECRET", "x"),
        ("YUEFU_METRICS_SECRET", PRODUCTION["YUEFU_ACTION_SECRET"]),
        ("YUEFU_DRAIN_S", "soon"),
        ("YUEFU_BUTTON_SECRET_FILE", "/no/such/file"),
    ],
)
def test_production_does_not_start_with(named: str, value: str) -> None:
    without = {name: text for name, text in PRODUCTION.items() if f"{name}_FILE" != named}
    with pytest.raises(settings.SettingsError, match=named):
        settings.load({**without, named: value})


def test_production_has_all_it_needs_and_time_to_leave() -> None:
    loaded = settings.load(PRODUCTION)
    assert (loaded.demo, loaded.redis_url, loaded.drain_s) == (False, "redis://redis/0", 5)
    assert settings.load({**DEMO}).drain_s == 0
    assert max(locks.LIFE_S, LEASE_S) <= 8 and turns.RENEW_S <= LEASE_S / 4, (
        "a dead bot's customers are free in 10 s"
    )


def test_of_two_secrets_the_first_is_sent() -> None:
    new = "qZ8wE3rT6yU1iO5pA9sD2fG7hJ4kL0xC"
    changing = {**PRODUCTION, "YUEFU_ACTION_SECRET": f"{new} {PRODUCTION['YUEFU_ACTION_SECRET']}"}
    assert settings.load(changing).action_secret == new


def test_defaults_and_no_secret_in_a_repr() -> None:
    loaded = settings.load({**DEMO, "YUEFU_RUN_DIR": "somewhere"})
    assert loaded.chat_db_url == "sqlite:///somewhere/chat.db"
    assert (loaded.max_chars, loaded.rate_messages, loaded.rate_window_s) == (300, 10, 10)
    assert (loaded.max_body_bytes, loaded.action_timeout_s, loaded.origins) == (131_072, 20, ())
    assert "secret" not in repr(loaded)
    keys = {"YUEFU_JWT_JWKS_URL": "https://login.shop.example/jwks"}
    live = settings.load({**DEMO, **LIVE, **keys})
    assert (loaded.tokens.algorithms, live.tokens.algorithms) == (("HS256",), ("RS256", "ES256"))
    assert (loaded.visitors_a_minute, live.visitors_a_minute) == (60, 0), "visitors only where it is said so"


SIGNER = ButtonSigner("button-secret-of-the-tests")
SETTLE = Press("confirm_settle", "确认结清", {"quote_id": "q1", "amount_fen": 410_800})


def test_a_button_comes_back_as_it_was_signed() -> None:
    token = SIGNER.sign("web-a", SETTLE, 1000)
    assert SIGNER.read("web-a", token, 1000) == SETTLE
    assert SETTLE.parse_data()["entities"] == [
        {"entity": "quote_id", "value": "q1"},
        {"entity": "amount_fen", "value": 410_800},
    ]


@pytest.mark.parametrize(
    ("intent", "life_s"),
    [("confirm_settle", 900), ("confirm_close", 900), ("apply_unfreeze", 900), ("offer_settle", 86_400)],
)
def test_decisions_expire_sooner(intent: str, life_s: int) -> None:
    token = SIGNER.sign("web-a", Press(intent, "x"), 1000)
    assert SIGNER.read("web-a", token, 1000 + life_s - 1)
    with pytest.raises(ButtonExpired):
        SIGNER.read("web-a", token, 1000 + life_s)


def test_another_senders_button_is_refused() -> None:
    with pytest.raises(ButtonOfAnother):
        SIGNER.read("web-b", SIGNER.sign("web-a", SETTLE, 1000), 1000)


def test_a_changed_button_is_refused() -> None:
    token = SIGNER.sign("web-a", SETTLE, 1000)
    forged = [token[:i] + ("A" if token[i] != "A" else "B") + token[i + 1 :] for i in range(len(token) - 1)]
    for bad in (
        *forged,
        "",
        "月",
        "!",
        token[:40],
        token * 100,
        ButtonSigner("x" * 20).sign("web-a", SETTLE, 1000),
    ):
        with pytest.raises(ButtonForged):
            SIGNER.read("web-a", bad, 1000)


@pytest.mark.parametrize(
    ("typed", "heard"),
    [
        ("怎么关闭月付", "怎么关闭月付"),
        ("  前后空白\u3000\n", "前后空白"),
        ("/confirm", "／confirm"),
        ("\x1f\u2060/confirm", "／confirm"),
        ("//x", "／/x"),
        ("EXTERNAL: x", "EXTERNAL x"),
        ("External:x", "Externalx"),
        ("说 /confirm", "说 /confirm"),
        ("一\x00二\x1b[0m", "一二[0m"),
        ("坏\ud83d字", "坏?字"),
        ("卡6222021234567890还款", "卡****7890还款"),
        ("电话13812345678", "电话138****5678"),
        ("订单 123456789012", "订单 123456789012"),
        ("1", "1"),
    ],
)
def test_clean(typed: str, heard: str) -> None:
    assert text.clean(typed, 300) == heard


@pytest.mark.parametrize("typed", ["", " ", "\u3000\x1f", "😀", "👨‍👩‍👧", "🇨🇳", "3️⃣", "…！", "\u200b", "❤️"])
def test_nothing_asked(typed: str) -> None:
    with pytest.raises(text.NothingAsked):
        text.clean(typed, 300)


def test_too_long_is_counted_in_characters() -> None:
    assert text.clean("月" * 300, 300)
    with pytest.raises(text.TooLong):
        text.clean("月" * 301, 300)
    assert text.shown("月" * 20_000) == "月" * 300 + "…"


@pytest.mark.parametrize(
    ("line", "masked"),
    [
        ("13812345678", "138****5678"),
        ("+86 138 1234 5678 。", "+86 138****5678 。"),
        ("6222021234567", "****4567"),
        ("6222021234567890123", "****0123"),
        ("6222 0212 3456 7890 123", "****0123"),
        ("6222-0212-3456-7890", "****7890"),
        ("62220212345678901234", "62220212345678901234"),
        ("order 123456789012", "order 123456789012"),
        ("2026-11-23 08:33:35", "2026-11-23 08:33:35"),
        ("12345678901", "12345678901"),
        ("密码是Qwer2580，帮我关", "密码****，帮我关"),
        ("验证码 204418", "验证码****"),
        ("忘了密码，验证码10分钟没来", "忘了密码，验证码10分钟没来"),
        ("11010119900307123X", "****123X"),
        ("身份证110101199003071234。", "身份证****1234。"),
        ("110101 19900307 123x", "****123x"),
        ("１３８１２３４５６７８", "138****5678"),
        ("我的号是幺三八一二三四五六七八", "我的号是138****5678"),
        ("一三八 一二三四 五六七八", "138****5678"),
        ("138.1234.5678", "138****5678"),
        ("138 12 34 56 78", "138****5678"),
        ("138 123 45678", "138****5678"),
        ("1 3 8 1 2 3 4 5 6 7 8", "****5678"),
        ("1\u200b38\u200b12345678", "138****5678"),
        ("①③⑧①②③④⑤⑥⑦⑧", "138****5678"),
        ("6222020000000000 005", "****0005"),
        ("622202 0000000000000", "****0000"),
        ("订单号：6222020000000000000", "订单号：****0000"),
        ("１１０１０１１９９００３０７１２３Ｘ", "****123X"),
        ("110101 1990 0307 123X", "****123X"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjIn0.abc-_1", "eyJ****"),
        ("Authorization: Bearer abcdefgh-12345678", "Authorization: Bearer ****"),
        ("我的码fR3-_xkQ0aZbYcXdWeVfUgThSiRjQkPlOmNnMo1x2yA，谢谢", "我的码****，谢谢"),
        ("0123456789abcdef0123456789abcdef0123456789a", "0123456789abcdef0123456789abcdef0123456789a"),
        ("1500.00 300.50", "1500.00 300.50"),
        ("二〇二六年十一月三日还一千五百", "二〇二六年十一月三日还一千五百"),
        ("20261103123456", "20261103123456"),
        ("订单号：4967190341234567890", "订单号：4967190341234567890"),
        (
            "JQ20261103-0001、GB20261103-0002、J20261103-0004-2",
            "JQ20261103-0001、GB20261103-0002、J20261103-0004-2",
        ),
    ],
)
def test_masking(line: str, masked: str) -> None:
    assert masking.mask(line) == masked


def test_the_rate_is_a_sliding_window_for_each_sender() -> None:
    rate = RateLimit(2, 10)
    assert [rate.wait_s("a", at) for at in (0, 4, 5, 9.5, 10, 10.1, 14)] == [0, 0, 5, 1, 0, 4, 0]
    assert rate.wait_s("b", 5) == 0


def test_the_assistant_has_every_sentence_that_the_channel_says() -> None:
    known: set[str] = set()
    for path in (ROOT / "data" / "responses").glob("*.yml"):
        known |= yaml.safe_load(path.read_text(encoding="utf-8")).get("responses", {}).keys()
    assert set(words.USED_HERE) <= known
