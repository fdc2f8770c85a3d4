"""A difference that is applied: one side and what differs give the other side."""

from __future__ import annotations

import itertools
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.definition.compare import differences
from reconciler.definition.document import of, parse
from reconciler.definition.patch import apply, patch_between
from tests.support.odd_flows import ANY_FLOWS, FLOWS


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.one_of(st.tuples(FLOWS, FLOWS), st.tuples(ANY_FLOWS, ANY_FLOWS)))
def test_applying_the_difference_gives_the_other_side(flows: tuple[Any, Any]):
    """Whatever two definitions are, what is shown as different between them leads from one to the other."""
    before, after = map(of, flows)
    patch = patch_between(before, after)
    assert apply(patch, before).digests == after.digests
    assert bool(patch.names or patch.edits) == bool(differences(before, after))


def test_applying_real_edits_gives_the_next_revision(current_flows):
    """Between any two committed versions of a real flow, in both directions, the difference leads to the other."""
    names = sorted(name for name in current_flows if name.startswith("corpus-revisions/"))
    definitions = {name: parse(current_flows[name], name) for name in names}
    pairs = [
        pair
        for _, versions in itertools.groupby(names, key=lambda name: name.rpartition("/")[0])
        for pair in itertools.permutations(list(versions), 2)
    ]
    assert len(pairs) > 100
    for one, other in pairs:
        before, after = definitions[one], definitions[other]
        assert apply(patch_between(before, after), before).digests == after.digests, (one, other)


def test_a_rename_that_a_text_did_not_follow(flow, widget):
    """A text that still speaks of the old name is left as it is."""
    before = flow(
        widget("a", ("done", "b"), say="A"), widget("b", say="{{widgets.a.x}}"), widget("c", say="{{widgets.a.x}}")
    )
    after = flow(
        widget("z", ("done", "b"), say="A"), widget("b", say="{{widgets.z.x}}"), widget("c", say="{{widgets.a.x}}")
    )
    patch = patch_between(of(before), of(after))
    assert patch.names == {"a": "z"}
    assert apply(patch, of(before)).digests == of(after).digests


def test_a_patch_leaves_alone_what_it_does_not_name(flow, widget, match):
    """On another side, a patch makes its edits and nothing else; a new condition stands where it was put."""
    split = widget("s", kind="split-based-on", input="x")
    before = flow(
        {**split, "transitions": [match("1", "a"), match("2", "b")]}, widget("a", say="A", loop=1), widget("b")
    )
    after = flow(
        {**split, "transitions": [match("1", "a"), match("9", "b"), match("2", "b")]},
        widget("a", say="A", loop=2),
        widget("b"),
    )
    third = flow(
        {**split, "transitions": [match("1", "a"), match("2", "b")]}, widget("a", say="Other", loop=1), widget("b")
    )
    found = {state["name"]: state for state in apply(patch_between(of(before), of(after)), of(third)).data()["states"]}
    assert found["a"]["properties"] == {"say": "Other", "loop": 2}
    assert [t["conditions"][0]["value"] for t in found["s"]["transitions"]] == ["1", "9", "2"]
