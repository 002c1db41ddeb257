"""A company's login, to try the production profile with: `python -m demo.login FOLDER SUBJECT [ACR]`.

Prints a JWT of ten minutes, signed by the key in FOLDER (`login.pem`, made with its public half
`login-public.pem` where there is none yet). `ACR` is `payment` for somebody who has just logged in strongly.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization as forms
from cryptography.hazmat.primitives.asymmetric import ec

ALGORITHM = "ES256"
ISSUER = "https://login.shop.example"
AUDIENCE = "webchat"
LIFE_S = 600


def make_keys(folder: Path) -> Path:
    """The public key's file; both are made where they are missing, the private one for this user alone."""
    public, private = folder / "login-public.pem", folder / "login.pem"
    if private.exists():
        return public
    key = ec.generate_private_key(ec.SECP256R1())
    public.write_bytes(
        key.public_key().public_bytes(forms.Encoding.PEM, forms.PublicFormat.SubjectPublicKeyInfo)
    )
    plain = key.private_bytes(forms.Encoding.PEM, forms.PrivateFormat.PKCS8, forms.NoEncryption())
    with os.fdopen(os.open(private, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(plain)
    return public


def token(folder: Path, subject: str, acr: str = "", ahead_s: int = 0) -> str:
    """A login of `subject`, given out by a clock that is `ahead_s` seconds before this machine's."""
    make_keys(folder)
    now = int(time.time()) + ahead_s
    claims: dict[str, Any] = {"iss": ISSUER, "aud": AUDIENCE, "sub": subject, "iat": now, "exp": now + LIFE_S}
    if acr:
        claims |= {"acr": acr, "auth_time": now}
    return jwt.encode(claims, (folder / "login.pem").read_bytes(), algorithm=ALGORITHM)


if __name__ == "__main__":
    print(token(Path(sys.argv[1]), sys.argv[2], "".join(sys.argv[3:4])))
