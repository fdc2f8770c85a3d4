from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.workflows.traffic import fold
from reconciler.workflows.traffic.fold import Traffic
from reconciler.workflows.traffic.summarise import summarise

FLOW = "FW00000000000000000000000000000001"
OTHER = "FW00000000000000000000000000000002"
WIDGETS = ("a", "b", "c")
EVENTS = ("next", "failed", "timeout")

walks = st.lists(st.tuples(st.sampled_from(EVENTS), st.sampled_from((*WIDGETS, "Ended"))), max_size=6)


def moves(walk):
    """Make a run of a walk: it begins at the trigger and stops where it ends."""
    place, found = "Trigger", []
    for event, target in walk:
        found.append((place, event, target))
        place = target
        if target == "Ended":
            break
    return tuple(found)


def counted(runs):
    found = Traffic()
    for execution, steps in runs:
        found.add(execution, steps)
    return found


@st.composite
def executions(draw, run_of):
    """Make executions of walks through a few widgets, some of them active, in two revisions."""
    walked = draw(st.lists(st.tuples(walks, st.booleans(), st.sampled_from((7, 8))), max_size=8))
    found = []
    for walk, live, revision in walked:
        way = moves(walk)
        over = bool(way) and way[-1][2] == "Ended"
        found.append(run_of(*way, status="active" if live and not over else "ended", revision=revision))
    return found


@given(data=st.data())
def test_the_order_of_executions_does_not_matter(run_of, data):
    """Whatever order they come in, the counts are the same."""
    runs = data.draw(executions(run_of))
    assert counted(data.draw(st.permutations(runs))) == counted(runs)


@given(data=st.data())
def test_merging_two_folds_is_folding_both(run_of, data):
    """Parts counted apart and merged are what all counted together are."""
    runs = data.draw(executions(run_of))
    cut = data.draw(st.integers(0, len(runs)))
    merged = counted(runs[:cut])
    merged.merge(counted(runs[cut:]))
    assert merged == counted(runs)


@given(data=st.data())
def test_nobody_gets_lost(run_of, data):
    """Who entered a widget went on, finished, was dropped or is there; each run stands somewhere, once."""
    runs = data.draw(executions(run_of))
    for (_, revision), flow in counted(runs).flows.items():
        mine = [(execution, steps) for execution, steps in runs if execution.revision == revision]
        arrived = Counter(step.to_widget for _, steps in mine for step in steps)
        arrived["Trigger"] = sum(bool(steps) for _, steps in mine)
        found = summarise(revision, flow, None, top=100)
        for widget in found.widgets:
            assert widget.entered == arrived[widget.name]
            assert widget.entered == widget.went_on + widget.finished + widget.dropped + widget.active
            assert widget.stopped <= widget.dropped
            assert widget.time.number == sum(way.number for way in widget.ways)
        assert found.runs == len(mine) == found.finished + found.dropped + found.active + found.unknown
        ended = sum(execution.status == "ended" for execution, _ in mine)
        assert found.time.number == ended == found.finished + found.dropped + found.unknown
        assert sum(path.number for path in found.paths) == sum(bool(steps) for _, steps in mine)
        for end in ("finished", "dropped"):
            assert sum(path.number for path in found.paths if path.end == end) == getattr(found, end)


def test_time_in_a_widget_is_from_step_to_step(run):
    """The trigger takes from the beginning of the execution to its step; each other widget from the step before."""
    found = counted([run(("Trigger", "x", "a"), ("a", "y", "Ended"), apart=4)])
    widgets = found.flows[FLOW, 7].widgets
    assert (widgets["Trigger"].time.total, widgets["a"].time.total) == (4000, 4000)
    assert found.flows[FLOW, 7].time.total == 8000


def test_steps_of_a_subflow_count_under_its_own_flow(run):
    """A sub-flow's part is a run of its own, of no known revision, and its caller's widget waits for it meanwhile."""
    execution, steps = run(("Trigger", "x", "sub"), ("sub", "completed", "b"), ("b", "next", "Ended"), apart=60)
    called = steps[0]
    inner = [
        replace(
            called, sid=f"FT{'9' * 31}{place}", flow_sid=OTHER, parent_step_sid=called.sid, from_widget=source,
            to_widget=target, event=event, date_created=called.date_created + timedelta(seconds=5 * place),
        )
        for place, (source, event, target) in enumerate(
            (("Trigger", "incomingParent", "ask"), ("ask", "next", "Ended"))
        )
    ]  # fmt: skip
    found = counted([(execution, [*inner, *steps])])
    outer, own = found.flows[FLOW, 7], found.flows[OTHER, None]
    assert set(outer.widgets) == {"Trigger", "sub", "b"}
    assert set(own.widgets) == {"Trigger", "ask"}
    assert (own.runs, own.time.total, own.widgets["ask"].time.total) == (1, 5000, 5000)
    assert outer.widgets["sub"].time.total == 60_000
    stuck = counted([(replace(execution, status="active"), [inner[0], steps[0]])])
    assert stuck.flows[OTHER, None].widgets["ask"].active == 1
    assert stuck.flows[FLOW, 7].widgets["sub"].active == 1


def test_a_step_that_nobody_recorded_is_told(run):
    """A gap becomes a way out without an event, so that the counts still add up."""
    execution, steps = run(("Trigger", "x", "a"), ("a", "y", "b"), ("b", "z", "Ended"))
    found = summarise(7, counted([(execution, [steps[0], steps[2]])]).flows[FLOW, 7], None, top=1)
    assert found.unseen == 1
    by_name = {widget.name: widget for widget in found.widgets}
    assert [(way.event, way.target) for way in by_name["a"].ways] == [(None, "b")]
    assert (by_name["a"].entered, by_name["b"].entered, found.finished) == (1, 1, 1)


@pytest.mark.parametrize(("status", "active", "unknown"), [("active", 1, 0), ("ended", 0, 1)])
def test_an_execution_without_steps_is_counted(run, status, active, unknown):
    """Nobody knows how an ended one ended; an active one is active."""
    found = summarise(7, counted([run(status=status)]).flows[FLOW, 7], None, top=1)
    assert (found.runs, found.active, found.unknown, found.widgets) == (1, active, unknown, ())


def test_paths_are_told_apart_up_to_a_limit(run):
    """A visit again is no other path; beyond the limit new paths count together."""
    again = (("Trigger", "x", "a"), ("a", "more", "b"), ("b", "back", "a"), ("a", "bye", "Ended"))
    once = (("Trigger", "x", "a"), ("a", "more", "b"), ("b", "bye", "Ended"))
    found = counted([run(*again), run(*again[:3], *again[1:]), run(*once)])
    flow = found.flows[FLOW, 7]
    assert sorted(flow.paths.values()) == [1, 2]
    top = summarise(7, flow, None, top=1)
    assert (top.paths[0].widgets, top.paths[0].last, top.paths[0].number) == (("Trigger", "a", "b"), "a", 2)
    assert (top.more_paths, top.paths_cut) == (1, False)
    for number in range(fold.MOST_PATHS + 5):
        flow.count_path(((f"w{number}",), "w", None, "stopped"))
    assert len(flow.paths) == fold.MOST_PATHS
    assert flow.other_paths == 7


def test_reasons_are_counted_where_events_tell_them(run):
    """The reason why an execution ended is counted; nothing is made up for others."""
    execution, steps = run(("Trigger", "x", "Ended"))
    found = counted([(replace(execution, ended_reason="FLOW_END"), steps), run(("Trigger", "x", "Ended"))])
    assert found.flows[FLOW, 7].reasons == {"FLOW_END": 1}
