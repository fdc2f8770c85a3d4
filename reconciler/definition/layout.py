"""What of the live side a desired definition keeps: places on the canvas, and what the manifest says to ignore."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Final

from reconciler.definition.document import of
from reconciler.model.definition import Definition
from reconciler.model.jsontypes import Json, JsonObject

_WIDGETS: Final = "widgets."


def keep_layout(desired: Definition, live: Definition) -> Definition:
    """Give desired with the live offsets of the widgets that both sides have by name.

    The behaviour digest stays. Widgets without `properties`, and names that a side has twice, are left alone. The same
    object comes back when nothing changes.
    """
    if desired.digests.full == live.digests.full:
        return desired
    data = desired.data()
    theirs = _by_name(live.data())
    for name, widget in _by_name(data).items():
        properties = widget.get("properties")
        other = theirs.get(name, {}).get("properties")
        if isinstance(properties, dict) and isinstance(other, dict):
            _take(properties, other, "offset")
    return _changed(desired, data)


def keep_ignored(desired: Definition, live: Definition, ignore: Sequence[str]) -> Definition:
    """Give desired with everything taken from live that the manifest says to ignore.

    Args:
        desired: what the manifest says.
        live: what Studio has.
        ignore: `definition`, `layout`, `widgets.NAME` or `widgets.NAME.PROPERTY`; others are not about definitions. A
            widget is taken only when both sides have it: an added or removed one is still added or removed. Where
            names hold dots, the longest name that exists is meant.
    """
    if "definition" in ignore:
        return live
    if desired.digests.full == live.digests.full:
        return desired
    kept = keep_layout(desired, live) if "layout" in ignore else desired
    wanted = [entry.removeprefix(_WIDGETS) for entry in ignore if entry.startswith(_WIDGETS)]
    if not wanted:
        return kept
    data = kept.data()
    mine, theirs = _by_name(data), _by_name(live.data())
    for entry in wanted:
        name, prop = _split(entry, mine.keys() & theirs.keys())
        if name is not None:
            _take_from(mine[name], theirs[name], prop)
    return _changed(kept, data)


def _split(entry: str, names: Collection[str]) -> tuple[str | None, str]:
    fitting = [name for name in names if entry == name or entry.startswith(f"{name}.")]
    if not fitting:
        return None, ""
    name = max(fitting, key=len)
    return name, entry[len(name) + 1 :]


def _take_from(mine: JsonObject, theirs: JsonObject, prop: str) -> None:
    if not prop:
        mine.clear()
        mine.update(theirs)
        return
    own, other = mine.get("properties"), theirs.get("properties")
    if isinstance(own, dict) and isinstance(other, dict):
        _take(own, other, prop)


def _take(mine: JsonObject, theirs: JsonObject, key: str) -> None:
    if key in theirs:
        mine[key] = theirs[key]
    else:
        mine.pop(key, None)


def _changed(before: Definition, data: JsonObject) -> Definition:
    after = of(data)
    return before if after.text == before.text else after


def _by_name(data: JsonObject) -> dict[str, JsonObject]:
    states: Json = data.get("states")
    named = [
        (str(state["name"]), state)
        for state in (states if isinstance(states, list) else [])
        if isinstance(state, dict) and isinstance(state.get("name"), str)
    ]
    counts = Counter(name for name, _ in named)
    return {name: state for name, state in named if counts[name] == 1}
