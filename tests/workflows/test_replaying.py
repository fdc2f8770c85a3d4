"""Replays of recorded executions: what is read, and when a difference is the definition's and when the simulator's."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from reconciler.definition.document import of
from reconciler.errors import NotFoundError
from reconciler.model.execution import Execution, ExecutionStep
from reconciler.model.live import FlowRevision
from reconciler.scenario.flows import Flows
from reconciler.scenario.replay.follow import Another, Same, Stuck
from reconciler.workflows.replaying import Following, Past

SID, RUN = "FW00000000000000000000000000000005", "FN00000000000000000000000000000006"
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def flow(*, ask: str = "ask", to: str = "bye", subject: str = "Body") -> dict:
    """Give a definition that asks, and goes on by the answer."""
    tested = f"{{{{widgets.{ask}.inbound.{subject}}}}}"
    condition = {"type": "equal_to", "value": "yes", "arguments": [tested]}

    def state(name, kind, *ways, **properties):
        return {"name": name, "type": kind, "transitions": list(ways), "properties": properties}

    return {
        "states": [
            state("Trigger", "trigger", {"event": "incomingMessage", "next": ask}),
            state(ask, "send-and-wait-for-reply", {"event": "incomingMessage", "next": "choice"}, body="Well?"),
            state(
                "choice",
                "split-based-on",
                {"event": "noMatch", "next": "bye"},
                {"event": "match", "next": to, "conditions": [condition]},
                input=tested,
            ),
            state("thanks", "send-message", {"event": "sent"}, body="Thanks"),
            state("bye", "send-message", {"event": "sent"}, body="Bye"),
        ],
        "initial_state": "Trigger",
    }


@dataclass
class Runs:
    """One execution, as Studio has it: asked, answered yes, thanked."""

    to: str = "thanks"
    gone: bool = False
    asked: list[str] = field(default_factory=list)

    def list_steps(self, flow, execution):
        """Give the steps, newest first."""
        self.asked.append("steps")
        if self.gone:
            raise NotFoundError("gone")
        ways = [
            ("Trigger", "incomingMessage", "ask", "trigger"),
            ("ask", "incomingMessage", "choice", "send-and-wait-for-reply"),
            ("choice", "match", self.to, "split-based-on"),
            (self.to, "sent", "Ended", "send-message"),
        ]
        return [
            ExecutionStep(f"FT{number}", execution, flow, event, left, to, kind, None, NOW)
            for number, (left, event, to, kind) in reversed(list(enumerate(ways)))
        ]

    def fetch_context(self, flow, execution):
        """Give the variables at the end."""
        del flow, execution
        self.asked.append("context")
        ends = {"From": "+15550120001", "To": "+15550109999", "Body": "Hello"}
        return {
            "trigger": {"message": ends},
            "flow": {"channel": {"address": "+15550109999"}},
            "contact": {"channel": {"address": "+15550120001"}},
            "widgets": {"ask": {"inbound": {**ends, "Body": "yes"}}},
        }

    def fetch_step_context(self, flow, execution, step):
        """Nothing ran twice, so nobody needs this."""
        raise AssertionError((flow, execution, step))


@dataclass
class Studio:
    """The revisions of the flow."""

    revisions: dict[int, dict]
    read: list[int] = field(default_factory=list)

    def fetch_revision(self, sid, revision):
        """Give a revision."""
        self.read.append(revision)
        if revision not in self.revisions:
            raise NotFoundError("no such revision")
        return FlowRevision(sid, revision, "published", "Flow", of(self.revisions[revision]))

    def fetch_published(self, sid):
        """Give the newest."""
        return self.fetch_revision(sid, max(self.revisions))


@pytest.fixture
def run():
    return Execution(RUN, SID, "ended", revision=3, date_created=NOW)


def following(runs, desired, **revisions):
    studio = Studio({int(name[1:]): data for name, data in revisions.items()})
    return Following(runs, Past(studio), Flows({"flow": of(desired)}, {"flow": SID})), studio


def test_the_same_way_costs_two_requests(run):
    """An execution that goes the same way is read with two requests, and no revision is."""
    runs = Runs()
    found, studio = following(runs, flow(to="thanks"))
    assert isinstance(found.of(run), Same)
    assert (runs.asked, studio.read) == (["steps", "context"], [])


def test_an_edit_is_the_definitions(run):
    """Where the revision that ran leads where Studio went, a difference is told; each revision is read once."""
    found, studio = following(Runs(), flow(to="bye"), r3=flow(to="thanks"))
    for _ in range(2):
        another = found.of(run)
        assert isinstance(another, Another)
        assert (another.widget, another.recorded.to, another.now.to) == ("choice", "thanks", "bye")
        assert another.events == ()
    assert studio.read == [3]


def test_a_difference_of_the_simulator_is_not_the_definitions(run):
    """Where the revision that ran leads elsewhere on the simulator than in Studio, it cannot be told."""
    found, _ = following(Runs(), flow(to="bye"), r3=flow(to="thanks", subject="Other"))
    stuck = found.of(run)
    assert isinstance(stuck, Stuck)
    assert stuck.widget == "choice"


def test_a_renamed_widget_is_followed(run):
    """A widget that was renamed since the revision that ran is the same widget."""
    found, _ = following(Runs(), flow(ask="question", to="thanks"), r3=flow(to="thanks"))
    assert isinstance(found.of(run), Same)


def test_without_the_revision_the_difference_stands(run):
    """When Studio no longer has the revision that ran, a difference is told all the same."""
    found, _ = following(Runs(), flow(to="bye"))
    assert isinstance(found.of(run), Another)


def test_what_was_deleted_meanwhile_is_left_out(run):
    """An execution that is gone by the time it is read is not counted."""
    found, _ = following(Runs(gone=True), flow())
    assert found.of(run) is None


def test_a_flow_that_is_not_wanted_is_told(run):
    """An execution of a flow that the manifests do not have cannot be followed."""
    found, _ = following(Runs(), flow())
    assert isinstance(found.of(replace(run, flow_sid="FW" + "9" * 32)), Stuck)
