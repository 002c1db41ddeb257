"""The account that the tests' platform and the bot under test share."""

from __future__ import annotations

import base64

CHANNEL = "wecom_kf"
PREFIX = "wxkf-"
CORP_ID = "ww1a2b3c4d5e6f7a8b"
SECRET = "kf-secret-of-the-tests-0123456789"
TOKEN = "callbacktoken1"
AES_KEY = base64.b64encode(bytes(range(1, 33))).decode()[:43]
ACCOUNT = "wkAJ2GCAAASSm4FhToWMFea0xAFfd3Q"
SECRETS = {"YUEFU_KF_SECRET": SECRET, "YUEFU_KF_TOKEN": TOKEN, "YUEFU_KF_AES_KEY": AES_KEY}


def entry(api_base: str) -> str:
    """This channel in credentials.yml."""
    return f"""
channels.wecom_kf.KfInput:
  corp_id: {CORP_ID}
  secret: ${{YUEFU_KF_SECRET}}
  token: ${{YUEFU_KF_TOKEN}}
  aes_key: ${{YUEFU_KF_AES_KEY}}
  accounts: [{ACCOUNT}]
  api_base: {api_base}
"""
