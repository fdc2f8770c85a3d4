from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from wsgiref.types import WSGIApplication

import httpx
import pytest

from reconciler.emulator.app import make_app
from reconciler.emulator.settings import Settings
from reconciler.emulator.store import Store
from reconciler.serving.server import Server

ACCOUNT = "AC" + "a1" * 16
AUTH = (ACCOUNT, "secret")
"""Invented."""


class FakeClock:
    """A clock that stands still but for its sleeps."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._now = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
        self.slept: list[float] = []

    def now(self) -> datetime:
        """Give the time."""
        return self._now

    def monotonic(self) -> float:
        """Give seconds."""
        return self._now.timestamp()

    def sleep(self, seconds: float) -> None:
        """Let time pass at once."""
        with self._lock:
            self.slept.append(seconds)
            self._now += timedelta(seconds=seconds)

    def stopping(self) -> bool:
        """Never stop."""
        return False


def definition(text: str = "Hello", **more: Any) -> dict[str, Any]:
    """Give a small valid definition that says a text."""
    say = {
        "name": "say",
        "type": "say-play",
        "properties": {"offset": {"x": 0, "y": 200}, "say": text, "loop": 1},
        "transitions": [{"event": "audioComplete"}],
    }
    return {"description": "A test", "states": [trigger("say"), say], "initial_state": "Trigger", **more}


def trigger(following: str | None = None) -> dict[str, Any]:
    """Give a trigger widget whose calls lead to another widget."""
    call = {"event": "incomingCall", **({"next": following} if following else {})}
    events = ("incomingMessage", "incomingConversationMessage", "incomingRequest", "incomingParent")
    return {
        "name": "Trigger",
        "type": "trigger",
        "properties": {"offset": {"x": 0, "y": 0}},
        "transitions": [call, *({"event": event} for event in events)],
    }


def subflow(sid: object) -> dict[str, Any]:
    """Give a definition that runs another flow."""
    run = {
        "name": "run",
        "type": "run-subflow",
        "properties": {"flow_sid": sid, "flow_revision": "LatestPublished"},
        "transitions": [{"event": "completed"}, {"event": "failed"}],
    }
    return {"description": "", "states": [trigger("run"), run], "initial_state": "Trigger"}


def chat(text: str = "Hello {{flow.data.name}}", following: str | None = None) -> dict[str, Any]:
    """Give a flow that asks by message, and says what was answered; REST and messages start it alike."""
    ask = widget("ask", "send-and-wait-for-reply", {"body": text, "timeout": "3600"}, incomingMessage="thank")
    thank = widget("thank", "send-message", {"body": "Thanks {{widgets.ask.inbound.Body}}"}, sent=following)
    return flow_of("ask", ask, thank)


def flow_of(first: str, *states: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Give a definition whose trigger leads to its first widget, whatever starts it."""
    starts = ("incomingMessage", "incomingCall", "incomingRequest", "incomingParent")
    trigger = widget("Trigger", "trigger", {}, **dict.fromkeys(starts, first))
    return {"description": "x", "states": [trigger, *states], "initial_state": "Trigger", **more}


def widget(name: str, kind: str, properties: dict[str, Any], **transitions: str | None) -> dict[str, Any]:
    """Give one widget; each transition is an event and where it leads."""
    ways = [{"event": event, **({"next": to} if to else {})} for event, to in transitions.items()]
    if kind in {"send-message", "send-and-wait-for-reply"}:
        properties = {"from": "{{flow.channel.address}}", "to": "{{contact.channel.address}}", **properties}
    return {"name": name, "type": kind, "properties": {"offset": {"x": 0, "y": 0}, **properties}, "transitions": ways}


