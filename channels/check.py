"""`make channels-check`: whether the messaging channels that credentials.yml lists are set up right.

Checks each channel's keys, the page for logging in, that the platform is reached and its clock is ours, that
it gives an access token, that a running bot answers the platform's own signed check, and what was never
delivered. A line for each; exit code 1 when one of them is wrong. No key's value is printed.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
import rasa.shared.utils.common
import rasa.shared.utils.io
import sqlalchemy as sa
from rasa.shared.exceptions import RasaException

from channels import credentials, settings
from channels.chat_database import open_engine
from channels.messaging import MessagingInput
from channels.outgoing import Outgoing
from channels.platform_api import PlatformError
from profiles.environment import host_page

MAX_SKEW_S = 60
TIMEOUT_S = 10


class Wrong(Exception):
    """One thing that is not right. The message is a sentence."""


def messaging_channels(path: str) -> Iterator[tuple[type[MessagingInput], Mapping[str, Any] | None]]:
    """The connectors that a credentials file lists, with their keys.

    Raises:
        Wrong: the file cannot be read, or names a class that there is not.
    """
    try:
        listed = rasa.shared.utils.io.read_config_file(path)
        for name, given in listed.items():
            kind = rasa.shared.utils.common.class_from_module_path(name) if "." in name else None
            if kind is not None and issubclass(kind, MessagingInput):
                yield kind, given
    except (RasaException, ImportError, AttributeError) as error:
        raise Wrong(f"{path}: {error}") from None


async def check_clock(connector: MessagingInput, _url: str) -> str:
    base = connector.values["api_base"]
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT_S)) as session:
        try:
            async with session.get(base, allow_redirects=False) as answer:
                date = answer.headers.get("Date", "")
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
            raise Wrong(f"the platform is not reached at {base} ({type(error).__name__})") from None
    try:
        skew_s = time.time() - parsedate_to_datetime(date).timestamp()
    except (ValueError, TypeError):
        return "the platform is reached; it does not tell its time"
    if abs(skew_s) > MAX_SKEW_S:
        raise Wrong(f"this machine's clock is {skew_s:+.0f} s from the platform's: what it signs is refused")
    return f"the platform is reached, clocks differ by {abs(skew_s):.0f} s"


async def check_token(connector: MessagingInput, _url: str) -> str:
    try:
        await connector.log_in()
    except PlatformError as error:
        raise Wrong(f"the platform gives no access token ({error}): check the id and the secret") from None
    finally:
        await connector.close()
    return "the platform gives an access token"


async def check_callback(connector: MessagingInput, url: str) -> str:
    """A running bot is asked as the platform asks it."""
    probe, address = connector.probe(time.time()), f"{url}/webhooks/{connector.channel}/callback"
    method = "GET" if probe.body is None else "POST"
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT_S)) as session:
        try:
            async with session.request(
                method, address, params=probe.query, data=probe.body, headers=probe.headers
            ) as answer:
                status, text = answer.status, await answer.text()
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
            raise Wrong(f"no bot answers at {address} ({type(error).__name__}): is it running?") from None
    if (status, text) != (200, probe.expected):
        raise Wrong(f"{address} answered a signed check with {status}: has the bot the same keys?")
    return "the callback answers a signed check"


async def check_page(_connector: MessagingInput, _url: str) -> str:
    page = host_page(os.environ)
    if not page:
        raise Wrong("YUEFU_HOST_PAGE_URL is not set: customers are sent there to log in and to confirm")
    return f"customers log in at {page}"


async def check_undelivered(connector: MessagingInput, _url: str) -> str:
    try:
        counts = Outgoing(open_engine(settings.chat_database()), connector.channel).counts()
    except sa.exc.SQLAlchemyError:
        return "nothing was sent yet"
    if counts.get("failed"):
        raise Wrong(f"{counts['failed']} messages of the last days were never delivered: see the bot's log")
    return f"{counts.get('sent', 0)} messages sent, {counts.get('held', 0)} wait for their customer to write"


CHECKS: tuple[Callable[[MessagingInput, str], Awaitable[str]], ...] = (
    check_page,
    check_clock,
    check_token,
    check_callback,
    check_undelivered,
)


async def check_all(path: str, url: str, tell: Callable[[str], None]) -> bool:
    """Tells a line for each check; whether all were right."""
    right, found = True, False
    for kind, given in messaging_channels(path):
        found = True
        try:
            connector = kind(credentials.read(kind.channel, given, kind.keys))
        except credentials.BadKey as error:
            tell(f"WRONG  {error}")
            right = False
            continue
        tell(f"ok     {kind.channel}: the keys are of the right form")
        for check in CHECKS:
            try:
                tell(f"ok     {kind.channel}: {await check(connector, url)}")
            except (Wrong, settings.SettingsError) as error:
                tell(f"WRONG  {kind.channel}: {error}")
                right = False
    if not found:
        tell(f"{path} lists no messaging channel: see docs/channels.md.")
    return right


def main() -> int:
    """0 when everything is right, 1 when something is wrong."""
    parser = argparse.ArgumentParser(description="whether the messaging channels are set up right")
    parser.add_argument("--credentials", default="credentials.yml")
    parser.add_argument("--url", default="http://127.0.0.1:5005", help="where the bot listens")
    args = parser.parse_args()
    try:
        return 0 if asyncio.run(check_all(args.credentials, args.url.rstrip("/"), print)) else 1
    except Wrong as error:
        print(f"WRONG  {error}")
        return 1


if __name__ == "__main__":
    sys.exit(main())
