"""A definition in the manner of another one: what means nothing is as the other has it. Pure.

Studio may give back a definition with its widgets in another order, its keys sorted, or `next: null` where a file says
nothing. Who writes such a body into a file wants to change what changed, and nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from reconciler.definition.canonical import same
from reconciler.model.jsontypes import Json, JsonObject

T = TypeVar("T")

_NOWHERE: Final = (None, "")


def in_manner_of(body: JsonObject, like: JsonObject) -> JsonObject:
    """Give `body`, which keeps its meaning, as far as possible in the order and spelling of `like`.

    Widgets stand in the order of `like`, those that it lacks behind their neighbours; so do transitions, but that
    `match` transitions keep the order they have in `body`. Keys are ordered as in `like`.
    """
    done = _object(body, like)
    mine, theirs = body.get("states"), like.get("states")
    if isinstance(mine, list) and isinstance(theirs, list):
        done["states"] = _matched(mine, theirs, _name, _state)
    return done


def transition_identity(transition: Json) -> str:
    """Name a transition by its event and, for a condition, by what it asks; two of one list may have the same."""
    if not isinstance(transition, dict):
        return json.dumps(transition, sort_keys=True)
    conditions = transition.get("conditions")
    asked = [
        {key: value for key, value in condition.items() if key != "friendly_name"}
        for condition in (conditions if isinstance(conditions, list) else ())
        if isinstance(condition, dict)
    ]
    event = str(transition.get("event"))
    return f"{event} {json.dumps(asked, sort_keys=True, ensure_ascii=False)}" if asked else event


def _state(body: Json, like: Json) -> Json:
    if not isinstance(body, dict) or not isinstance(like, dict):
        return _value(body, like)
    done = _object(body, like)
    mine, theirs = body.get("transitions"), like.get("transitions")
    if isinstance(mine, list) and isinstance(theirs, list):
        done["transitions"] = _transitions(mine, theirs)
    return done


def _transitions(body: list[Json], like: list[Json]) -> list[Json]:
    """Order transitions as `like` has them; where the order of `match` differs, it is the body's."""
    found = _matched(body, like, transition_identity, _transition)
    wanted = iter([item for item in _in_body_order(found, body) if _is_match(item)])
    return [next(wanted) if _is_match(item) else item for item in found]


def _in_body_order(found: Sequence[Json], body: Sequence[Json]) -> list[Json]:
    left = list(found)
    ordered: list[Json] = []
    for key in map(transition_identity, body):
        at = next(index for index, item in enumerate(left) if transition_identity(item) == key)
        ordered.append(left.pop(at))
    return ordered


def _is_match(item: Json) -> bool:
    return not isinstance(item, dict) or item.get("event") == "match" or not isinstance(item.get("event"), str)


def _transition(body: Json, like: Json) -> Json:
    if not isinstance(body, dict) or not isinstance(like, dict):
        return _value(body, like)
    done = _object(body, like)
    if body.get("next") in _NOWHERE and like.get("next") in _NOWHERE:
        done.pop("next", None)
        if "next" in like:
            done["next"] = like["next"]
    return _ordered(done, like)


def _matched(
    body: list[Json], like: list[Json], key: Callable[[Json], str], make: Callable[[Json, Json], Json]
) -> list[Json]:
    """Give the items of `body`: those with a counterpart in the order of `like`, the others behind their neighbours."""
    names, known = _numbered(body, key), _numbered(like, key)
    theirs = dict(zip(known, like, strict=True))
    mine = {name: make(item, theirs[name]) if name in theirs else item for name, item in zip(names, body, strict=True)}
    return [mine[name] for name in in_order_of(known, names)]


def in_order_of(known: Sequence[T], names: Sequence[T]) -> list[T]:
    """Give `names`: in the order of `known`, those that it lacks behind their neighbours in `names`."""
    given, common = set(names), set(known)
    order = [name for name in known if name in given]
    place = 0
    for name in names:
        if name in common:
            place = order.index(name) + 1
        else:
            order.insert(place, name)
            place += 1
    return order


def _numbered(items: list[Json], key: Callable[[Json], str]) -> list[tuple[str, int]]:
    """Name items by their keys, several of one key by number too."""
    seen: dict[str, int] = {}
    names = []
    for item in items:
        name = key(item)
        seen[name] = seen.get(name, 0) + 1
        names.append((name, seen[name]))
    return names


def _name(state: Json) -> str:
    return str(state.get("name")) if isinstance(state, dict) else repr(state)


def _value(body: Json, like: Json) -> Json:
    if isinstance(body, dict) and isinstance(like, dict):
        return _object(body, like)
    if isinstance(body, list) and isinstance(like, list):
        return [_value(*pair) for pair in zip(body, like, strict=False)] + body[len(like) :]
    if isinstance(body, int | float) and isinstance(like, int | float) and same(body, like):
        return like
    return body


def _object(body: JsonObject, like: JsonObject) -> JsonObject:
    return _ordered({key: _value(value, like[key]) if key in like else value for key, value in body.items()}, like)


def _ordered(body: JsonObject, like: JsonObject) -> JsonObject:
    return {key: body[key] for key in in_order_of([*like], [*body])}
