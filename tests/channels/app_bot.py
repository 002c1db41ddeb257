"""A bot behind a messaging app's platform of the tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.channels.app_talk import App, running_platform, write_credentials
from tests.channels.conftest import free_port, running_chat

PAGE = "https://shop.example/yuefu"


@contextmanager
def running_app(kind: type[App], model: Path, run_dir: Path, **env: str) -> Iterator[App]:
    """The platform, and a bot that knows it; `env` is added to the bot's environment."""
    bot_port = free_port()
    settings = {"YUEFU_HOST_PAGE_URL": PAGE, "YUEFU_ACTION_TIMEOUT_S": "10", "YUEFU_LINK_URLS": ""}
    settings |= {**kind.account.SECRETS, **env}
    with running_platform(kind, free_port(), f"http://127.0.0.1:{bot_port}", run_dir) as app:
        credentials = run_dir / "credentials.yml"
        write_credentials(credentials, [app])
        with running_chat(model, run_dir, bot_port, str(credentials), **settings) as app.chat:
            yield app
