"""What must hold at the moment of each write, whatever happens afterwards (design sections 2 and 8)."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence

from reconciler.model.address import Address
from reconciler.model.record import DropResource, FlowRecord, PutResource, State, StateChange, changed
from reconciler.plan.mark import read_mark
from reconciler.plan.outcome import Done, Outcome
from reconciler.plan.values import Drift, Plan
from reconciler.workflows.release.values import ReleaseDecided
from reconciler.workflows.results import Event, PlanDecided, Recovered, StepEnded, StepStarted
from tests.simulation.actor import Actor
from tests.simulation.release_rules import ReleaseRules
from tests.simulation.scheduler import Process, Scheduler
from tests.simulation.storage import Keeper
from tests.simulation.truth import Entry, TrueFlow, Truth
from tests.simulation.wire import Request


class Rules(Keeper):
    """Watch every write to Studio and to the state."""

    def __init__(self, truth: Truth, scheduler: Scheduler, chance: random.Random, lags: float) -> None:
        super().__init__(scheduler, chance)
        self.truth = truth
        self.lags = lags
        self.state: State | None = None
        self.doubts: list[tuple[Process, Sequence[StateChange]]] = []
        self.serial = -1
        self.actors: dict[str, Actor] = {}
        self.tokens: set[str] = set()
        self.ever_recorded: set[str] = set()
        self.managed_from: dict[str, int] = {}
        self.named: set[tuple[str, int]] = set()
        self.untold: dict[Process, set[tuple[str, int]]] = {}
        self.meddled = False
        self.shared = False
        self.releases = ReleaseRules(truth)
        truth.on_commit = self.committed

    # The state.

    def opened(self, process: Process, state: State) -> None:
        """What was recorded is there; the serial never falls."""
        if state.serial < self.serial:
            self.truth.violated(f"serial fell from {self.serial} to {state.serial}")
        self.serial = max(self.serial, state.serial)
        if self.meddled or self.state is None:
            self.state = state
            return
        self._settle(state)
        if not _same(state, self.state):
            self.truth.violated(f"{process.name} found another state than was recorded")

    def _settle(self, state: State) -> None:
        """Find out what became of records whose writers died, or have not heard yet: each is there whole, or not."""
        for many in range(len(self.doubts) + 1):
            for there in itertools.combinations(self.doubts, many):
                if self.state is not None and _same(state, changed(self.state, [c for _, cs in there for c in cs])):
                    for process, changes in there:
                        self.recorded(process, changes)
                    # What is on its way to a shared place may still arrive, as long as nobody else has recorded.
                    self.doubts = self.doubts if self.shared else []
                    return

    def doubtful(self, process: Process, changes: Sequence[StateChange]) -> None:
        """Remember what may be there."""
        self.doubts.append((process, changes))

    def recorded(self, process: Process, changes: Sequence[StateChange]) -> None:
        """A record never goes back, and only what is ours is taken into it."""
        before = self.state
        doubt = (process, changes)
        if before is None or doubt not in self.doubts:
            return  # the next run has told already
        self.doubts.remove(doubt)
        self.doubts = [each for each in self.doubts if each[0] is process]
        self.truth.say(f"  {process.name} recorded {[_brief(c) for c in changes]}")
        self.state = changed(before, changes)
        self.releases.recorded(before, self.state)
        old = {record.sid: record for record in before.flows().values()}
        for change in changes:
            if isinstance(change, PutResource) and isinstance(change.resource, FlowRecord):
                self._put(process, change.address, change.resource, old.get(change.resource.sid))
        now = {record.sid for record in self.state.flows().values()}
        if len(now) < len(self.state.flows()):
            self.truth.violated(f"two addresses have one flow: {sorted(map(str, self.state.flows()))}")
        for sid in old.keys() - now:
            self.managed_from.pop(sid, None)
            if sid in self.truth.flows:
                self.truth.flows[sid].released = True

    def died(self, process: Process) -> None:
        """Let the state speak for a run that died between its record and its words: `history` names whose edits."""
        self.named |= self.untold.pop(process, set())

    def _put(self, process: Process, address: Address, new: FlowRecord, old: FlowRecord | None) -> None:
        news = {(new.sid, entry.revision) for entry in new.revisions if entry.by == "others"}
        self.untold.setdefault(process, set()).update(news)
        if process.dying:
            self.died(process)
        if old is not None:
            if new.revision < old.revision:
                self.truth.violated(f"{address}: the record went back from {old.revision} to {new.revision}")
            return
        flow = self.truth.flows.get(new.sid)
        if flow is None:
            self.truth.violated(f"{address}: {new.sid} never existed")
            return
        flow.released = False
        self.ever_recorded.add(new.sid)
        self.managed_from[new.sid] = new.revision
        actor = self.actors[process.name]
        if (
            actor.kind == "apply"
            and flow.owner != address
            and actor.desired.environment.imports.get(address) != new.sid
        ):
            self.truth.violated(f"{address}: took over {new.sid}, which bears no mark of ours")

    # Requests.

    def sent(self, process: Process, request: Request) -> None:
        """Nothing is written without an intent, and never a part only."""
        if not request.writes:
            return
        actor = self.actors[process.name]
        actor.writes += 1
        self.truth.say(f"{process.name} {request.method} {request.path[:18]} {request.form.get('CommitMessage', '')}")
        if "/Executions" in request.path:
            self.releases.sent(actor, request, self.state)
            return
        if actor.kind not in {"apply", "release"}:
            self.truth.violated(f"a {actor.kind} wrote: {request.method} {request.path}")
        if not self._intended(request):
            self.truth.violated(f"{request.method} {request.path} without an intent in the state")
        if request.operation in {"create", "update"}:
            fields = {"FriendlyName", "Status", "Definition", "CommitMessage"}
            if fields - request.form.keys() or not all(request.form.values()):
                self.truth.violated(f"{request.path}: a partial write of {sorted(request.form)}")

    def _intended(self, request: Request) -> bool:
        pending = () if self.state is None else self.state.pending.values()
        found = read_mark(request.form.get("CommitMessage"))
        match request.operation:
            case "create":
                return any(found and i.token == found.token and i.kind == "create" for i in pending)
            case "update":
                return any(found and i.token == found.token and i.sid == request.sid for i in pending)
            case "delete":
                return any(i.kind == "delete" and i.sid == request.sid for i in pending)
            case _:
                return any(i.kind == "set-test-users" and i.sid == request.sid for i in pending)

    # Commits.

    def committed(self, entry: Entry, name: str) -> None:
        """Hold a commit of a process of ours against the rules."""
        actor = self.actors.get(name)
        if actor is None or self.meddled:
            return
        if entry.kind == "delete":
            self._deleted(actor, self.truth.flows[entry.sid])
        if entry.revision is None:
            return
        found = read_mark(entry.revision.commit_message)
        if found is None:
            return
        if found.token in self.tokens and self._still_there(entry, found.token):
            self.truth.violated(f"{found.owner.address}: the write {found.token} took place twice")
        self.tokens.add(found.token)
        flow = self.truth.flows[entry.sid]
        self.releases.committed(actor, entry, found.owner.address, self.state)
        self.releases.went_back(actor, entry, found.owner.address, self.state, self._shown)
        if entry.revision.number == 1:
            self._created(actor, flow, found.owner.address)
        else:
            self._updated(actor, flow, found.owner.address)

    def _still_there(self, entry: Entry, token: str) -> bool:
        """Tell whether the first write with a token can still be found: a flow that somebody deleted cannot."""
        flows = [flow for flow in self.truth.flows.values() if flow.alive]
        marks = [(f.sid, n, r.mark) for f in flows for n, r in f.revisions.items()]
        number = entry.revision.number if entry.revision else 0
        return any(mark and mark.token == token and (sid, n) != (entry.sid, number) for sid, n, mark in marks)

    def _deleted(self, actor: Actor, flow: TrueFlow) -> None:
        state = self.state
        owners = [] if state is None else [a for a, r in state.flows().items() if r.sid == flow.sid]
        if not owners:
            self.truth.violated(f"{flow.sid} was deleted, and no record names it")
            return
        wanted = actor.desired.flows
        before = {Address("Flow", name) for each in wanted.values() for name in each.previous_names}
        if owners[0] in wanted or owners[0] in before:
            self.truth.violated(f"{owners[0]} was deleted, and is wanted")

    def _created(self, actor: Actor, flow: TrueFlow, address: Address) -> None:
        elsewhere = {} if self.state is None else {r.sid: a for a, r in self.state.flows().items()}
        for other in self.truth.alive():
            if (
                other is flow
                or other.released
                or other.owner != address
                or elsewhere.get(other.sid, address) != address
            ):
                continue
            self.truth.violated(f"{address} was created twice: {other.sid} and {flow.sid}")
        begin = actor.started.get(address)
        if begin is None or "namesake" in actor.options.allow or begin[2].reason == "deleted-by-others":
            return
        name = flow.latest.row.friendly_name
        for other in self.truth.alive():
            early = other.index <= actor.basis[1] and self._shown(other.created, actor.basis[0])
            if (
                early
                and other is not flow
                and other.named(name)
                and other.sid not in self.ever_recorded
                and not other.owner
            ):
                self.truth.violated(f"{address} was created beside its namesake {other.sid}")

    def _updated(self, actor: Actor, flow: TrueFlow, address: Address) -> None:
        begin = actor.started.get(address)
        if begin is None:
            return
        time, index, step, recorded = begin
        seen = max(step.basis.revision, recorded)
        for number, revision in flow.revisions.items():
            known = revision.index <= index and self._shown(revision.at, time)
            if number > seen and revision.console and known:
                self.truth.violated(f"{address}: revision {number} was overwritten, and could have been seen")

    def _shown(self, at: float, now: float) -> bool:
        """Tell whether Studio showed everywhere at some time what was done before."""
        return self.lags == 0.0 or at < now - self.lags - 0.001

    # Events.

    def heard(self, actor: Actor, event: Event) -> None:
        """Note what a person is told."""
        self.truth.say(f"  {actor.process.name} says {_event(event)}")
        match event:
            case PlanDecided(plan):
                actor.plan = plan
                self.told(plan)
            case ReleaseDecided(decided):
                self.told(decided.plan)
            case StepStarted(step):
                record = None if self.state is None else self.state.flow(step.address)
                revision = record.revision if record else 0
                actor.started[step.address] = (self.truth.now(), self.truth.index, step, revision)
            case StepEnded(outcome):
                actor.outcomes.append(outcome)
                self.untold[actor.process] = {each for each in self._untold(actor) if each[0] != _sid_done(outcome)}
                if isinstance(outcome, Done) and outcome.sid:
                    self.named |= {(outcome.sid, r.revision) for r in outcome.overwritten}
            case Recovered():
                self.untold[actor.process] = {each for each in self._untold(actor) if each[0] != event.sid}
                self.named |= {(sid, r.revision) for sid, r in _recovered(event)}

    def _untold(self, actor: Actor) -> set[tuple[str, int]]:
        return self.untold.get(actor.process, set())

    def told(self, plan: Plan) -> None:
        """Note the revisions that a plan names."""
        for drift in plan.drift:
            if drift.to_revision is not None and drift.to_revision < (drift.from_revision or 0):
                self.truth.violated(f"{drift.address}: revision {drift.to_revision} is taken for news")
            sid = self._sid_of(plan, drift)
            if sid is not None:
                self.named |= {(sid, r.revision) for r in drift.revisions}

    def _sid_of(self, plan: Plan, drift: Drift) -> str | None:
        for step in plan.steps:
            if step.address == drift.address and step.basis.sid:
                return step.basis.sid
        record = None if self.state is None else self.state.flow(drift.address)
        return record.sid if record else None


def _same(first: State, second: State) -> bool:
    return (first.resources, first.pending, first.release) == (second.resources, second.pending, second.release)


def _sid_done(outcome: Outcome) -> str | None:
    """Give the flow that an outcome is about, when it was done."""
    return outcome.sid if isinstance(outcome, Done) else None


def _recovered(event: Recovered) -> list[tuple[str, object]]:
    sid = getattr(event, "sid", None)
    return [] if sid is None else [(sid, revision) for revision in event.overwritten]


def _brief(change: StateChange) -> str:
    match change:
        case PutResource(address, FlowRecord() as record):
            return f"{address}={record.sid[:6]}#{record.revision}{record.status[0]}"
        case DropResource(address):
            return f"-{address}"
        case _:
            return f"{type(change).__name__} {getattr(change, 'address', '')}"


def _event(event: Event) -> str:
    match event:
        case PlanDecided(plan):
            return "plan " + shown(plan)
        case StepStarted(step):
            return f"started {step.kind} {step.address}"
        case StepEnded(outcome):
            why = getattr(outcome, "message", "") or str(
                getattr(outcome, "error", "") or getattr(outcome, "because", "")
            )
            more = [r.revision for r in outcome.overwritten] if isinstance(outcome, Done) else ""
            return f"{outcome.kind} {outcome.step.kind} {outcome.step.address} {why} {more or ''}"
        case _:
            return str(event)


def shown(plan: Plan) -> str:
    """Give a plan in one line."""
    steps = [f"{s.kind} {s.address} ({s.reason}, on {s.basis.revision})" for s in plan.steps]
    drift = [f"{d.address} {d.change_class} {[r.revision for r in d.revisions]}" for d in plan.drift]
    return f"serial {plan.serial} {steps} drift {drift} objections {[(o.id, str(o.address)) for o in plan.objections]}"
