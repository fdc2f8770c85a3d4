"""The emulator as a command: options → a store, an application and a server."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from reconciler.emulator.app import app_of, make_studio
from reconciler.emulator.settings import Settings
from reconciler.emulator.store import Store
from reconciler.emulator.streams.sending import sending
from reconciler.errors import UsageError
from reconciler.serving.clock import ServerClock
from reconciler.serving.place import base_url, exposed
from reconciler.serving.server import serve


@dataclass(frozen=True, slots=True)
class Options:
    """What `reconciler emulator` was asked for. `database` None keeps everything in memory; port 0 picks a free one."""

    host: str = "127.0.0.1"
    port: int = 0
    database: Path | None = None
    settings: Settings = field(default_factory=Settings)


def run(options: Options, *, ready: Callable[[str], None], warn: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT; must be called in the main thread.

    Args:
        options: where, on what, and with which quirks.
        ready: called once with the base URL, when connections are accepted.
        warn: called with sentences for people before that.

    Raises:
        UsageError: the database cannot be used, or nobody can listen there.
    """
    if exposed(options.host) and options.settings.credentials is None:
        warn(f"{options.host} can be reached by others, and every well-formed pair of credentials is accepted.")
    with contextlib.closing(Store(options.database)) as store:
        studio = make_studio(options.settings, store=store, clock=ServerClock())
        with sending(studio):
            serve(app_of(studio), options.host, options.port, ready=lambda port: ready(base_url(options.host, port)))


def parse_credentials(text: str) -> tuple[str, str]:
    """Read `SID:TOKEN`. The error does not repeat the text.

    Raises:
        UsageError: it is written otherwise.
    """
    sid, colon, token = text.partition(":")
    if not colon or not sid or not token:
        raise UsageError(
            "credentials are written SID:TOKEN", hint="For example AC… and its token, or SK… and its secret."
        )
    return sid, token
