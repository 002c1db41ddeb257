"""The service account that the tests' platform and the bot under test share."""

from __future__ import annotations

CHANNEL = "wechat"
PREFIX = "wxoa-"
APP_ID = "wx0123456789abcdef"
ACCOUNT = "gh_0a1b2c3d4e5f"
SECRET = "wechat-secret-of-the-tests-0123456789"
TOKEN = "wechattoken1"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
SECRETS = {"YUEFU_WECHAT_SECRET": SECRET, "YUEFU_WECHAT_TOKEN": TOKEN, "YUEFU_WECHAT_AES_KEY": AES_KEY}


def entry(api_base: str) -> str:
    """This channel in credentials.yml."""
    return f"""
channels.wechat.WechatInput:
  app_id: {APP_ID}
  secret: ${{YUEFU_WECHAT_SECRET}}
  token: ${{YUEFU_WECHAT_TOKEN}}
  aes_key: ${{YUEFU_WECHAT_AES_KEY}}
  api_base: {api_base}
"""
