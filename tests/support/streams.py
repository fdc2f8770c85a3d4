"""The whole way of an event in one process: emulator, client, sender, webhook and store, without a socket."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from reconciler.emulator.app import app_of, make_studio
from reconciler.emulator.settings import Settings
from reconciler.emulator.store import Store
from reconciler.emulator.streams.sending import Sender
from reconciler.events.receiver import Receiver
from reconciler.events.store import EventStore
from reconciler.studio.client import StudioClient
from reconciler.studio.credentials import INVENTED
from reconciler.studio.hosts import EMBEDDED
from reconciler.studio.http import Http
from reconciler.studio.settings import HttpSettings
from tests.support.world import VirtualClock

URL = "http://127.0.0.1:8086/studio"


class Even:
    """Chance without surprise."""

    def token(self) -> str:
        """Give the only token."""
        return "0" * 12

    def lineage(self) -> str:
        """Give the only lineage."""
        return "00000000-0000-4000-8000-000000000000"

    def jitter(self) -> float:
        """Give the middle."""
        return 0.5


class SendingClock(VirtualClock):
    """Time that passes by waiting; while somebody waits, events are sent."""

    sender: Sender | None = None

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        super().sleep(seconds)
        if self.sender is not None:
            self.sender.turn()


@dataclass
class Way:
    """Everything that an event passes.

    Attributes:
        reachable: whether the webhook answers.
        refused: what the webhook refused, with its reasons.
    """

    client: StudioClient
    sender: Sender
    store: EventStore
    clock: SendingClock
    reachable: bool = True
    refused: list[tuple[str, str]] = field(default_factory=list)

    def send(self) -> None:
        """Send until nothing is left to be sent now."""
        while self.sender.turn():
            pass


@contextlib.contextmanager
def way(folder: Path, token: str = INVENTED.password, **quirks: str) -> Iterator[Way]:
    """Build it.

    Args:
        folder: where the store of events is.
        token: what the receiver takes for the account's.
        quirks: of the emulator.
    """
    clock = SendingClock()
    with (
        contextlib.closing(Store(None)) as studio_store,
        contextlib.closing(EventStore(folder / "events.sqlite", create=True)) as store,
    ):
        settings = Settings(seed=5, quirks={name.replace("_", "-"): value for name, value in quirks.items()})
        studio = make_studio(settings, store=studio_store, clock=clock)
        told = HttpSettings(EMBEDDED, INVENTED.account, INVENTED.user, INVENTED.password)
        client = StudioClient(Http(told, clock, Even(), transport=httpx.WSGITransport(app_of(studio))))

        def refused(kind: str, reason: str) -> None:
            found.refused.append((kind, reason))

        receiver = Receiver(token, lambda: URL, store, clock.now, refused)
        webhook = httpx.Client(transport=httpx.WSGITransport(receiver), base_url="http://10.0.0.1")

        def post(url: str, body: bytes, signature: str) -> int:
            if not found.reachable:
                raise ConnectionRefusedError
            answer = webhook.post(f"/?{urlsplit(url).query}", content=body, headers={"X-Twilio-Signature": signature})
            return answer.status_code

        found = Way(client, Sender(studio, post), store, clock)
        clock.sender = found.sender
        yield found
