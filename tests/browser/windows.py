"""What a page is looked at through: a desktop's window or a phone's screen, its colours, its motion."""

from __future__ import annotations

from typing import Any

import pytest

from tests import chromium

Window = dict[str, Any]  # options of a Playwright context
DESKTOP: Window = {"viewport": chromium.WINDOW}
PHONE: Window = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
#: The browser's own, as it was opened: of its tabs only the one in front is visible.
TABS: Window = {}


def screen(width_px: int, scheme: str = "light", motion: str = "no-preference") -> Window:
    """As wide as said, a phone's if that is narrow, but under a mouse."""
    return {
        "viewport": {"width": width_px, "height": 844},
        "is_mobile": width_px < 600,
        "color_scheme": scheme,
        "reduced_motion": motion,
    }


def through(**windows: Window) -> pytest.MarkDecorator:
    """Runs a test once through each of these windows, by name; without it a test looks through DESKTOP."""
    return pytest.mark.parametrize("window", windows.values(), indirect=True, ids=windows)
