"""Who changed it: the right revision, found with few calls, through renames and removals."""

from __future__ import annotations

import copy
import json
import math
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from reconciler.definition import document
from reconciler.errors import NotFoundError, UsageError
from reconciler.model.address import Address, flow
from reconciler.model.audit import Actor, Audit, AuditEvent
from reconciler.model.definition import Digests
from reconciler.model.desired import Desired, Environment, Policy
from reconciler.model.live import FlowBody, FlowRevision, FlowRow
from reconciler.model.record import FlowRecord, RevisionEntry, State
from reconciler.workflows.blame import Blamed, Question, blame
from reconciler.workflows.history import LookBack, look_back
from reconciler.workflows.world import ReadingWorld
from tests.support.world import InlinePool, SilentProgress, VirtualClock

SID = "FW" + "0" * 31 + "1"
GREETER = flow("greeter")
START = datetime(2026, 1, 1, tzinfo=UTC)


def widget(name: str, body: str = "Hello", leads: str | None = None) -> dict:
    """Give a widget that says a text."""
    properties = {"offset": {"x": 0, "y": 0}, "body": body, "parameters": [{"key": "to", "value": "a"}]}
    events = [{"event": "sent", "next": leads}, {"event": "failed"}]
    return {"name": name, "type": "send-message", "transitions": events, "properties": properties}


def body(*widgets: dict) -> dict:
    """Give a definition."""
    return {"description": "A test", "states": [widget("Trigger", "-"), *widgets], "initial_state": "Trigger"}


@dataclass
class Past:
    """A Studio with one flow whose revisions are given, and a state that knows of it. Counts what is fetched."""

    bodies: dict[int, dict]
    entries: tuple[RevisionEntry, ...] = ()
    events: Audit = field(default_factory=Audit)
    fetched: list[int] = field(default_factory=list)

    def row(self, number: int) -> FlowRevision:
        """Give a revision as a list shows it."""
        at = START + timedelta(minutes=number)
        return FlowRevision(SID, number, "published", "Greeter", None, None, f"US{number}", at, at)

    def list_revisions(self, _sid: str) -> list[FlowRevision]:
        """Give all, newest first."""
        return [self.row(number) for number in sorted(self.bodies, reverse=True)]

    def fetch_revision(self, sid: str, number: int) -> FlowRevision:
        """Give one with its body."""
        if number not in self.bodies:
            raise NotFoundError("no such revision")
        self.fetched.append(number)
        row = self.row(number)
        definition = document.of(copy.deepcopy(self.bodies[number]))
        return FlowRevision(
            sid, number, "published", "Greeter", definition, f"Number {number}", row.author_sid, row.date_created
        )

    def fetch_flow(self, sid: str) -> FlowBody:
        """Give the latest."""
        found = self.fetch_revision(sid, max(self.bodies))
        row = FlowRow(sid, None, "Greeter", "published", found.revision, found.date_created)
        return FlowBody(row, found.definition, found.commit_message, found.author_sid)

    def read(self) -> State:
        """Give the state."""
        digests = Digests("sha256:b", "sha256:f")
        record = FlowRecord(SID, "Greeter", "published", 1, None, None, None, digests, revisions=self.entries)
        return State("l", 1, "clinic", "local", None, None, resources={GREETER: record})

    def history(self, _address: object) -> tuple[()]:
        """Give what no longer fits into the snapshot."""
        return ()

    def events_of(self, _sid: str) -> Audit:
        """Give what Monitor tells."""
        return self.events

    @property
    def world(self) -> ReadingWorld:
        """Give what may be looked at."""
        return ReadingWorld(self, self, VirtualClock(), InlinePool(), SilentProgress())

    def blame(self, what: str, *, every: bool = False) -> Blamed:
        """Ask who changed it."""
        return blame(self.world, self, DESIRED, Question(GREETER, what, every=every), self.read())


DESIRED = Desired("clinic", Environment("local"), Policy(), {}, {}, "sha256:d")


