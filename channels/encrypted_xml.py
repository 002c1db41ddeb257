"""What WeCom and WeChat send to a callback: signed, encrypted XML, not parsed before its signature holds.

The signature is sha1 over the sorted token, timestamp, nonce and ciphertext; the cipher AES-256-CBC over 16
random bytes, the length in four bytes, the message, and the id of the company or app that it is for.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

MAX_AGE_S = 300
MAX_BODY_BYTES = 64 * 1024
BLOCK = 32
AES_KEY = re.compile(r"[A-Za-z0-9]{43}")
ENCRYPTED = re.compile(rb"<Encrypt>\s*(?:<!\[CDATA\[)?([A-Za-z0-9+/=]+)(?:\]\]>)?\s*</Encrypt>")


class Refused(Exception):
    """Not a message of the platform for us. The text is for the log alone."""


@dataclass(frozen=True)
class Envelope:
    """Opens what is meant for `receiver` and signed with `token`."""

    token: str = field(repr=False)
    aes_key: str = field(repr=False)
    receiver: str

    def open_echo(self, query: Mapping[str, str], now: float) -> str:
        """The text with which a callback's address is proven. Raises Refused."""
        try:
            return self._open(query, query.get("echostr", ""), now).decode("utf-8")
        except UnicodeDecodeError:
            raise Refused("not UTF-8") from None

    def open_body(self, query: Mapping[str, str], body: bytes, now: float) -> dict[str, str]:
        """The fields of the message in a request's body.

        Raises:
            Refused: too large, not encrypted, forged, too old, for another company, no flat XML in UTF-8.
        """
        if len(body) > MAX_BODY_BYTES:
            raise Refused("too large")
        found = ENCRYPTED.findall(body)
        if len(found) != 1:
            raise Refused("not encrypted")
        return read_xml(self._open(query, found[0].decode("ascii"), now))

    def seal(self, message: str, now: float) -> dict[str, str]:
        """The query with which the platform would ask for `message` back: for checking a configuration."""
        plain = secrets.token_bytes(16) + struct.pack(">I", len(message.encode())) + message.encode()
        plain += self.receiver.encode()
        pad = BLOCK - len(plain) % BLOCK
        key = base64.b64decode(self.aes_key + "=")
        encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
        cipher = base64.b64encode(
            encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()
        ).decode()
        return {**self.sign("msg_signature", now, cipher), "echostr": cipher}

    def sign(self, name: str, now: float, *more: str) -> dict[str, str]:
        """A query whose `name` is the platform's signature, also over what is in `more`."""
        stamp, nonce = str(int(now)), secrets.token_hex(5)
        return {"timestamp": stamp, "nonce": nonce, name: self._signature(stamp, nonce, *more)}

    def verify(self, name: str, query: Mapping[str, str], now: float, *more: str) -> None:
        """Raises Refused unless `name` is the platform's signature, also over `more`, and fresh."""
        stamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
        wanted = self._signature(stamp, nonce, *more)
        if not hmac.compare_digest(wanted.encode(), query.get(name, "").encode()):
            raise Refused("forged")
        if not re.fullmatch("[0-9]{1,12}", stamp) or abs(now - int(stamp)) > MAX_AGE_S:
            raise Refused("too old")

    def _signature(self, *parts: str) -> str:
        return hashlib.sha1("".join(sorted((self.token, *parts))).encode()).hexdigest()

    def _open(self, query: Mapping[str, str], cipher: str, now: float) -> bytes:
        self.verify("msg_signature", query, now, cipher)
        return self._decrypt(cipher)

    def _decrypt(self, cipher: str) -> bytes:
        key = base64.b64decode(self.aes_key + "=")
        try:
            raw = base64.b64decode(cipher, validate=True)
        except (binascii.Error, ValueError):
            raise Refused("no ciphertext") from None
        if not raw or len(raw) % 16:
            raise Refused("no ciphertext")
        decryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
        plain = decryptor.update(raw) + decryptor.finalize()
        pad = plain[-1]
        if not 1 <= pad <= BLOCK or plain[-pad:] != bytes([pad]) * pad or len(plain) - pad < 20:
            raise Refused("no plaintext")
        plain = plain[16:-pad]
        size = struct.unpack(">I", plain[:4])[0]
        message, receiver = plain[4 : 4 + size], plain[4 + size :]
        if len(message) != size or not hmac.compare_digest(receiver, self.receiver.encode()):
            raise Refused("for another company")
        return message


def read_xml(raw: bytes) -> dict[str, str]:
    """The fields directly below the root of a small document, as text; what is nested deeper is left out.

    Raises:
        Refused: no XML, not UTF-8, a document type or entities of its own.
    """
    fields: dict[str, str] = {}
    path: list[str] = []

    def begin(name: str, _attributes: dict[str, str]) -> None:
        path.append(name)
        if len(path) > 8:
            raise Refused("nested too deep")

    def text(data: str) -> None:
        if len(path) == 2:
            fields[path[1]] = fields.get(path[1], "") + data

    def end(_name: str) -> None:
        path.pop()

    def forbidden(*_: object) -> None:
        raise Refused("a document type")

    def declared(_version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.upper() not in ("UTF-8", "UTF8"):
            raise Refused("not UTF-8")

    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = begin, end, text
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = forbidden
    parser.XmlDeclHandler = declared
    try:
        raw.decode("utf-8")
        parser.Parse(raw, True)
    except (expat.ExpatError, UnicodeDecodeError):
        raise Refused("no XML in UTF-8") from None
    return fields
