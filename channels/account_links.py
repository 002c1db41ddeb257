"""Whose account a sender is: the one-time links by which customers say so."""

from __future__ import annotations

import logging
import re

from channels import masking, words
from channels.desk import Desk
from channels.service_client import ServiceError

logger = logging.getLogger(__name__)

TOKEN = re.compile(r"[A-Za-z0-9_.~-]{8,128}")
TOLD = {
    "linked": words.LINKED,
    "expired": words.LINK_EXPIRED,
    "used": words.LINK_USED,
    "unknown": words.LINK_UNKNOWN,
}


def is_token(text: str) -> bool:
    """Whether what came with a link can be one of our one-time tokens at all."""
    return TOKEN.fullmatch(text) is not None


def typed(text: str) -> str:
    """The one-time token in typed words, with whatever was pasted around it; empty without one."""
    found = masking.LINK_TOKEN.search(text)
    return found[0] if found else ""


async def redeem(desk: Desk, sender: str, token: str) -> str:
    """The response that tells the sender what their one-time link did; told again to whoever asks again.

    Raises:
        ServiceError: the service does not say; the same call may be made again.
    """
    status, body = await desk.service.call("POST", "/links/redeem", {"sender": sender, "token": token})
    state = body.get("state") if isinstance(body, dict) else None
    if status != 200 or state not in TOLD:
        raise ServiceError(f"redeeming a link answered {status}")
    if state != "linked":
        logger.warning("a link of %s was not good: %s", sender, state)
    return TOLD[state]


async def end(desk: Desk, sender: str) -> None:
    """Ends the link that the sender made, if there is one; again, it has ended already.

    Raises:
        ServiceError: the service does not say; the same call may be made again.
    """
    status, _ = await desk.service.call("POST", "/links/end", {"sender": sender})
    if status not in (200, 404):
        raise ServiceError(f"ending a link answered {status}")