def past(count: int, change: int, **more: object) -> Past:
    """Give a flow of so many revisions, of which one changed the text of `greet`, and each that of another widget."""
    bodies = {
        number: body(widget("greet", "new" if number >= change else "old"), widget("other", str(number)))
        for number in range(1, count + 1)
    }
    return Past(bodies, **more)


@pytest.mark.parametrize("count", [1, 2, 3, 10, 200, 1000])
@pytest.mark.parametrize("share", [0.0, 0.3, 0.99, 1.0])
def test_the_revision_is_found_with_few_calls(count, share):
    """Whatever the length of the past and wherever the change, 2 log2 n bodies are enough; none is read twice."""
    change = max(1, round(count * share))
    flow_ = past(count, change)
    found = flow_.blame("greet.body")
    assert (found.revision.revision, found.kind) == (change, "changed" if change > 1 else "added")
    assert found.revision.commit_message == f"Number {change}"
    assert len(flow_.fetched) == len(set(flow_.fetched)) <= 2 * math.ceil(math.log2(count or 1)) + 3
    assert found.looked_at == (len(flow_.fetched), count)


def test_only_what_was_asked_counts():
    """A property is not changed by its neighbours, nor a widget by others or by its place on the canvas."""
    flow_ = past(8, 3)
    for number in (6, 7, 8):
        flow_.bodies[number]["states"][1]["properties"]["offset"] = {"x": 9, "y": 9}
    for number in (7, 8):
        flow_.bodies[number]["states"][1]["properties"]["parameters"][0]["value"] = "b"
    assert flow_.blame("greet.properties.body").revision.revision == 3
    assert flow_.blame("greet.parameters[to].value").revision.revision == 7
    assert flow_.blame("greet.parameters[0]").revision.revision == 7
    assert flow_.blame("greet").revision.revision == 7
    assert flow_.blame("greet.offset").revision.revision == 6
    assert flow_.blame("greet.transitions.sent").kind == "added"
    assert [item.path for item in flow_.blame("greet.body").items] == ["properties.body"]


def test_gaps_in_the_numbers_do_not_matter():
    """Numbers that do not exist are never asked for."""
    flow_ = past(40, 17)
    for number in (1, 2, 16, 18, 30, 39):
        del flow_.bodies[number]
    found = flow_.blame("greet.body")
    assert (found.before, found.revision.revision) == (15, 17)


def test_a_rename_is_followed_for_a_property_and_is_the_answer_for_a_widget():
    """A property keeps its past under the widget's old name; a whole widget was last changed by its rename."""
    bodies = {
        1: body(widget("old", "first", "next"), widget("next")),
        2: body(widget("old", "second", "next"), widget("next")),
        3: body(widget("old", "second", "next"), widget("next", "x")),
        4: body(widget("new", "second", "next"), widget("next", "x")),
        5: body(widget("new", "second", "next"), widget("next", "y")),
    }
    found = Past(bodies).blame("new.body")
    assert (found.revision.revision, found.renamed_from) == (2, ("old",))
    found = Past(bodies).blame("new")
    assert (found.revision.revision, found.kind) == (4, "renamed")
    found = Past(bodies).blame("old")
    assert (found.revision.revision, found.kind) == (4, "renamed")


def test_following_the_rename_of_another_widget_is_no_change():
    """A transition that leads to the same widget under its new name was not changed by that."""
    bodies = {
        1: body(widget("a", "x", "old"), widget("old", "target")),
        2: body(widget("a", "y", "old"), widget("old", "target")),
        3: body(widget("a", "y", "new"), widget("new", "target")),
        4: body(widget("a", "y", "new"), widget("new", "target"), widget("more")),
    }
    assert Past(bodies).blame("a").revision.revision == 2


def test_what_was_removed_and_added_again_begins_anew():
    """The last change of a widget that came back is its coming back; of one that is gone, its going."""
    there, gone = body(widget("a"), widget("b")), body(widget("b"))
    bodies = {1: gone, 2: there, 3: there, 4: gone, 5: there, 6: body(widget("a"), widget("b", "x"))}
    found = Past(bodies).blame("a", every=True)
    assert (found.revision.revision, found.kind, found.before) == (5, "added", 4)
    bodies[5], bodies[6] = (body(widget("a", "other"), widget("b", text)) for text in ("Hello", "x"))
    assert Past(bodies).blame("a").revision.revision == 5
    del bodies[5], bodies[6]
    found = Past(bodies).blame("a.body")
    assert (found.widget, found.revision.revision, found.kind) == ("a", 4, "removed")


