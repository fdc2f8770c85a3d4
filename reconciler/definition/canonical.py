"""Normal form, canonical bytes and digests: what two definitions are compared by.

The normal form knows the few orders in a definition that mean nothing; it must not know what any property means.

Rules (design section 5), the same for both digests:

- `states` are ordered by name; every other array keeps its order;
- of the transitions of a state, those whose event is not `match` are ordered by event and come first, `match`
  transitions keep their order among themselves (the first that holds wins);
- a transition without `next`, with `next: null` and with `next: ""` leads nowhere: the three are the same. No other
  `null` is the same as an absent key: Studio may well tell them apart;
- numbers by value, as RFC 8785 has it: `1`, `1.0` and `1e0` are the same, so are `0` and `-0.0`.

The behaviour digest leaves out `states[].properties.offset` and nothing else; `properties` without any other key is
`{}` then.

The bytes are those of RFC 8785 wherever it has some. It has none for integers beyond 2**53, NaN, infinities and lone
surrogates; these are written as Python's JSON writer does (all digits, `NaN`, the surrogate's own three bytes), so that
digests exist for everything that can be parsed and nothing is rounded away.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterable
from typing import Final

import rfc8785

from reconciler.model.definition import Digests
from reconciler.model.jsontypes import Json, JsonObject

_NUMBER_TO_REWRITE: Final = re.compile(r"[:,\[]-?(?:\d+(?:[.eE]|\d{15})|NaN|Infinity)")
"""A float or an integer near 2**53 in compact JSON. May also match inside a string, which costs time only."""

_ASTRAL_KEY: Final = re.compile('[\U00010000-\U0010ffff](?:[^"\\\\]|\\\\.)*":')
"""RFC 8785 sorts keys by UTF-16 units, Python by code points: they differ for keys beyond U+FFFF only."""

_encode: Final = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), check_circular=False
).encode


def digest_bytes(data: bytes) -> str:
    """Give `sha256:` and 64 hex digits of some bytes."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def digest_of_contacts(contacts: Iterable[str]) -> str:
    """Give the digest of test users: of the set, so that neither order nor doubles count."""
    return digest_bytes(canonical_bytes([*sorted(set(contacts))]))


def digests_of(data: JsonObject) -> Digests:
    """Give both digests of a definition. Never fails on parsed JSON, however odd its shape."""
    states = data.get("states")
    if not isinstance(states, list):
        digest = digest_bytes(canonical_bytes(data))
        return Digests(behaviour=digest, full=digest)
    full = [normal_state(state) for state in states]
    bare = [without_offset(state) for state in full]
    full_bytes, plain = _canonical({**data, "states": in_order(full)})
    # What is left out cannot bring in what needs rewriting, so the second text need not be searched for it.
    bare_value: Json = {**data, "states": in_order(bare)}
    bare_bytes = _utf8(_encode(bare_value)) if plain else canonical_bytes(bare_value)
    return Digests(behaviour=digest_bytes(bare_bytes), full=digest_bytes(full_bytes))


def normal_state(state: Json) -> Json:
    """Give a state with its transitions in normal form and order; what is no state is given back as it is."""
    if not isinstance(state, dict):
        return state
    transitions = state.get("transitions")
    if not isinstance(transitions, list):
        return state
    return {**state, "transitions": _normal_transitions(transitions)}


def without_offset(state: Json) -> Json:
    """Give a state without its place on the canvas."""
    if not isinstance(state, dict):
        return state
    properties = state.get("properties")
    if not isinstance(properties, dict) or "offset" not in properties:
        return state
    return {**state, "properties": {key: value for key, value in properties.items() if key != "offset"}}


def in_order(states: list[Json]) -> list[Json]:
    """Sort states by name. When names are missing or doubled, their whole content decides, so that it is stable."""
    names = [state.get("name") if isinstance(state, dict) else None for state in states]
    texts = {name for name in names if isinstance(name, str)}
    if len(texts) == len(states):
        return [state for _, state in sorted(zip(names, states, strict=True), key=lambda pair: str(pair[0]))]
    return sorted(states, key=canonical_bytes)


def canonical_bytes(value: Json) -> bytes:
    """Write JSON the one way that depends on its meaning only (RFC 8785, see the module's docstring).

    Nearly every definition has only strings and small integers; then the C encoder writes the same bytes twenty times
    faster.
    """
    return _canonical(value)[0]


def same(one: Json, other: Json) -> bool:
    """Tell whether two values mean the same: `1` and `1.0` do, `1` and `true` do not. NaN, which no JSON has, never."""
    # Python calls equal whatever we do, and more (`1` and `true`); it is much quicker at telling what differs.
    if one != other:
        return False
    if isinstance(one, str):
        return True
    first, second = _encode(one), _encode(other)
    if first == second:
        return True
    # Only numbers are written in more than one way; in which order keys are sorted is the same for both.
    if _has_numbers_to_rewrite(one, first) or _has_numbers_to_rewrite(other, second):
        return canonical_bytes(one) == canonical_bytes(other)
    return False


def _canonical(value: Json) -> tuple[bytes, bool]:
    """Give the canonical bytes, and whether the C encoder's are these."""
    text = _encode(value)
    if _has_numbers_to_rewrite(value, text) or (not text.isascii() and _ASTRAL_KEY.search(text)):
        return _utf8(_write(value)), False
    return _utf8(text), True


def _has_numbers_to_rewrite(value: Json, text: str) -> bool:
    return isinstance(value, float) or _NUMBER_TO_REWRITE.search(text) is not None


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _normal_transitions(transitions: list[Json]) -> list[Json]:
    named: list[tuple[str, Json]] = []
    ordered: list[Json] = []
    for transition in transitions:
        if not isinstance(transition, dict):
            ordered.append(transition)
            continue
        plain = leading_somewhere(transition)
        event = transition.get("event")
        if isinstance(event, str) and event != "match":
            named.append((event, plain))
        else:
            ordered.append(plain)
    named.sort(key=lambda pair: pair[0])
    return [transition for _, transition in named] + ordered


def leading_somewhere(transition: JsonObject) -> JsonObject:
    """Give a transition without a `next` that leads nowhere: null, empty and absent mean the same."""
    if transition.get("next", "x") in (None, ""):
        return {key: value for key, value in transition.items() if key != "next"}
    return transition


def _write(value: Json) -> str:
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be", "surrogatepass"))
        return "{" + ",".join(f"{_encode(key)}:{_write(value[key])}" for key in keys) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_write, value)) + "]"
    if isinstance(value, float) and math.isfinite(value):
        return rfc8785.dumps(value).decode()
    return _encode(value)