@dataclass
class Api:
    """The API over some transport, with bodies as tests write them."""

    client: httpx.Client
    clock: FakeClock = field(default_factory=FakeClock)

    def get(self, path: str, **query: str) -> httpx.Response:
        """GET with a query."""
        return self.client.get(path, params=query or None)

    def post(self, path: str, **form: Any) -> httpx.Response:
        """POST a form; a Definition may be an object."""
        if isinstance(form.get("Definition"), dict | list):
            form["Definition"] = json.dumps(form["Definition"])
        return self.client.post(path, data=form)

    def delete(self, path: str) -> httpx.Response:
        """DELETE."""
        return self.client.delete(path)

    def create(self, name: str = "Test", status: str = "published", **form: Any) -> dict[str, Any]:
        """Create a flow."""
        form.setdefault("Definition", definition())
        answer = self.post("/v2/Flows", FriendlyName=name, Status=status, **form)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def update(self, sid: str, status: str = "published", **form: Any) -> dict[str, Any]:
        """Update a flow."""
        answer = self.post(f"/v2/Flows/{sid}", Status=status, **form)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def fetch(self, sid: str) -> dict[str, Any]:
        """Fetch a flow."""
        return self.get(f"/v2/Flows/{sid}").json()


MakeApi = Callable[..., Api]


@pytest.fixture
def make_api() -> Iterator[MakeApi]:
    """Give a maker of emulators, in memory or in a file, with settings by keyword."""
    stores, clients = [], []

    def make(path: Path | None = None, auth: tuple[str, str] | None = AUTH, **settings: Any) -> Api:
        settings.setdefault("seed", 7)
        clock = FakeClock()
        store = Store(path)
        app = make_app(Settings(**settings), store=store, clock=clock)
        client = httpx.Client(transport=httpx.WSGITransport(app), base_url="http://studio.test", auth=auth)
        stores.append(store)
        clients.append(client)
        return Api(client, clock)

    yield make
    for client in clients:
        client.close()
    for store in stores:
        store.close()


@pytest.fixture
def clock() -> FakeClock:
    """Give a clock that stands still."""
    return FakeClock()


@pytest.fixture
def api(make_api: MakeApi) -> Api:
    """Give an emulator with its defaults, in memory."""
    return make_api()


@pytest.fixture
def store_of() -> Callable[[Api], Store]:
    """Give a function that tells where an emulator keeps everything."""
    return lambda api: api.client._transport.app._studio.store  # type: ignore[attr-defined]  # the transport that `make` gave


@pytest.fixture(name="chat")
def _chat() -> Callable[..., dict[str, Any]]:
    return chat


@pytest.fixture(name="flow_of")
def _flow_of() -> Callable[..., dict[str, Any]]:
    return flow_of


@pytest.fixture(name="widget")
def _widget() -> Callable[..., dict[str, Any]]:
    return widget


@pytest.fixture(name="definition")
def _definition() -> Callable[..., dict[str, Any]]:
    return definition


@pytest.fixture(name="subflow")
def _subflow() -> Callable[..., dict[str, Any]]:
    return subflow


@pytest.fixture(name="trigger")
def _trigger() -> Callable[..., dict[str, Any]]:
    return trigger


@contextlib.contextmanager
def in_thread(app: WSGIApplication) -> Iterator[str]:
    """Serve an application on loopback in a thread; gives its base URL."""
    server = Server(app, "127.0.0.1", 0)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.stop()
        thread.join(timeout=10)
    assert not thread.is_alive()


PROGRAM = """
import json, sys
from datetime import timedelta
from pathlib import Path
from reconciler.emulator.run import Options, run
from reconciler.emulator.settings import Settings
database, latency, settings = json.loads(sys.argv[1])
settings = Settings(latency=timedelta(seconds=latency), **settings)
options = Options(database=database and Path(database), settings=settings)
run(options, ready=lambda url: print(url, flush=True), warn=print)
"""


@contextlib.contextmanager
def in_process(
    database: Path | None = None, latency: float = 0, **settings: Any
) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Serve an emulator of its own in a process; gives its base URL and the process."""
    arguments = json.dumps([database and str(database), latency, settings])
    command = [sys.executable, "-c", PROGRAM, arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own program
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip(), process
        finally:
            process.kill()


@pytest.fixture(name="in_thread")
def _in_thread() -> Callable[..., contextlib.AbstractContextManager[str]]:
    return in_thread


@pytest.fixture(name="in_process")
def _in_process() -> Callable[..., contextlib.AbstractContextManager[tuple[str, subprocess.Popen[str]]]]:
    return in_process
