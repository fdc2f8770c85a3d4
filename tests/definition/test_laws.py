"""Laws that hold for any definition, however odd."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
import rfc8785
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.definition.canonical import canonical_bytes, digests_of
from reconciler.definition.compare import difference_class, differences
from reconciler.definition.difference import WidgetsMoved
from reconciler.definition.document import of, parse, render
from reconciler.definition.layout import keep_ignored, keep_layout
from reconciler.definition.portable import escape, finish
from tests.support.odd_flows import ANY_FLOWS, FLOWS, SCALARS, values

quick = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def shuffled(value: Any, chance: random.Random) -> Any:
    """Change every order that means nothing."""
    if isinstance(value, dict):
        items = [(key, shuffled(item, chance)) for key, item in value.items()]
        chance.shuffle(items)
        return dict(items)
    return [shuffled(item, chance) for item in value] if isinstance(value, list) else value


def shuffled_flow(flow: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    flow = shuffled(flow, chance)
    chance.shuffle(flow["states"])
    for state in flow["states"]:
        events = [t["event"] for t in state["transitions"]]
        distinct = [t for t in state["transitions"] if t["event"] != "match" and events.count(t["event"]) == 1]
        others = [t for t in state["transitions"] if t not in distinct]
        for transition in distinct:
            others.insert(chance.randint(0, len(others)), transition)
        state["transitions"] = others
    return flow


@quick
@given(values())
def test_fast_path_equals_rfc8785(value):
    """The canonical bytes are those of RFC 8785 for everything that it can write."""
    assert canonical_bytes(value) == rfc8785.dumps(value)


@quick
@given(values(st.one_of(SCALARS, st.integers(), st.floats(), st.just("\ud800"))), st.randoms(use_true_random=False))
def test_every_value_has_canonical_bytes(value, chance):
    """Canonical bytes exist for every value that Python can parse, and do not depend on the order of keys."""
    assert canonical_bytes(value) == canonical_bytes(shuffled(value, chance))


@quick
@given(FLOWS, st.randoms(use_true_random=False))
def test_digests_ignore_orders_without_meaning(flow, chance):
    """Neither digest changes with the order of keys, states, or transitions other than match."""
    assert digests_of(shuffled_flow(flow, chance)) == digests_of(flow)
    assert differences(of(flow), of(shuffled_flow(flow, chance))) == ()


@quick
@given(ANY_FLOWS)
def test_nothing_differs_from_itself(flow):
    """Comparing a definition with itself is empty."""
    assert differences(of(flow), of(json.loads(json.dumps(flow)))) == ()
    assert difference_class(of(flow), of(flow)) == "none"


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.one_of(st.tuples(FLOWS, FLOWS), st.tuples(ANY_FLOWS, ANY_FLOWS)))
def test_differences_are_empty_exactly_when_digests_are_equal(flows):
    """There are differences exactly when the full digests differ; of class layout only moves."""
    before, after = map(of, flows)
    found = differences(before, after)
    match difference_class(before, after):
        case "none":
            assert found == ()
        case "layout":
            assert [type(item) for item in found] == [WidgetsMoved]
        case "behaviour":
            assert any(not isinstance(item, WidgetsMoved) for item in found)


@quick
@given(FLOWS, st.data())
def test_one_edit_is_one_class(flow, data):
    """An edit of one property or offset of one widget is seen, in the class it belongs to."""
    if not flow["states"]:
        return
    edited = json.loads(json.dumps(flow))
    state = data.draw(st.sampled_from(edited["states"]))
    key = data.draw(st.sampled_from(["offset", "body"]))
    state["properties"][key] = {"x": 99, "y": 99} if key == "offset" else "something else"
    assert difference_class(of(flow), of(edited)) == ("layout" if key == "offset" else "behaviour")


@quick
@given(ANY_FLOWS, ANY_FLOWS)
def test_layout_of_live_never_changes_behaviour(desired, live):
    """Keeping the live layout changes no behaviour, and keeping it twice changes nothing more."""
    kept = keep_layout(of(desired), of(live))
    assert kept.digests.behaviour == of(desired).digests.behaviour
    assert keep_layout(kept, of(live)) is kept


@quick
@given(ANY_FLOWS, ANY_FLOWS, st.lists(st.sampled_from(["layout", "widgets.a", "widgets.b.body", "status"]), max_size=3))
def test_ignoring_is_idempotent(desired, live, ignore):
    """Keeping what is ignored a second time changes nothing."""
    kept = keep_ignored(of(desired), of(live), ignore)
    assert keep_ignored(kept, of(live), ignore) == kept


@quick
@given(ANY_FLOWS)
def test_escape_is_undone_by_finish(flow):
    """What pull escapes is sent as it was."""
    assert finish(of(escape(flow))).digests == of(flow).digests


@quick
@given(FLOWS)
def test_rendered_is_parsed_again(flow):
    """What is written for people reads back as the same definition, in the same order."""
    if "\\ud8" in json.dumps(flow):
        return
    assert parse(render(flow).encode(), "flow.json").text == of(flow).text


@pytest.mark.parametrize("number", [2**53, -(2**53), 10**30, 2**63])
def test_big_integers_are_not_rounded(number):
    """Two integers that a double cannot tell apart have different bytes."""
    assert canonical_bytes({"n": number}) != canonical_bytes({"n": number + 1})
