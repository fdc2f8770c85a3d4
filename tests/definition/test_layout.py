from __future__ import annotations

import pytest

from reconciler.definition.document import of
from reconciler.definition.layout import keep_ignored, keep_layout

HERE, THERE = {"x": 1, "y": 2}, {"x": 3, "y": 4}


def offsets(definition):
    return {s["name"]: s["properties"].get("offset") for s in definition.data()["states"][1:]}


def test_live_offsets_are_kept(flow, widget):
    """Widgets on both sides stand where they stand live, also where that is nowhere; new ones as in the manifest."""
    desired = of(flow(widget("a", offset=HERE), widget("b", offset=HERE), widget("new", offset=HERE), widget("c")))
    live = of(flow(widget("a", offset=THERE), widget("b"), widget("old", offset=THERE), widget("c", offset=THERE)))
    kept = keep_layout(desired, live)
    assert offsets(kept) == {"a": THERE, "b": None, "new": HERE, "c": THERE}
    assert kept.digests.behaviour == desired.digests.behaviour


def test_layout_of_equal_or_odd_sides_is_left(flow, widget):
    """The same object comes back when nothing changes: equal sides, no properties, doubled or missing names."""
    plain = of(flow(widget("a", offset=HERE)))
    assert keep_layout(plain, of(plain.data())) is plain
    odd = of({"states": [{"name": "a"}, widget("b"), widget("b"), {"name": 1}, 2]})
    assert keep_layout(odd, of(flow(widget("a", offset=THERE), widget("b", offset=THERE)))) is odd
    assert keep_layout(odd, of({"states": None})) is odd


@pytest.mark.parametrize(
    ("ignore", "expected"),
    [
        (["widgets.a"], {"say": "live", "voice": "man", "offset": THERE}),
        (["widgets.a.say"], {"say": "live", "offset": HERE, "loop": 1}),
        (["widgets.a.voice", "widgets.a.loop"], {"say": "mine", "offset": HERE, "voice": "man"}),
        (["layout"], {"say": "mine", "offset": THERE, "loop": 1}),
        (["status", "friendlyName", "widgets.nobody", "widgets.new.say"], {"say": "mine", "offset": HERE, "loop": 1}),
    ],
)
def test_ignored_parts_come_from_live(flow, widget, ignore, expected):
    """A widget, a property or the layout is taken from live, absence included; nothing else is."""
    desired = of(flow(widget("a", say="mine", offset=HERE, loop=1), widget("new", say="mine")))
    live = of(flow(widget("a", say="live", voice="man", offset=THERE)))
    kept = keep_ignored(desired, live, ignore)
    assert kept.data()["states"][1]["properties"] == expected


def test_ignored_definition_is_live(flow, widget):
    """Ignoring the definition gives the live one, and equal sides give the same object."""
    desired, live = of(flow(widget("a"))), of(flow(widget("b")))
    assert keep_ignored(desired, live, ["definition"]) is live
    assert keep_ignored(desired, of(desired.data()), ["widgets.a"]) is desired
    assert keep_ignored(desired, live, []) is desired


def test_longest_widget_name_is_meant(flow, widget):
    """Where names hold dots, the longest widget name that exists is meant."""
    desired = of(flow(widget("a", say="1"), widget("a.say", say="2")))
    live = of(flow(widget("a", say="3"), widget("a.say", say="4")))
    kept = keep_ignored(desired, live, ["widgets.a.say"])
    assert [s["properties"].get("say") for s in kept.data()["states"][1:]] == ["1", "4"]


def test_property_of_widget_without_properties():
    """A property of a widget without `properties` cannot be taken and changes nothing."""
    desired = of({"states": [{"name": "a", "type": "x"}]})
    assert keep_ignored(desired, of({"states": [{"name": "a"}]}), ["widgets.a.say"]) is desired
