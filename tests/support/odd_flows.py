"""Definitions of every kind for property tests: small and well-formed ones, and ones that nobody would write."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

TEXTS = st.one_of(
    st.sampled_from(
        ["", "a", "b", "x:1.5,", "{{widgets.a.inbound.Body}} and {{widgets['b'].x}}", "${flow.a.sid}", "😀", "é"]
    ),
    st.text(max_size=6),
)
KEYS = st.one_of(st.sampled_from(["a", "b", "key", "value", "offset", "next", "\ufb01", "😀k"]), st.text(max_size=3))
SAFE_NUMBERS = st.one_of(
    st.integers(min_value=-(2**53) + 1, max_value=2**53 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([0, -0.0, 1, 1.0, 1e-07, 1e21, 1.5e16, 2.0**60]),
)
SCALARS = st.one_of(st.none(), st.booleans(), SAFE_NUMBERS, TEXTS)


def values(scalars: st.SearchStrategy[Any] = SCALARS) -> st.SearchStrategy[Any]:
    return st.recursive(
        scalars,
        lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
        max_leaves=6,
    )


NAMES = st.sampled_from(["a", "b", "c", "d"])
CONDITIONS = st.lists(
    st.fixed_dictionaries(
        {"type": st.sampled_from(["equal_to", "contains"]), "value": st.sampled_from(["1", "2"])},
        optional={"friendly_name": TEXTS, "arguments": st.just(["{{widgets.a.x}}"])},
    ),
    max_size=2,
)
TRANSITIONS = st.fixed_dictionaries(
    {"event": st.sampled_from(["match", "noMatch", "timeout", "keypress"])},
    optional={"next": st.one_of(NAMES, st.none(), st.just("")), "conditions": CONDITIONS},
)
OFFSETS = st.fixed_dictionaries({"x": st.integers(0, 2), "y": st.integers(0, 1)})
PAIRS = st.lists(st.fixed_dictionaries({"key": st.sampled_from(["k", "l"]), "value": TEXTS}), max_size=3)
PROPERTIES = st.fixed_dictionaries(
    {}, optional={"offset": OFFSETS, "body": TEXTS, "parameters": PAIRS, "more": values(), "flow_sid": TEXTS}
)


def widget(name: Any = NAMES) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "name": name,
            "type": st.sampled_from(["send-message", "split-based-on", "run-subflow"]),
            "transitions": st.lists(TRANSITIONS, max_size=4),
            "properties": PROPERTIES,
        }
    )


FLOWS = st.fixed_dictionaries(
    {"states": st.lists(widget(), max_size=4, unique_by=lambda state: state["name"])},
    optional={"description": TEXTS, "initial_state": NAMES, "flags": st.just({"allow_concurrent_calls": True})},
)
ODD_STATES = st.one_of(widget(st.one_of(NAMES, st.none(), st.integers(0, 1))), values())
ODD_WIDGETS = st.fixed_dictionaries(
    {"name": NAMES},
    optional={
        "type": SCALARS,
        "transitions": st.one_of(st.lists(st.one_of(TRANSITIONS, values()), max_size=2), values()),
        "properties": values(),
    },
)
ODD_FLOWS = st.one_of(
    st.fixed_dictionaries({}, optional={"states": st.one_of(st.lists(ODD_STATES, max_size=4), values())}),
    st.fixed_dictionaries({"states": st.lists(ODD_WIDGETS, max_size=3)}),
    st.dictionaries(KEYS, values(), max_size=3),
)
ANY_FLOWS = st.one_of(FLOWS, FLOWS, ODD_FLOWS)
