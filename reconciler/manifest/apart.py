"""A body of a composed definition → what its own file is to say, with the includes as they stand there.

What shared groups say belongs to all who include them: a body in which that differs cannot be taken apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from reconciler.definition.canonical import normal_state, same
from reconciler.errors import RefusedError
from reconciler.model.definition import StateOrigin
from reconciler.model.desired import DesiredFlow
from reconciler.model.jsontypes import Json, JsonObject

_SHOWN: Final = 3


def apart(flow: DesiredFlow, written: JsonObject, data: JsonObject) -> JsonObject:
    """Give the part of a body that stands in the definition's own file.

    Args:
        flow: a composed one, as it was loaded.
        written: what its own file says, includes and all.
        data: a whole body: widgets in the order of the flow's, new ones among them.

    Raises:
        RefusedError: widgets of groups differ or are missing, or the file was changed since the load.
    """
    items = _list(written.get("states"))
    if any(origin.item >= len(items) for origin in flow.origins):
        raise RefusedError(f"{flow.source} was changed since it was loaded", hint="Try again.")
    states = _list(data.get("states"))
    included = _included(flow)
    _refuse_changes(flow, included, {str(_name(state)): state for state in states})
    return {**data, "states": [*_own(states, items, included)]}


def _own(states: list[Json], items: list[Json], included: Mapping[str, tuple[StateOrigin, Json]]) -> Iterator[Json]:
    done: set[int] = set()
    for state in states:
        known = included.get(str(_name(state)))
        if known is None:
            yield state
        elif known[0].item not in done:
            done.add(known[0].item)
            yield items[known[0].item]


def _included(flow: DesiredFlow) -> dict[str, tuple[StateOrigin, Json]]:
    """Give what groups say, by the widget's name in the whole."""
    states = _list(flow.definition.data().get("states"))
    return {
        str(_name(state)): (origin, state)
        for origin, state in zip(flow.origins, states, strict=True)
        if origin.included
    }


def _refuse_changes(
    flow: DesiredFlow, included: Mapping[str, tuple[StateOrigin, Json]], states: Mapping[str, Json]
) -> None:
    changed = [
        f"{name} ({origin.file})"
        for name, (origin, state) in included.items()
        if name not in states or not same(normal_state(states[name]), normal_state(state))
    ]
    if changed:
        more = f" and {len(changed) - _SHOWN} more" if len(changed) > _SHOWN else ""
        message = f"{flow.address} would differ in widgets of shared groups: {', '.join(changed[:_SHOWN])}{more}"
        raise RefusedError(message, hint="Change the groups by hand; `reconciler diff` shows what differs.")


def _name(state: Json) -> Json:
    return state.get("name") if isinstance(state, dict) else None


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []
