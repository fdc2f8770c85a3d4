"""Runs of flows as Studio would keep them, and what they are followed on."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from reconciler.definition.document import of
from reconciler.errors import SimulationError
from reconciler.model.execution import Execution, ExecutionStep
from reconciler.scenario.flows import Flows
from reconciler.scenario.generate.launches import launches_of
from reconciler.scenario.generate.menu import events_at
from reconciler.scenario.generate.wishes import wishes_of
from reconciler.scenario.replay.tape import Tape, tape_of, wanted
from reconciler.simulate import Event, Launch, Step, Turn, advance, start

ROOT = Path(__file__).parents[3]
SAMPLE = ROOT / "manifests" / "flows"
CORPUS = ROOT / ".." / "shared" / "studio"
SID = "FN00000000000000000000000000000007"


@dataclass
class Recorded:
    """A run that is over, or was left where it waited."""

    launch: Launch
    steps: list[Step] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    context: Any = None

    def tape(self) -> Tape:
        """Give what Studio would keep of it: dates in whole seconds, variables only where they are asked for."""
        flow = self.launch.flow.sid
        run = Execution(SID, flow, "ended", revision=3, date_created=_date(self.launch.at))
        steps = [_step(step) for step in self.steps]
        contexts = {step.sid: step.context for step in self.steps}
        final = json.loads(json.dumps(self.context))
        found = tape_of(run, final, steps, {sid: contexts[sid] for sid in wanted(steps, flow)})
        assert found is not None
        return found


class Recorder:
    """Runs flows by chance, or by given events."""

    def __init__(self, definitions: dict[str, Any]):
        self.flows = Flows({name: of(data) for name, data in definitions.items()})

    def by_chance(self, name: str, seed: int, most: int = 60) -> Recorded | None:
        """Run a flow with events that chance chooses; None when nothing begins it."""
        flow = self.flows.named(name)
        wishes = wishes_of(self.flows, flow)
        launches = launches_of(wishes, flow)
        if not launches:
            return None
        chance = random.Random(seed)  # noqa: S311 - chance that can be repeated, for a test
        launch = replace(chance.choice(launches), execution=SID, at=1_772_470_800.0 + seed * 3_607)
        turn = start(self.flows, launch)
        found = Recorded(launch)
        self._note(found, turn)
        while turn.state.waiting is not None and len(found.events) < most:
            events = events_at(wishes, turn.state)
            if not events:
                break
            event = chance.choice(events)
            deadline = turn.state.waiting.deadline
            later = turn.state.now + chance.random() * (min(300.0, deadline - turn.state.now) if deadline else 300.0)
            try:
                turn = advance(self.flows, turn.state, event, None if _is_late(event) else later)
            except SimulationError:
                break
            found.events.append(event)
            self._note(found, turn)
        return found

    def play(self, name: str, trigger: Any, *events: Event) -> Recorded:
        """Run a flow with these events."""
        launch = Launch(self.flows.named(name), trigger, at=1_772_470_800.0, execution=SID)
        turn = start(self.flows, launch)
        found = Recorded(launch)
        self._note(found, turn)
        for event in events:
            turn = advance(self.flows, turn.state, event)
            found.events.append(event)
            self._note(found, turn)
        return found

    def _note(self, found: Recorded, turn: Turn) -> None:
        found.steps += turn.steps
        found.context = turn.state.frames[0].context


def _is_late(event: Event) -> bool:
    return type(event).__name__ == "TimedOut"


def _step(step: Step) -> ExecutionStep:
    return ExecutionStep(
        step.sid,
        SID,
        step.flow,
        step.name,
        step.transitioned_from,
        step.transitioned_to,
        step.type,
        step.parent_step,
        date_created=_date(step.at),
    )


def _date(seconds: float) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)


def real_flows(*folders: str) -> Sequence[Path]:
    """Give the files of real flows; none when they are not here."""
    return [path for folder in folders for path in sorted((CORPUS / folder).glob("*.json"))]


@pytest.fixture
def recorder():
    return Recorder


@pytest.fixture
def sample():
    """Give the definitions of the sample project by name."""
    return {path.stem: json.loads(path.read_text()) for path in sorted(SAMPLE.glob("*.json"))}


@pytest.fixture
def real():
    """Give real flows by file name; skips where they are not."""
    paths = real_flows("corpus", "corpus-templated")
    if not paths:
        pytest.skip("the corpus of real flows is not here")
    return {path.name: json.loads(path.read_text()) for path in paths}
