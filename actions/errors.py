"""References that let staff find in the log what a customer or a caller was told."""

from __future__ import annotations

import logging
import secrets

logger = logging.getLogger(__name__)


def new_reference() -> str:
    """A short id that can be read out on the phone, e.g. "E-7F3A9C"."""
    return f"E-{secrets.token_hex(3).upper()}"


def log_failure(reference: str, where: str, error: BaseException) -> None:
    """The traceback goes to the log alone, under the reference."""
    logger.error("[%s] in %s", reference, where, exc_info=error)


def log_refused(reference: str, where: str, why: str, caller: str) -> None:
    """A call that was not allowed: somebody may be trying what is not theirs."""
    logger.warning("[%s] refused: %.200s (%s) from %s", reference, where, why, caller)
