"""The app and the business account that the tests' platform and the bot under test share."""

from __future__ import annotations

CHANNEL = "douyin"
PREFIX = "dy-"
CLIENT_KEY = "awx1a2b3c4d5e6f7"
SECRET = "douyin-secret-of-the-tests-0123456789"
ACCOUNT = "ba253642-0590-40bc-9bdf-9a1334b94059"
SECRETS = {"YUEFU_DOUYIN_SECRET": SECRET}


def entry(api_base: str) -> str:
    """This channel in credentials.yml."""
    return f"""
channels.douyin.DouyinInput:
  client_key: {CLIENT_KEY}
  client_secret: ${{YUEFU_DOUYIN_SECRET}}
  accounts: [{ACCOUNT}]
  api_base: {api_base}
"""
