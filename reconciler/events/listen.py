"""The receiver as a command: options → a store, an application and a server; old executions are forgotten meanwhile."""

from __future__ import annotations

import contextlib
import re
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from reconciler.errors import UsageError
from reconciler.events.receiver import LARGEST, Receiver, Refusal
from reconciler.events.store import EventStore
from reconciler.serving.place import base_url
from reconciler.serving.server import serve

_KEEP: Final = re.compile(r"([1-9][0-9]{0,3})d")
_PURGE_SECONDS: Final = 3600.0
_QUIET_SECONDS: Final = 60.0
_WHAT: Final[dict[Refusal, str]] = {
    "forged": "refused with 403, for its signature; check the auth token and --public-url. Twilio throws it away",
    "malformed": "refused with 400, as it holds no CloudEvents; Twilio throws it away",
    "unkept": "not kept, and asked for again with 503; Twilio tries for up to four hours",
}


@dataclass(frozen=True, slots=True)
class Options:
    """What `reconciler events listen` was asked for.

    Attributes:
        token: the auth token of the account that sends.
        url: what Twilio calls; None for the address that is listened on.
        keep: for how long after their beginning executions are kept, as `30d`.
        keep_contacts: whether addresses of people are kept as they are.
    """

    database: Path
    token: str = field(repr=False)
    host: str = "127.0.0.1"
    port: int = 0
    url: str | None = None
    keep: str = "30d"
    keep_contacts: bool = False


def parse_keep(text: str) -> timedelta:
    """Read a number of days.

    Raises:
        UsageError: it is written otherwise, or none: what is sent again must still be known.
    """
    found = _KEEP.fullmatch(text)
    if not found:
        raise UsageError(f"{text!r} is no number of days", hint="Write 30d, or any number from 1d to 9999d.")
    return timedelta(days=int(found[1]))


def run(options: Options, *, ready: Callable[[str], None], say: Callable[[str], None]) -> None:
    """Receive until SIGTERM or SIGINT; must be called in the main thread.

    Args:
        options: where, for whom and into what.
        ready: called once with the URL that is to be called, when connections are accepted.
        say: called with sentences for people, from any thread.

    Raises:
        UsageError: the database cannot be used, or nobody can listen there.
    """
    keep = parse_keep(options.keep)
    url = options.url

    def listening(port: int) -> None:
        nonlocal url
        url = url or base_url(options.host, port) + "/"
        ready(url)

    with contextlib.closing(EventStore(options.database, create=True, keep_contacts=options.keep_contacts)) as store:
        store.note("keep", options.keep)
        told = Speaker(say)
        receiver = Receiver(options.token, lambda: url or "", store, _now, told.refused)
        with _purging(store, keep, told):
            serve(receiver, options.host, options.port, ready=listening, body=LARGEST)


class Speaker:
    """Tell a person of refusals: the first of a kind at once, then at most one sentence a minute."""

    def __init__(self, say: Callable[[str], None]) -> None:
        """Have told nothing yet."""
        self._say = say
        self._lock = threading.Lock()
        self._told: dict[str, float] = {}
        self._untold: Counter[str] = Counter()

    def refused(self, kind: Refusal, reason: str) -> None:
        """Hear of one refusal; `reason` repeats nothing of what was sent."""
        self.trouble(kind, f"a request was {_WHAT[kind]} ({reason})")

    def trouble(self, kind: str, sentence: str) -> None:
        """Hear of anything that goes wrong."""
        with self._lock:
            now = time.monotonic()
            if now - self._told.get(kind, -_QUIET_SECONDS) < _QUIET_SECONDS:
                self._untold[kind] += 1
                return
            more = self._untold.pop(kind, 0)
            self._told[kind] = now
        self._say(f"Warning: {sentence}" + (f"; {more} more since the last warning" if more else ""))


@contextlib.contextmanager
def _purging(store: EventStore, keep: timedelta, told: Speaker) -> Iterator[None]:
    """Forget what is too old now and every hour, until the context ends."""
    ended = threading.Event()

    def purge() -> None:
        while not ended.is_set():
            try:
                store.purge(_now() - keep)
            except sqlite3.Error as error:
                told.trouble("purge", f"old executions could not be removed: {error}")
            ended.wait(_PURGE_SECONDS)

    thread = threading.Thread(target=purge, name="purge")
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _now() -> datetime:
    return datetime.now(UTC)
