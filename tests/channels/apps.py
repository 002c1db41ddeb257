"""Every messaging app; what they have in common is tested with each of them. For both environments."""

from __future__ import annotations

from tests.channels.app_talk import App
from tests.channels.douyin_talk import Douyin
from tests.channels.kf_talk import Kf
from tests.channels.wechat_talk import Wechat

APPS: tuple[type[App], ...] = (Kf, Wechat, Douyin)
