"""Who made what a plan shows."""

from __future__ import annotations

import pytest

from reconciler.definition.compare import differences
from reconciler.definition.document import of
from reconciler.plan.origins import Fields, three_sides, told, told_by, told_fields
from reconciler.plan.values import ContactsChanged, FieldChanged


def flow(say: str, x: int = 0, voice: str = "a"):
    properties = {"say": say, "voice": voice, "offset": {"x": x, "y": 0}}
    return of({"states": [{"name": "greet", "type": "say-play", "transitions": [], "properties": properties}]})


def sides(base, live, desired, *, ignored=(), manage_layout=False):
    return three_sides(base, live, desired, ignored=ignored, manage_layout=manage_layout)


@pytest.mark.parametrize(
    ("recorded", "live", "desired", "origin"),
    [("a", "a", "b", "manifest"), ("a", "b", "a", "console"), ("a", "b", "b", "both"), ("a", "b", "c", "conflict")],
)
def test_fields_of_the_resource_have_origins_too(recorded, live, desired, origin):
    """Friendly name and status are told by what was recorded of them; test users are left as they are."""
    contacts = ContactsChanged(("+15550100",), ())
    fields = Fields((recorded, live, desired), (recorded, live, desired))
    items = (FieldChanged("friendlyName", live, desired), FieldChanged("status", live, desired), contacts)
    found = told_fields(items, fields)
    assert [item.origin for item in found[:2]] == [origin, origin]
    assert found[2] is contacts


def test_without_drift_the_manifest_made_it_all():
    """Where nobody else changed anything, no side has to be read to know who did."""
    items = (FieldChanged("status", "draft", "published"), *differences(flow("A"), flow("B")))
    assert [item.origin for item in told_by(items, "manifest")] == [None, "manifest"]


def test_differences_are_told_and_fields_stay_in_front():
    """Of three sides, each difference gets its origin; fields of the resource keep what they have."""
    base, live, desired = flow("A"), flow("Live"), flow("A", voice="b")
    items = (FieldChanged("status", "draft", "published"), *differences(live, desired))
    found = told(items, sides(base, live, desired), before="live", after="desired")
    assert [item.origin for item in found] == [None, "console", "manifest"]


def test_what_the_manifest_has_no_say_in_is_not_its_change():
    """Neither places on the canvas nor ignored properties are changes of the manifest, unless layout is managed."""
    base, live, desired = flow("A"), flow("Live", x=5), flow("Desired", x=9)
    moved = differences(base, live)
    unmanaged = sides(base, live, desired, ignored=("widgets.greet.say",))
    assert {item.origin for item in told(moved, unmanaged, before="base", after="live")} == {"console"}
    managed = sides(base, live, desired, manage_layout=True)
    assert [item.origin for item in told(moved, managed, before="base", after="live")] == ["conflict", "both"]


def test_without_names_nothing_is_told():
    """Where widgets have no names of their own, nobody can tell who made what."""
    odd = of({"states": [1]})
    items = differences(odd, flow("A"))
    assert told(items, sides(odd, odd, flow("A")), before="live", after="desired") == items
