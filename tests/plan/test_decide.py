"""What a plan is decided on, by values alone: order, marks, callers, layout, odd live sides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from reconciler.definition import document
from reconciler.errors import CycleError
from reconciler.model.address import Address
from reconciler.model.definition import Definition
from reconciler.model.desired import ChangeLimits, Desired, Lifecycle, Policy
from reconciler.model.live import FlowRevision, Live, LiveFlow
from reconciler.model.record import FlowRecord, RevisionEntry
from reconciler.plan.build import Built, build
from reconciler.plan.guard import objections
from reconciler.plan.inputs import Inputs
from reconciler.plan.mark import Owner, commit_message, mark, read_mark
from reconciler.plan.options import PlanOptions
from reconciler.plan.order import ordered
from reconciler.plan.values import Basis, Step
from tests.support.flows import calling, data, desired, edited, flow, greeting, users
from tests.support.scripted import recorded, row, state

NAMES = ("a", "b", "c")
SIDS = {name: "FW" + str(number) * 32 for number, name in enumerate(NAMES, 1)}


def known(name: str, definition: Definition | None = None, **more: object) -> tuple[Address, FlowRecord]:
    """The record of a flow of ours by its address."""
    digests = (definition or greeting()).digests
    found = replace(recorded(), sid=SIDS[name], friendly_name=name, sent=digests, stored=digests)
    if found.published is not None:
        found = replace(found, published=replace(found.published, digests=digests))
    return Address("Flow", name), replace(found, **more)


def live_flow(name: str, definition: Definition | None, revision: int = 1, **more: object) -> tuple[str, LiveFlow]:
    """A live flow by its SID, with its body when there is a definition."""
    shown = replace(row(revision, name=name), sid=SIDS[name])
    body = None if definition is None else FlowRevision(shown.sid, revision, "published", name, definition)
    return shown.sid, replace(LiveFlow(shown, body), **more)


def inputs(
    wanted: Desired,
    records: Sequence[tuple[Address, FlowRecord]] = (),
    flows: Sequence[tuple[str, LiveFlow]] = (),
    options: PlanOptions | None = None,
) -> Inputs:
    """Three sides."""
    return Inputs(wanted, state(dict(records)), Live(None, dict(flows)), options or PlanOptions())


def planned(given: Inputs) -> Built:
    """A plan of them."""
    return build(given)


def kinds(built: Built) -> list[tuple[str, str]]:
    """Name and kind of every step."""
    return [(step.address.name, step.kind) for step in built.plan.steps]


def test_same_input_same_plan():
    """Planning twice gives the same plan, whatever the order of what went in."""
    records = [known("a", greeting("Old")), known("b")]
    flows = [live_flow("a", greeting("Old")), live_flow("b", None)]
    one = planned(inputs(desired([flow("a"), flow("c")]), records, flows))
    other = planned(inputs(desired([flow("c"), flow("a")]), records[::-1], flows[::-1]))
    assert replace(one.plan, manifests="") == replace(other.plan, manifests="")


def test_deletes_follow_their_callers():
    """What is called is deleted after its callers, or after they were updated not to call it."""
    call_b = document.of(data(calling("call", SIDS["b"])))
    records = [known("a", call_b), known("b")]
    flows = [live_flow("a", call_b), live_flow("b", greeting())]
    assert kinds(planned(inputs(desired(), records, flows))) == [("a", "delete"), ("b", "delete")]
    assert kinds(planned(inputs(desired([flow("a")]), records, flows))) == [("a", "update"), ("b", "delete")]


def test_flows_that_call_each_other_can_be_deleted():
    """A circle of flows that go is no circle of steps: one of them simply goes first."""
    ring = {"a": "bc", "b": "ca", "c": "ab"}
    bodies = {
        name: document.of(data(*(calling(f"call-{to}", SIDS[to]) for to in called))) for name, called in ring.items()
    }
    records = [known(name, body) for name, body in bodies.items()]
    flows = [live_flow(name, body) for name, body in bodies.items()]
    built = planned(inputs(desired(), records, flows))
    assert sorted(kinds(built)) == [("a", "delete"), ("b", "delete"), ("c", "delete")]


def test_caller_that_stays_objects():
    """A delete is refused while an unmanaged flow that was read still calls the flow."""
    call_b = document.of(data(calling("call", SIDS["b"])))
    given = inputs(desired(), [known("b")], [live_flow("a", call_b), live_flow("b", greeting())])
    built = planned(given)
    found = [(o.id, str(o.address)) for o in objections(given, built) if o.scope == "step"]
    assert found == [("called", "Flow/b")]
    guarded = replace(built.plan, objections=objections(given, built))
    assert [o.id for o in guarded.objections_to(Address("Flow", "b"))] == ["called"]
    assert guarded.objections_to(Address("Flow", "a")) == ()
    allowed = replace(given, options=PlanOptions(allow=frozenset({"called"})))
    assert not [o for o in objections(allowed, built) if o.scope == "step"]


def test_managed_layout_is_a_change():
    """Under `layout: manage` a moved widget is an update, and a draft of the same layout a publish."""
    policy = Policy(limits=ChangeLimits(delete=None), layout="manage")
    wanted = desired([flow("a", greeting(x=9))], policy=policy)
    built = planned(inputs(wanted, [known("a")], [live_flow("a", greeting())]))
    assert kinds(built) == [("a", "update")]
    assert built.plan.steps[0].change_class == "layout"
    assert built.plan.steps[0].basis.target == greeting(x=9).digests.full
    ours = RevisionEntry(2, "draft", None, None, None, None, "us")
    drafted = known("a", greeting(x=9), status="draft", revision=2, revisions=(ours,))
    drafted = (drafted[0], replace(drafted[1], published=known("a")[1].published))
    sid, live = live_flow("a", greeting(x=9), 2)
    live = replace(live, row=replace(live.row, status="draft"))
    assert kinds(planned(inputs(wanted, [drafted], [(sid, live)]))) == [("a", "publish")]


def test_merge_without_a_base_conflicts():
    """Where the revision that both sides started from cannot be read, nothing is merged and nothing sent."""
    wanted = desired([flow("a", lifecycle=Lifecycle(on_drift="merge"))])
    given = inputs(wanted, [known("a")], [live_flow("a", greeting("Theirs"), 2)])
    built = planned(given)
    assert [o.id for o in objections(given, built)] == ["drift"]


def test_own_revisions_are_no_foreign_drift():
    """Where only our own writes moved a flow, such as after a restored state, the manifest just wins."""
    owner = Owner("clinic", "local", Address("Flow", "a"))
    text = commit_message(mark("0123456789AB", "4f1c2a9e", "sha256:00000000", owner), "Text")
    sid, live = live_flow("a", greeting("Newer"), 2)
    assert live.body is not None
    live = replace(live, body=replace(live.body, commit_message=text))
    given = inputs(desired([flow("a")]), [known("a")], [(sid, live)])
    built = planned(given)
    assert kinds(built) == [("a", "update")]
    assert objections(given, built) == ()


def test_drift_of_a_flow_that_goes():
    """A flow that was changed and is deleted has no drift of its own: nobody is asked about it."""
    given = inputs(desired(), [known("a")], [live_flow("a", greeting("Theirs"), 2)])
    built = planned(given)
    assert kinds(built) == [("a", "delete")]
    assert built.plan.steps[0].basis.revision == 2


def test_test_users_of_a_flow_to_come():
    """Test users of a flow that is created wait for it and know no SID; a flow in a plan is counted once."""
    wanted = desired([flow("a")], [users("testers", "a", "+15550100001")])
    built = planned(inputs(wanted))
    assert kinds(built) == [("a", "create"), ("testers", "set-test-users")]
    assert built.plan.steps[1].basis.sid is None
    assert built.plan.steps[1].depends_on == (Address("Flow", "a"),)
    assert built.plan.unchanged == 0


def test_renamed_flow_is_counted_unchanged_after_it():
    """What needs no step is counted."""
    built = planned(inputs(desired([flow("a")]), [known("a")], [live_flow("a", None)]))
    assert built.plan.unchanged == 1
    assert built.plan.empty
    assert edited(desired([flow("a")]), without=["a"]).flows == {}


def step(name: str) -> Step:
    """A step of some kind."""
    return Step(Address("Flow", name), "forget", "none", "x", Basis(None, 0, None, None, None))


def test_order_is_stable_and_says_who_waits():
    """Ties go by address; what has no step counts for nothing, and nobody waits for itself."""
    a, b, c, gone = (Address("Flow", name) for name in ("a", "b", "c", "gone"))
    found = ordered([step("c"), step("b"), step("a")], {a: [c, gone, a], b: []})
    assert [s.address.name for s in found] == ["b", "c", "a"]
    assert found[2].depends_on == (c,)
    two = ordered([step("c"), step("b"), step("a")], {a: [b, c]})
    assert [s.address.name for s in two] == ["b", "c", "a"]


def test_circle_is_a_path():
    """A circle is told as a path that ends where it begins, without what merely leads into it."""
    a, b, c = (Address("Flow", name) for name in NAMES)
    with pytest.raises(CycleError) as caught:
        ordered([step("a"), step("b"), step("c")], {a: [b], b: [c], c: [b]})
    assert caught.value.path == ("Flow/b", "Flow/c", "Flow/b")


def test_marks_are_read_as_they_are_written():
    """A mark is read back from the front of a message, and from nowhere else."""
    owner = Owner("clinic", "local", Address("Flow", "a"))
    ours = mark("0123456789AB", "4f1c2a9e-0000", "sha256:3f2a9c1b00", owner)
    assert read_mark(commit_message(ours, "Text")) == ours
    assert read_mark(f"  {ours}") == ours
    assert len(commit_message(ours, "x" * 999)) == 255
    assert commit_message(ours, "") == str(ours)
    for text in (None, "", "Text", f"Text {ours}", str(ours).replace("Flow/a", "Flow/A"), str(ours)[:-1]):
        assert read_mark(text) is None
