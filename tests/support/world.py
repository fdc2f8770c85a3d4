"""A whole world in one process for tests: emulator, client, state in a folder, under a clock that nobody waits for."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import httpx

from reconciler.emulator.app import make_app
from reconciler.emulator.settings import EMBEDDED_ACCOUNT, Settings
from reconciler.emulator.store import Store
from reconciler.errors import InterruptedRunError
from reconciler.model.desired import Desired
from reconciler.model.record import State
from reconciler.plan.options import PlanOptions
from reconciler.plan.values import Plan
from reconciler.ports import StateStore
from reconciler.state.file import FileStateStore
from reconciler.studio.client import StudioClient
from reconciler.studio.hosts import Hosts
from reconciler.studio.http import Http
from reconciler.studio.live import LiveReader, LiveValidator, LiveWriter
from reconciler.studio.settings import HttpSettings
from reconciler.workflows.apply import ApplyRequest, Approval, apply
from reconciler.workflows.plan import Planned, blank_state, make_plan
from reconciler.workflows.results import Applied, Event
from reconciler.workflows.world import WritingWorld

T = TypeVar("T")
R = TypeVar("R")

BASE = "http://127.0.0.1:8085"


class VirtualClock:
    """Time that passes only when somebody waits."""

    def __init__(self) -> None:
        self.elapsed = 0.0
        self.stopped = False

    def now(self) -> datetime:
        """Give the time of day."""
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self.elapsed)

    def monotonic(self) -> float:
        """Give the seconds that were waited."""
        return self.elapsed

    def sleep(self, seconds: float) -> None:
        """Let time pass, unless the run was stopped."""
        if self.stopped:
            raise InterruptedRunError("stopped")
        self.elapsed += seconds

    def stopping(self) -> bool:
        """Tell whether the test stopped the run."""
        return self.stopped


class CountedChance:
    """Tokens in order, so that a test can name them."""

    def __init__(self, prefix: str = "TOKEN") -> None:
        self._numbers = itertools.count(1)
        self._prefix = prefix

    def token(self) -> str:
        """Give the next token."""
        return f"{self._prefix}{next(self._numbers):07d}"

    def lineage(self) -> str:
        """Give the one lineage."""
        return "4f1c2a9e-0000-4000-8000-000000000001"

    def jitter(self) -> float:
        """Give the middle."""
        return 0.5


class InlinePool:
    """One thread: this one. A call is made when it is submitted."""

    size = 4

    def submit(self, call: Callable[[], T]) -> Future[T]:
        """Make the call."""
        future: Future[T] = Future()
        try:
            future.set_result(call())
        except Exception as error:  # noqa: BLE001 - a future carries whatever was raised
            future.set_exception(error)
        return future

    def wait(self, futures: Collection[Future[T]], timeout: float | None = None) -> set[Future[T]]:
        """Give all: they are done."""
        del timeout
        return set(futures)

    def map(self, call: Callable[[T], R], items: Sequence[T]) -> list[R]:
        """Make the calls one after the other."""
        return [call(item) for item in items]


class SilentProgress:
    """Nobody looks."""

    def begin(self, what: str, total: int) -> None:
        """Say nothing."""

    def advance(self, what: str) -> None:
        """Say nothing."""


@dataclass
class Bed:
    """One account on an emulator, and one state in a folder."""

    folder: Path
    quirks: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, float] = field(default_factory=dict)
    seed: int = 7
    clock: VirtualClock = field(default_factory=VirtualClock)
    chance: CountedChance = field(default_factory=CountedChance)
    events: list[Event] = field(default_factory=list)
    transport: Callable[[httpx.BaseTransport], httpx.BaseTransport] | None = None
    stored: Callable[[StateStore], StateStore] | None = None
    database: Path | None = None

    def __post_init__(self) -> None:
        self.emulator_store = Store(self.database)
        self.faulty(self.faults)
        self.store = FileStateStore(self.folder / "state" / "local.json", clock=self.clock, version="0.1.0")

    def faulty(self, faults: Mapping[str, float]) -> None:
        """Let things go wrong from now on, or no more."""
        settings = Settings(quirks=dict(self.quirks), faults=dict(faults), seed=self.seed)
        self.app = make_app(settings, store=self.emulator_store, clock=self.clock)

    def world(self) -> WritingWorld:
        """A fresh client, as a new process would have."""
        inner: httpx.BaseTransport = httpx.WSGITransport(self.app)
        transport = self.transport(inner) if self.transport else inner
        settings = HttpSettings(Hosts(BASE, BASE), EMBEDDED_ACCOUNT, EMBEDDED_ACCOUNT, "embedded")
        client = StudioClient(Http(settings, self.clock, self.chance, transport=transport))
        return WritingWorld(
            reader=LiveReader(client),
            writer=LiveWriter(client),
            validator=LiveValidator(client),
            store=self.stored(self.store) if self.stored else self.store,
            clock=self.clock,
            chance=self.chance,
            pool=InlinePool(),
            progress=SilentProgress(),
        )

    def blank(self, desired: Desired) -> State:
        """The state to start from."""
        return blank_state(desired, lineage=self.chance.lineage(), account=EMBEDDED_ACCOUNT, endpoint="embedded")

    def plan(self, desired: Desired, options: PlanOptions | None = None) -> Planned:
        """Plan as a new process."""
        return make_plan(self.world().reading(), desired, options or PlanOptions(), self.blank(desired))

    def apply(self, desired: Desired, options: PlanOptions | None = None, saved: Plan | None = None) -> Applied:
        """Apply as a new process, everything approved."""
        request = ApplyRequest(desired, options or PlanOptions(), saved, self.blank(desired))
        return apply(self.world(), request, lambda _: Approval(approved=True), self.events.append)

    def state(self) -> State:
        """The state as the next process will read it."""
        state = self.store.read()
        assert state is not None
        return state

    def console(self) -> httpx.Client:
        """A person in the Console, and the emulator's own pages."""
        return httpx.Client(
            transport=httpx.WSGITransport(self.app), base_url=BASE, auth=(EMBEDDED_ACCOUNT, "embedded"), trust_env=False
        )

    def edit(self, sid: str, **form: str) -> int:
        """Edit a flow as a person in the Console; give the new revision."""
        with self.console() as client:
            answer = client.post(f"/_console/Flows/{sid}", data=form)
        answer.raise_for_status()
        return int(answer.json()["revision"])

    def calls(self) -> Mapping[str, int]:
        """How often each operation was called since the last look."""
        with self.console() as client:
            counted: dict[str, int] = client.get("/_calls").json()
            client.delete("/_calls")
        return counted


class Acting(httpx.BaseTransport):
    """Do something just before the first request of a kind, as somebody else might."""

    def __init__(self, inner: httpx.BaseTransport, method: str, ending: str, act: Callable[[], object]) -> None:
        self._inner = inner
        self._kind = (method, ending)
        self._act: Callable[[], object] | None = act

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Act, once, then send the request."""
        act, (method, ending) = self._act, self._kind
        if act is not None and request.method == method and request.url.path.endswith(ending):
            self._act = None
            act()
        return self._inner.handle_request(request)
