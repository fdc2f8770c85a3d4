"""The emulator as a command: options → a store, an application and a server."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from reconciler.emulator.app import make_app
from reconciler.emulator.serve import exposed, serve
from reconciler.emulator.settings import Settings
from reconciler.emulator.store import Store
from reconciler.errors import UsageError

_MAX_PORT: Final = 65_535


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
    host = f"[{options.host}]" if ":" in options.host else options.host
    with contextlib.closing(Store(options.database)) as store:
        app = make_app(options.settings, store=store, clock=ServerClock())
        serve(app, options.host, options.port, ready=lambda port: ready(f"http://{host}:{port}"))


def parse_listen(text: str) -> tuple[str, int]:
    """Read `HOST:PORT`, or `[ADDRESS]:PORT` for IPv6.

    Raises:
        UsageError: it is written otherwise.
    """
    host, colon, port = text.rpartition(":")
    bare = host.removeprefix("[").removesuffix("]")
    if not colon or not bare or not (port.isascii() and port.isdigit()) or int(port) > _MAX_PORT:
        raise UsageError(f"{text!r} is no place to listen on", hint="Write HOST:PORT, for example 127.0.0.1:8080.")
    return bare, int(port)


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


class ServerClock:
    """The time of this machine, for a server: it has no run that could be asked to stop, so waits just end."""

    def now(self) -> datetime:
        """Give the time of day, UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Give seconds that never go backwards."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)

    def stopping(self) -> bool:
        """Tell that nobody asked to stop: the server answers what is in flight first."""
        return False