def test_every_sees_what_was_changed_back():
    """What was changed away and back between two revisions that were looked at is seen by looking at each."""
    texts = ["x", "x", "x", "x", "y", "x", "x", "x", "x", "x"]
    bodies = {number: body(widget("a", text)) for number, text in enumerate(texts, 1)}
    assert Past(bodies).blame("a.body", every=True).revision.revision == 6
    assert Past(bodies).blame("a.body").revision.revision in {1, 6}


def test_what_never_was_is_refused():
    """A widget or property that no revision has is a mistake of who asks."""
    for what in ("nobody", "greet.nothing", "nobody.body"):
        with pytest.raises(UsageError):
            past(5, 2).blame(what)


def test_what_was_mistyped_is_named_as_it_is_spelt():
    """The hint names the nearest widget, property, transition or parameter that there is."""
    for what, meant in {
        "gret": "greet",
        "greet.bdy": "body",
        "greet.transitions.fialed": "failed",
        "greet.parameters[too]": "to",
    }.items():
        with pytest.raises(UsageError) as caught:
            past(5, 2).blame(what)
        assert f"{meant!r}" in (caught.value.hint or "")


def test_who_asks_about_no_flow_is_told_what_there_is():
    """A mistyped address gets the nearest one, test users are said to be no flow, and `apply` is not promised."""
    flow_, hints = past(5, 2), []
    for address in (flow("greter"), flow("another-thing"), Address("TestUsers", "greeter")):
        with pytest.raises(UsageError) as caught:
            look_back(flow_.world, flow_, DESIRED, LookBack(address), flow_.read())
        hints.append(caught.value.hint or "")
    assert "greeter" in hints[0]
    assert not any("apply" in hint for hint in hints)


def test_plan_and_person_are_told():
    """Of our own revisions the plan is known; Monitor's nearest event names who it was and how."""
    at = START + timedelta(minutes=3, seconds=2)
    who = Actor("US3", "user", "console", "192.0.2.10")
    events = Audit((
        AuditEvent("AE1", "flow.updated", SID, at, who),
        AuditEvent("AE2", "flow.updated", SID, at + timedelta(minutes=1), Actor("US4", "user", "api", None)),
    ))  # fmt: skip
    entry = RevisionEntry(3, "published", None, "Number 3", "US3", at, "us", plan="sha256:abc")
    found = past(8, 3, events=events, entries=(entry,)).blame("greet.body")
    assert (found.actor, found.ours, found.entry, found.nameless) == (who, True, entry, None)
    assert past(8, 3, events=Audit(missing="no permission")).blame("greet.body").nameless == "no permission"


def test_a_history_reads_each_body_once():
    """With patches each shown revision is read once, and the one before the oldest; messages cost nothing more."""
    flow_ = past(10, 3)
    told = look_back(flow_.world, flow_, DESIRED, LookBack(GREETER, newest=4, patch=True), flow_.read())
    assert sorted(flow_.fetched) == [6, 7, 8, 9, 10]
    assert [entry.revision for entry in told.entries] == [7, 8, 9, 10]
    assert [entry.message for entry in told.entries] == ["Number 7", "Number 8", "Number 9", "Number 10"]
    assert (told.older, told.published) == (6, 10)
    assert {item.widget for items in told.patches.values() for item in items} == {"other"}


def test_a_history_fetches_only_messages_that_nobody_told():
    """What the state remembers of a revision is not asked again."""
    entries = tuple(RevisionEntry(number, "published", None, "known", None, START, "us") for number in range(1, 10))
    flow_ = past(10, 3, entries=entries)
    told = look_back(flow_.world, flow_, DESIRED, LookBack(GREETER), flow_.read())
    assert flow_.fetched == [10]
    assert json.dumps([entry.by for entry in told.entries]) == json.dumps(["us"] * 9 + ["others"])
