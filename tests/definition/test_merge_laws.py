"""Laws of a three-way merge, for generated definitions and for every edit of the real ones."""

from __future__ import annotations

import copy
import itertools
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.definition.canonical import digests_of
from reconciler.definition.document import of, parse
from reconciler.definition.merge import merge
from tests.support import odd_flows


def named(data: dict[str, Any], name: str) -> dict[str, Any]:
    return next(state for state in data["states"] if state["name"] == name)


TEXTS = st.sampled_from(["", "x", "y"])
WIDGETS = st.dictionaries(
    st.sampled_from(["a", "b", "match"]),
    st.fixed_dictionaries(
        {
            "properties": st.dictionaries(st.sampled_from(["say", "match", "list"]), TEXTS | st.lists(TEXTS)),
            "transitions": st.lists(
                st.fixed_dictionaries(
                    {"event": st.sampled_from(["match", "noMatch"])},
                    optional={
                        "next": st.sampled_from(["a", "b", None]),
                        "conditions": st.lists(st.fixed_dictionaries({"value": TEXTS}), max_size=1),
                    },
                ),
                max_size=3,
            ),
        }
    ),
)
FLOWS = st.builds(
    lambda text, widgets: of({"description": text, "states": [{"name": n, **w} for n, w in widgets.items()]}),
    TEXTS,
    WIDGETS,
)


@given(FLOWS, FLOWS)
def test_what_one_side_left_alone_is_the_others(first, second):
    """Merging with an untouched side gives the other side, and merging equal sides gives them, without conflict."""
    for base, live, desired, expected in (
        (first, second, first, second),
        (first, first, second, second),
        (first, second, second, second),
    ):
        found, conflicts = merge(base, live, desired)
        assert conflicts == ()
        assert digests_of(found.data()) == expected.digests


QUICK = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))


@QUICK
@given(odd_flows.ANY_FLOWS, odd_flows.ANY_FLOWS)
def test_any_definition_merges_with_an_untouched_side(one, other):
    """However odd definitions are: merge(base, x, base) is x, and merge(base, base, y) is y."""
    base, side = of(one), of(other)
    for live, desired in ((side, base), (base, side)):
        found, conflicts = merge(base, live, desired)
        odd = conflicts == ("states (widget names are missing or not unique)",)
        assert odd or (found.digests, conflicts) == (side.digests, ())


def test_real_edits_merge_with_an_untouched_side(current_flows):
    """The same holds for every pair of committed versions of a real flow, in both directions."""
    names = sorted(name for name in current_flows if name.startswith("corpus-revisions/"))
    for _, versions in itertools.groupby(names, key=lambda name: name.rpartition("/")[0]):
        definitions = [parse(current_flows[name], name) for name in versions]
        for base, side in itertools.permutations(definitions, 2):
            for live, desired in ((side, base), (base, side), (side, side)):
                found, conflicts = merge(base, live, desired)
                assert (found.digests, conflicts) == (side.digests, ())


@QUICK
@given(odd_flows.FLOWS, st.data())
def test_disjoint_edits_both_arrive(flow, data):
    """Two sides that edit different properties of any flow merge without conflict, and both edits are in it."""
    names = [state["name"] for state in flow["states"]]
    places = st.tuples(st.sampled_from(names or ["a"]), st.sampled_from(["one", "two", "three"]))
    edits = data.draw(st.lists(places, min_size=2, max_size=6, unique=True))
    sides = copy.deepcopy(flow), copy.deepcopy(flow)
    for number, (name, key) in enumerate(edits if names else ()):
        named(sides[number % 2], name)["properties"][key] = f"edit {number}"
    found, conflicts = merge(of(flow), of(sides[0]), of(sides[1]))
    assert conflicts == ()
    for number, (name, key) in enumerate(edits if names else ()):
        assert named(found.data(), name)["properties"][key] == f"edit {number}"
    other, _ = merge(of(flow), of(sides[1]), of(sides[0]))
    assert other.digests.behaviour == found.digests.behaviour


@QUICK
@given(odd_flows.FLOWS, st.sampled_from(["x", "y"]), st.sampled_from(["x", "y"]))
def test_a_conflict_is_the_same_property_changed_differently(flow, one, other):
    """One property changed on both sides conflicts exactly when the new values differ, and is named."""
    if not flow["states"]:
        return
    live, desired = copy.deepcopy(flow), copy.deepcopy(flow)
    live["states"][0]["properties"]["body"], desired["states"][0]["properties"]["body"] = f"new {one}", f"new {other}"
    conflicts = merge(of(flow), of(live), of(desired))[1]
    assert conflicts == ((f"widgets.{flow['states'][0]['name']}.properties.body",) if one != other else ())


@given(FLOWS, FLOWS, FLOWS)
def test_merges_are_the_same_from_either_side(base, live, desired):
    """Without a conflict, what comes out does not depend on which side is which, but for orders."""
    found, conflicts = merge(base, live, desired)
    other, _ = merge(base, desired, live)
    if not conflicts:
        assert unordered(found.data()) == unordered(other.data())
    assert merge(base, live, desired)[0].text == found.text


def unordered(value: Any) -> Any:
    """Give a value without the order of its lists."""
    if isinstance(value, list):
        return sorted((unordered(item) for item in value), key=repr)
    return {key: unordered(value[key]) for key in sorted(value)} if isinstance(value, dict) else value


@given(FLOWS, FLOWS, FLOWS)
def test_conflicts_do_not_depend_on_the_side(base, live, desired):
    """A conflict is one from either side, and merging what was merged changes nothing."""
    found, conflicts = merge(base, live, desired)
    assert bool(merge(base, desired, live)[1]) == bool(conflicts)
    again, more = merge(live, live, found)
    assert (again.digests, more) == (found.digests, ())
