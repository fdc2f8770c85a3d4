"""Helpers of the Studio client's tests: a clock that does not wait, chance without surprise, scripted answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from reconciler.errors import InterruptedRunError
from reconciler.studio.client import StudioClient
from reconciler.studio.hosts import Hosts
from reconciler.studio.http import Http
from reconciler.studio.settings import HttpSettings

ACCOUNT = "AC00000000000000000000000000000001"
PASSWORD = "the-invented-secret-of-the-tests"
HOSTS = Hosts("https://studio.example.test", "https://api.example.test")


@dataclass
class VirtualClock:
    """Time that passes by waiting for it only."""

    at: datetime = datetime(2030, 1, 1, tzinfo=UTC)
    slept: list[float] = field(default_factory=list)
    stop: bool = False

    def now(self) -> datetime:
        """Give the virtual time."""
        return self.at

    def monotonic(self) -> float:
        """Give the virtual time in seconds."""
        return self.at.timestamp()

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        if self.stop:
            raise InterruptedRunError("the run is to stop")
        self.slept.append(seconds)
        self.at += timedelta(seconds=seconds)

    def stopping(self) -> bool:
        """Tell what the test said."""
        return self.stop


class Middle:
    """Chance that always takes the middle."""

    def token(self) -> str:
        """Give the only token."""
        return "0" * 12

    def lineage(self) -> str:
        """Give the only lineage."""
        return "00000000-0000-4000-8000-000000000000"

    def jitter(self) -> float:
        """Give the middle."""
        return 0.5


Reply = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]


@dataclass
class Script:
    """A transport that gives the answers of a list, the last one again and again, and keeps the requests."""

    replies: list[Reply]
    seen: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer as the script says."""
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        self.seen.append(request)
        if isinstance(reply, Exception):
            if isinstance(reply, httpx.RequestError):
                reply.request = request
            raise reply
        return reply(request) if callable(reply) else _fresh(reply)


def _fresh(reply: httpx.Response) -> httpx.Response:
    return httpx.Response(reply.status_code, headers=reply.headers, content=reply.content)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def http(clock: VirtualClock) -> Callable[..., tuple[Http, Script]]:
    """Make an Http over scripted answers."""

    def make(*replies: Reply, **settings: object) -> tuple[Http, Script]:
        script = Script(list(replies))
        options = {"hosts": HOSTS, "account": ACCOUNT, "user": ACCOUNT, "password": PASSWORD, **settings}
        return Http(HttpSettings(**options), clock, Middle(), transport=httpx.MockTransport(script)), script

    return make


@pytest.fixture
def client(http: Callable[..., tuple[Http, Script]]) -> Callable[..., tuple[StudioClient, Script]]:
    """Make a client over scripted answers."""

    def make(*replies: Reply, **settings: object) -> tuple[StudioClient, Script]:
        made, script = http(*replies, **settings)
        return StudioClient(made), script

    return make


@pytest.fixture
def answer() -> Callable[..., httpx.Response]:
    """Make an answer of JSON."""

    def make(data: object, status: int = 200, headers: Sequence[tuple[str, str]] = ()) -> httpx.Response:
        return httpx.Response(status, headers=list(headers), content=json.dumps(data).encode())

    return make
