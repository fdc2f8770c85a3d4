"""Laws of whole runs, held for random projects and random edits of them."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.compare.flows import compare
from reconciler.compare.snapshot import of_desired
from reconciler.definition import document
from reconciler.model.definition import Definition, Status
from reconciler.model.desired import Desired
from reconciler.plan.options import PlanOptions
from reconciler.views.machine import render_plan
from tests.support.flows import calling, data, desired, flow, users, widget
from tests.support.world import Bed

NAMES = ("a", "b", "c", "d")
TEXTS = ("Hello", "Bye", "Ciao", "{{flow.data.x}}", "Grüße 🎉")
STATUSES: tuple[Status, ...] = ("draft", "published")
CONTACTS = ("+15555550101", "+15555550102", "whatsapp:+15555550103")
EXAMPLES = settings().max_examples // 8
"""Each plays a whole history: fewer than of other laws, and more in a soak."""
ALLOWED = PlanOptions(on_drift="revert", allow=frozenset({"draft", "recreate"}))
"""What somebody says who wants the manifests to win."""


@dataclass(frozen=True)
class Wish:
    """One flow of a project; `calls` whether it runs the first flow of the project. No contacts: none are declared."""

    text: str
    status: Status
    friendly_name: str
    calls: bool
    contacts: tuple[str, ...] | None
    before: str | None = None


Project = dict[str, Wish]

wishes = st.builds(
    Wish,
    text=st.sampled_from(TEXTS),
    status=st.sampled_from(STATUSES),
    friendly_name=st.sampled_from(("One", "Two")),
    calls=st.booleans(),
    contacts=st.none() | st.lists(st.sampled_from(CONTACTS), unique=True).map(lambda found: tuple(sorted(found))),
)
projects = st.dictionaries(st.sampled_from(NAMES), wishes, min_size=1, max_size=len(NAMES))


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[Project, str | None]]:
    """Draw projects that follow each other, each with what somebody in the Console makes some flow say before."""
    project = draw(projects)
    found: list[tuple[Project, str | None]] = [(project, None)]
    for _ in range(draw(st.integers(1, 3))):
        project = {name: replace(wish, before=None) for name, wish in project.items()}
        free = [name for name in NAMES if name not in project]
        if project and free and draw(st.booleans()):
            old, new = draw(st.sampled_from(sorted(project))), draw(st.sampled_from(free))
            project[new] = replace(project.pop(old), before=old)
        else:
            kept = {name: wish for name, wish in project.items() if draw(st.booleans())}
            project = {**kept, **draw(projects)}
        found.append((project, draw(st.none() | st.sampled_from(TEXTS))))
    return found


def _definition(name: str, project: Project) -> Definition:
    wish, first = project[name], min(project)
    widgets = [widget("greet", wish.text)]
    if wish.calls and first != name:
        widgets = [widget("greet", wish.text, "call"), calling("call", f"${{flow.{first}.sid}}")]
    return document.of(data(*widgets))


def _desired(project: Project) -> Desired:
    flows = [
        flow(
            name,
            _definition(name, project),
            status=wish.status,
            friendly_name=wish.friendly_name,
            previous_names=(wish.before,) if wish.before else (),
        )
        for name, wish in sorted(project.items())
    ]
    testers = [
        users(f"{name}-testers", name, *wish.contacts) for name, wish in project.items() if wish.contacts is not None
    ]
    return desired(flows, testers)


@contextmanager
def _bed() -> Iterator[Bed]:
    with tempfile.TemporaryDirectory() as folder:
        yield Bed(Path(folder))


def _applied(bed: Bed, wanted: Desired) -> None:
    applied = bed.apply(wanted, ALLOWED)
    assert [(str(o.step.address), o) for o in applied.outcomes if o.kind != "done"] == []
    assert not applied.plan.refused


def _edit_somewhere(bed: Bed, text: str) -> None:
    """Let somebody publish another text, or delete the flow when it says so already."""
    _, record = min(bed.state().flows().items())
    with bed.console() as client:
        live = client.get(f"/v2/Flows/{record.sid}").json()
        if text in json.dumps(live["definition"], ensure_ascii=False):
            client.delete(f"/v2/Flows/{record.sid}").raise_for_status()
            return
    definition = json.dumps(data(widget("greet", text)))
    bed.edit(record.sid, Definition=definition, Status="published")


@given(projects)
@settings(max_examples=EXAMPLES)
def test_a_thing_compared_with_itself_is_empty(project: Project):
    """No flow differs from itself."""
    for flow_ in _desired(project).flows.values():
        side = of_desired(flow_.friendly_name, flow_.status, flow_.definition, None)
        assert compare(side, side, by=flow_.status).flow_class == "none"


@given(projects)
@settings(max_examples=EXAMPLES)
def test_planning_twice_gives_the_same_bytes(project: Project):
    """The same three sides give the same document, before anything is applied and after; planning writes nothing."""
    with _bed() as bed:
        wanted = _desired(project)
        for _ in range(2):
            planned = [render_plan(bed.plan(wanted, ALLOWED).plan, tool="0.1.0") for _ in range(2)]
            assert planned[0] == planned[1]
            _applied(bed, wanted)


@given(histories())
@settings(max_examples=EXAMPLES)
def test_apply_converges(history: list[tuple[Project, str | None]]):
    """After each edit of a project, apply makes the account what the manifests say, and the next plan is empty."""
    with _bed() as bed:
        for project, edit in history:
            if edit is not None and bed.state().flows():
                _edit_somewhere(bed, edit)
            wanted = _desired(project)
            _applied(bed, wanted)
            assert bed.plan(wanted, ALLOWED).plan.steps == ()
            _assert_live(bed, project)


def _assert_live(bed: Bed, project: Project) -> None:
    reader, state = bed.world().reader, bed.state()
    records = {address.name: record for address, record in state.flows().items()}
    assert set(records) == set(project)
    assert {row.sid for row in reader.list_flows()} == {record.sid for record in records.values()}
    for name, wish in project.items():
        sid = records[name].sid
        body = reader.fetch_flow(sid)
        assert body.row.friendly_name == wish.friendly_name
        if wish.status == "published":
            assert body.row.status == "published"
        greeting = next(state for state in body.definition.data()["states"] if state["name"] == "greet")
        assert greeting["properties"]["body"] == wish.text
        called = {records[min(project)].sid} if wish.calls and name != min(project) else set()
        assert set(body.definition.subflows) == called
        if wish.contacts is not None:
            assert set(reader.fetch_test_users(sid)) == set(wish.contacts)
