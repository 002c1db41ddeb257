"""What axe finds wrong in a page for people who use it in another way than by eye and mouse."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from playwright.sync_api import Page

from scripts.build import WEB

AXE = WEB / "node_modules" / "axe-core" / "axe.min.js"
WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa")  # WCAG 2.2, A and AA
RULES = (*WCAG, "best-practice")
RUN = (
    "([rules, inside]) => axe.run(inside ? {include: [[inside]]} : document,"
    "{runOnly: rules, resultTypes: ['violations', 'incomplete']})"
)


def violations(tab: Page, rules: Sequence[str] = RULES, inside: str = "") -> list[str]:
    """One line for each element of the page, or `inside` one, that breaks a rule.

    The rules are those of WCAG 2.2 A and AA, and by default axe's own of good practice.
    """
    if not tab.evaluate("typeof axe !== 'undefined'"):
        tab.evaluate(f"() => {{ {AXE.read_text('utf-8')} }}")
    found: dict[str, Any] = tab.evaluate(RUN, [list(rules), inside])
    return [
        f"{rule['id']}: {node['target']} {node.get('failureSummary', '')}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]
