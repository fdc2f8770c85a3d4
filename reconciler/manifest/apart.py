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


def apart(
    flow: DesiredFlow, written: JsonObject, data: JsonObject, resolved: JsonObject
) -> tuple[JsonObject, JsonObject]:
    """Give the parts of a new body and of the old one that stand in the definition's own file.

    Args:
        flow: a composed one, as it was loaded.
        written: what its own file says, includes and all.
        data: the new body: widgets in the order of the flow's, new ones among them.
        resolved: the flow's own body in the same form.

    Raises:
        RefusedError: widgets of groups differ or are missing, or the file was changed since the load.
    """
    items, before = _list(written.get("states")), _list(resolved.get("states"))
    if len(before) != len(flow.origins) or any(origin.item >= len(items) for origin in flow.origins):
        raise RefusedError(f"{flow.source} was changed since it was loaded", hint="Try again.")
    included = {
        str(_name(state)): (origin, state)
        for origin, state in zip(flow.origins, before, strict=True)
        if origin.included
    }
    after = _list(data.get("states"))
    _refuse_changes(flow, included, {str(_name(state)): state for state in after})
    return (
        {**data, "states": [*_own(after, items, included)]},
        {**resolved, "states": [*_own(before, items, included)]},
    )


def _own(states: list[Json], items: list[Json], included: Mapping[str, tuple[StateOrigin, Json]]) -> Iterator[Json]:
    done: set[int] = set()
    for state in states:
        known = included.get(str(_name(state)))
        if known is None:
            yield state
        elif known[0].item not in done:
            done.add(known[0].item)
            yield items[known[0].item]


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
        raise RefusedError(
            message, hint=f"Change the groups by hand; `reconciler diff {flow.address}` shows what differs."
        )


def _name(state: Json) -> Json:
    return state.get("name") if isinstance(state, dict) else None


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []
