"""Signed, encrypted XML: the vendor's published example, every byte changed, and what no parser may see."""

from __future__ import annotations

import base64
import hashlib
import struct

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from channels.encrypted_xml import MAX_AGE_S, Envelope, Refused, read_xml

# From the sample code that WeCom publishes for callbacks.
SAMPLE = Envelope("QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", "wx5823bf96d3bd56c7")
AT = 1409659589
QUERY = {
    "msg_signature": "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3",
    "timestamp": str(AT),
    "nonce": "263014780",
    "echostr": "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ==",
}


def signed(cipher: str) -> dict[str, str]:
    parts = sorted((SAMPLE.token, str(AT), "1", cipher))
    signature = hashlib.sha1("".join(parts).encode()).hexdigest()
    return {"msg_signature": signature, "timestamp": str(AT), "nonce": "1", "echostr": cipher}


def encrypted(plain: bytes) -> str:
    key = base64.b64decode(SAMPLE.aes_key + "=")
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(encryptor.update(plain) + encryptor.finalize()).decode()


def packed(message: bytes, receiver: bytes = SAMPLE.receiver.encode(), size: int = -1, pad: int = 0) -> bytes:
    plain = b"r" * 16 + struct.pack(">I", len(message) if size < 0 else size) + message + receiver
    pad = pad or 32 - len(plain) % 32
    return plain + bytes([pad]) * (32 - len(plain) % 32)


def test_the_published_example_opens() -> None:
    assert SAMPLE.open_echo(QUERY, AT) == "1616140317555161061"
    assert "QDG6eK" not in repr(SAMPLE) and "jWmY" not in repr(SAMPLE)


@pytest.mark.parametrize("name", sorted(QUERY))
def test_nothing_of_it_may_be_changed_or_missing(name: str) -> None:
    value = QUERY[name]
    changed = [value[:at] + ("0" if value[at] != "0" else "1") + value[at + 1 :] for at in range(len(value))]
    for bad in (*changed, "", value + "0", "月"):
        with pytest.raises(Refused):
            SAMPLE.open_echo({**QUERY, name: bad}, AT)
    with pytest.raises(Refused):
        SAMPLE.open_echo({key: value for key, value in QUERY.items() if key != name}, AT)


@pytest.mark.parametrize("stamp", ["1" * 5_000, "١٢٣", "-1", "1e9", ""])
def test_what_is_no_time_is_refused_also_where_it_is_signed(stamp: str) -> None:
    query = {"timestamp": stamp, "nonce": "n", "signature": SAMPLE._signature(stamp, "n")}
    with pytest.raises(Refused, match="too old"):
        SAMPLE.verify("signature", query, AT)


@pytest.mark.parametrize("late_s", [MAX_AGE_S + 1, -MAX_AGE_S - 1])
def test_a_time_far_from_now_is_refused(late_s: int) -> None:
    with pytest.raises(Refused, match="too old"):
        SAMPLE.open_echo(QUERY, AT + late_s)
    assert SAMPLE.open_echo(QUERY, AT + MAX_AGE_S)


@pytest.mark.parametrize(
    "cipher",
    [
        "",
        "!!!!",
        "AAAA",
        encrypted(packed(b"x", pad=33)),
        encrypted(packed(b"x", pad=3)),
        encrypted(packed(b"x", size=10_000)),
        encrypted(packed(b"x", receiver=b"wx0000000000000000")),
        encrypted(packed(b"x", receiver=b"")),
        encrypted(packed(b"\xff\xfe")),
        encrypted(b"\x20" * 32),
    ],
)
def test_a_signed_body_that_is_not_whole_is_refused(cipher: str) -> None:
    with pytest.raises(Refused):
        SAMPLE.open_echo(signed(cipher), AT)


def test_a_body_is_its_fields() -> None:
    inner = "<xml><ToUserName><![CDATA[甲]]></ToUserName><A>1 &lt; 2</A><B><C>x</C></B></xml>"
    cipher = encrypted(packed(inner.encode()))
    body = f"<xml><Encrypt><![CDATA[{cipher}]]></Encrypt></xml>".encode()
    assert SAMPLE.open_body(signed(cipher), body, AT) == {"ToUserName": "甲", "A": "1 < 2"}
    twice = body + body
    for bad in (twice, inner.encode(), b"", body.replace(b"Encrypt", b"encrypt"), body + b" " * 70_000):
        with pytest.raises(Refused):
            SAMPLE.open_body(signed(cipher), bad, AT)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "<xml>",
        "<xml></xml><xml></xml>",
        '<!DOCTYPE x [<!ENTITY a "b">]><xml><A>&a;</A></xml>',
        '<!DOCTYPE x SYSTEM "file:///etc/passwd"><xml/>',
        "<xml><A>&a;</A></xml>",
        '<?xml version="1.0" encoding="GBK"?><xml/>',
        "<a>" * 20 + "</a>" * 20,
    ],
)
def test_what_is_no_flat_document_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        read_xml(text.encode())


def test_another_encoding_is_refused() -> None:
    for encoding in ("gbk", "utf-16"):
        with pytest.raises(Refused):
            read_xml("<xml><A>月付</A></xml>".encode(encoding))
