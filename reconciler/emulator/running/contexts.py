"""The variables of an execution as bytes: compressed, and per step only what changed since the step before.

A step changes what one widget saved, or some variables; the rest is shared. So a change is kept as
`{section: {key: value}}` over the two upper levels, and now and then all of it, so that none has a long way back.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Sequence
from typing import Final, cast

from reconciler.emulator.runs import StepContext
from reconciler.model.jsontypes import Json, JsonObject
from reconciler.simulate import State, Step
from reconciler.simulate.sids import sid_of

_WHOLE_EVERY: Final = 32
"""At least one step in so many keeps all of its variables."""

_LEVEL: Final = 1


def packed(value: JsonObject) -> bytes:
    """Write JSON as bytes."""
    return zlib.compress(json.dumps(value, separators=(",", ":")).encode(), _LEVEL)


def unpacked(body: bytes) -> JsonObject:
    """Read JSON back."""
    return cast("JsonObject", json.loads(zlib.decompress(body)))


def step_contexts(before: State, steps: Sequence[Step]) -> list[StepContext]:
    """Give the variables after each step of a turn that began at a state, as they are kept."""
    last = _last_context(before)
    kept = []
    for step in steps:
        change = None if last is None or step.number % _WHOLE_EVERY == 1 else _change(last, step.context)
        kept.append(StepContext(step.number, change is None, packed(step.context if change is None else change)))
        last = step.context
    return kept


def whole_context(kept: Iterable[StepContext]) -> JsonObject:
    """Put the variables after the last of some steps together; the first of them has to be a whole one."""
    context: JsonObject = {}
    for one in kept:
        body = unpacked(one.body)
        if one.whole:
            context = body
            continue
        for section, values in body.items():
            context[section] = {**cast("JsonObject", context[section]), **cast("JsonObject", values)}
    return context


def _last_context(state: State) -> JsonObject | None:
    """Give the variables after the last step, where the state still has them: unless a subflow has begun since."""
    frame = state.frames[-1]
    last = sid_of("FT", state.execution, f"step.{state.steps}")
    return frame.context if state.steps and frame.step == last else None


def _change(before: JsonObject, after: JsonObject) -> JsonObject | None:
    """Give what changed; None when that cannot be said in this form."""
    if before.keys() != after.keys():
        return None
    change: JsonObject = {}
    for section, values in after.items():
        old = before[section]
        if values is old:
            continue
        if not isinstance(values, dict) or not isinstance(old, dict) or old.keys() - values.keys():
            return None
        new: JsonObject = {key: value for key, value in values.items() if _differs(old, key, value)}
        if new:
            change[section] = new
    return change


def _differs(old: JsonObject, key: str, value: Json) -> bool:
    if key not in old:
        return True
    before = old[key]
    return before is not value and json.dumps(before) != json.dumps(value)  # 1, 1.0 and True are equal in Python only
