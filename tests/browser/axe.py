"""What axe finds wrong in a page for people who use it in another way than by eye and mouse."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from selenium.webdriver import Chrome

from scripts.build import WEB

AXE = WEB / "node_modules" / "axe-core" / "axe.min.js"
WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa")  # WCAG 2.2, A and AA
RULES = (*WCAG, "best-practice")
RUN = (
    "const done = arguments[arguments.length - 1];"
    "axe.run(arguments[1] ? {include: [[arguments[1]]]} : document,"
    "{runOnly: arguments[0], resultTypes: ['violations', 'incomplete']})"
    ".then(found => done(found), error => done({failed: String(error)}))"
)


def violations(driver: Chrome, rules: Sequence[str] = RULES, inside: str = "") -> list[str]:
    """One line for each element of the page, or `inside` one, that breaks a rule.

    The rules are those of WCAG 2.2 A and AA, and by default axe's own of good practice.
    """
    if not driver.execute_script("return typeof axe !== 'undefined'"):
        driver.execute_script(AXE.read_text("utf-8"))
    driver.set_script_timeout(60)
    found: dict[str, Any] = driver.execute_async_script(RUN, rules, inside)
    assert "failed" not in found, found
    return [
        f"{rule['id']}: {node['target']} {node.get('failureSummary', '')}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]
