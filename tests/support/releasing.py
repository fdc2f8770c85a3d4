"""Releases in a world of one process: the emulator runs their smoke executions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import httpx

from reconciler.emulator.settings import EMBEDDED_ACCOUNT
from reconciler.model.address import Address
from reconciler.model.desired import Desired
from reconciler.model.finding import Place
from reconciler.model.release import Expectation, FlowRelease, Release, Smoke, Watch
from reconciler.plan.options import PlanOptions, Scope
from reconciler.studio.client import StudioClient
from reconciler.studio.hosts import Hosts
from reconciler.studio.http import Http
from reconciler.studio.live_executions import LiveExecutionReader, LiveExecutionWriter
from reconciler.studio.settings import HttpSettings
from reconciler.workflows.release.health import PollingHealth
from reconciler.workflows.release.run import release, take_back
from reconciler.workflows.release.values import Released, ReleaseRequest, ReleasingWorld, StageBegan
from tests.support import flows
from tests.support.world import BASE, Bed

TESTER, SENDER = "+15550100001", "+15550100000"
WATCH = Watch(timedelta(minutes=1), min_executions=2, max_failed_ratio=0.4)


def smoke(name: str = "greets", *reaches: str, to: str = TESTER, **expect: Any) -> Smoke:
    """A smoke execution that has to reach widgets, `greet` when none is named."""
    return Smoke(name, to, SENDER, None, Expectation(reaches or ("greet",), **expect), Place("flow.yaml", 1, 1))


def released_flow(name: str, text: str = "Hello", *runs: Smoke, calls: str | None = None, watch: Watch | None = None):
    """A declared flow with smoke executions. It greets on a request of the API."""
    widgets = [flows.widget("greet", text, "call" if calls else None)]
    if calls:
        widgets.append(flows.calling("call", f"${{flow.{calls}.sid}}"))
    data = flows.data(*widgets)
    states: Any = data["states"]
    states[0]["transitions"] = [
        {"event": event, "next": "greet"} if event in {"incomingMessage", "incomingRequest"} else {"event": event}
        for event in flows.EVENTS
    ]
    return replace(flows.flow(name, flows.document.of(data)), release=FlowRelease(runs, watch))


def users_of(*names: str):
    """Test users of these flows."""
    return [flows.users(f"{name}-users", name, TESTER) for name in names]


@dataclass
class Stand:
    """An account, a state and releases of them."""

    bed: Bed
    events: list[Any] = field(default_factory=list)
    transport: Callable[[httpx.BaseTransport], httpx.BaseTransport] | None = None
    wrap: Callable[[ReleasingWorld], ReleasingWorld] = lambda world: world
    at: dict[str, Callable[[], object]] = field(default_factory=dict)

    def tell(self, event: Any) -> None:
        """Hear of an event; somebody may act when a stage begins."""
        self.events.append(event)
        if isinstance(event, StageBegan) and event.release.stage in self.at:
            self.at.pop(event.release.stage)()

    def world(self) -> ReleasingWorld:
        """A fresh world, as a new process would have."""
        if self.transport is not None:
            self.bed.transport = self.transport
        inner: httpx.BaseTransport = httpx.WSGITransport(self.bed.app)
        settings = HttpSettings(Hosts(BASE, BASE), EMBEDDED_ACCOUNT, EMBEDDED_ACCOUNT, "embedded")
        transport = self.transport(inner) if self.transport else inner
        client = StudioClient(Http(settings, self.bed.clock, self.bed.chance, transport=transport))
        writing = self.bed.world()
        runs = LiveExecutionReader(client)
        return self.wrap(ReleasingWorld(writing, runs, LiveExecutionWriter(client), PollingHealth(runs, writing.pool)))

    def request(self, desired: Desired, *targets: str, **said: Any) -> ReleaseRequest:
        """What is asked for."""
        options = PlanOptions(scope=Scope(tuple(Address("Flow", name) for name in targets)))
        return ReleaseRequest(desired, said.pop("options", options), self.bed.blank(desired), **said)

    def release(self, desired: Desired, *targets: str, yes: bool = True, **said: Any) -> Released:
        """Release as a new process."""
        return release(self.world(), self.request(desired, *targets, **said), lambda _: yes, self.tell)

    def back(self, desired: Desired, **said: Any) -> Released:
        """Take the release back as a new process."""
        return take_back(self.world(), self.request(desired, **said), self.tell)

    def now(self) -> Release:
        """The release as the state has it."""
        found = self.bed.state().release
        assert found is not None
        return found

    def sid(self, name: str) -> str:
        """The SID of a flow."""
        record = self.bed.state().flow(Address("Flow", name))
        assert record is not None
        return record.sid

    def live(self, name: str) -> tuple[int, str]:
        """Number and greeting of what callers of a flow get."""
        found = self.world().writing.reader.fetch_published(self.sid(name))
        assert found is not None
        assert found.definition is not None
        states: Any = found.definition.data()["states"]
        return found.revision, next(s["properties"]["body"] for s in states if s["name"] == "greet")

    def post(self, path: str, **form: str) -> Mapping[str, Any]:
        """A request of somebody else."""
        with self.bed.console() as client:
            answer = client.post(path, data=form)
        answer.raise_for_status()
        found: Mapping[str, Any] = answer.json()
        return found
