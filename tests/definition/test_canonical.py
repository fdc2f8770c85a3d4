from __future__ import annotations

import hashlib

import pytest

from reconciler.definition.canonical import canonical_bytes, digest_bytes, digest_of_contacts, digests_of, same


def test_digest_is_sha256():
    """A digest is `sha256:` and the hexadecimal SHA-256."""
    assert digest_bytes(b"x") == "sha256:" + hashlib.sha256(b"x").hexdigest()


def test_contacts_are_a_set():
    """Neither the order of contacts nor doubles change their digest; another contact does."""
    assert digest_of_contacts(["b", "a", "b"]) == digest_of_contacts(("a", "b"))
    assert digest_of_contacts(["a"]) != digest_of_contacts(["a", "b"])
    assert digest_of_contacts([]) == digest_bytes(b"[]")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"b": 1, "a": "é\u2028"}, '{"a":"é\u2028","b":1}'.encode()),
        ([1.0, -0.0, 1e-07, 1e21], b"[1,0,1e-7,1e+21]"),
        (1.0, b"1"),
        ({"\ufb01": 1, "😀": 2}, '{"😀":2,"\ufb01":1}'.encode()),
        ([2**53 + 1], b"[9007199254740993]"),
        ([float("nan"), float("-inf")], b"[NaN,-Infinity]"),
        ("\ud800", b'"\xed\xa0\x80"'),
        ({"x": '"\n\x01'}, b'{"x":"\\"\\n\\u0001"}'),
    ],
)
def test_bytes_of_values(value, expected):
    """Bytes are those of RFC 8785, and where it has none, lossless ones."""
    assert canonical_bytes(value) == expected


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [(1, 1.0, True), (1, True, False), (0, False, False), ("1", 1, False), ({"a": 1}, {"a": 1}, True)],
)
def test_same_is_by_meaning(one, other, equal):
    """Numbers are the same by value, and never the same as booleans or strings."""
    assert same(one, other) is equal


@pytest.mark.parametrize("empty", [{}, {"next": None}, {"next": ""}])
def test_no_next_is_written_three_ways(flow, widget, empty):
    """An absent `next`, null and an empty string are the same."""
    plain = flow(widget("a", ("audioComplete", None)))
    other = flow(widget("a", ("audioComplete", None)))
    other["states"][1]["transitions"][0] |= empty
    assert digests_of(plain) == digests_of(other)


def test_null_property_is_not_an_absent_one(flow, widget):
    """A property that is null is not the same as one that is absent."""
    assert digests_of(flow(widget("a", say=None))) != digests_of(flow(widget("a")))


def test_order_of_match_transitions_counts(flow, widget, match):
    """Two match transitions in another order are another behaviour; noMatch may stand anywhere."""
    one, other, third = widget("s"), widget("s"), widget("s")
    one["transitions"] = [match("1"), match("2"), {"event": "noMatch"}]
    other["transitions"] = [match("2"), match("1"), {"event": "noMatch"}]
    third["transitions"] = [match("1"), {"event": "noMatch"}, match("2")]
    assert digests_of(flow(one)).behaviour != digests_of(flow(other)).behaviour
    assert digests_of(flow(one)) == digests_of(flow(third))


def test_offset_is_layout(flow, widget):
    """Another offset, or none, changes the full digest only."""
    here, there, nowhere = (digests_of(flow(widget("a", **p))) for p in ({"offset": {"x": 1}}, {"offset": None}, {}))
    assert here.behaviour == there.behaviour == nowhere.behaviour
    assert len({here.full, there.full, nowhere.full}) == 3


def test_floats_are_layout_too(flow, widget):
    """What the C encoder cannot write is left out of the behaviour digest all the same."""
    one, other = (digests_of(flow(widget("a", offset={"x": x}))) for x in (1.5, 2.5))
    assert one.behaviour == other.behaviour
    assert one.full != other.full


@pytest.mark.parametrize(
    "states",
    [
        None,
        "x",
        [1, "b"],
        [{"name": "a"}, {"name": "a", "type": "x"}],
        [{"name": "a", "transitions": [1, {"event": 2}]}, {}],
    ],
)
def test_odd_states_have_stable_digests(states):
    """States that are no list of named widgets still have digests, in whatever order they stand."""
    turned = list(reversed(states)) if isinstance(states, list) else states
    assert digests_of({"states": states}) == digests_of({"states": turned})
