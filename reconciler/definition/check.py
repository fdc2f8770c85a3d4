"""Is a definition right? Offline, by our own schemas and rules.

Errors are only what Studio would refuse as well. What our schemas do not know is a warning: Studio knows more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from reconciler.definition import catalogue, rules
from reconciler.definition.locate import Places, Positions, place_in
from reconciler.definition.remarks import Remark, name_of
from reconciler.definition.schemacheck import schema_remarks
from reconciler.model.definition import Definition
from reconciler.model.finding import Finding, Place
from reconciler.model.jsontypes import Json, JsonObject

_MOST: Final = 10_000
"""Remarks that are looked for; nobody reads more, and a definition of one megabyte may cause half a million."""


def check(definition: Definition, *, file: str | None = None, text: str | Places | None = None) -> tuple[Finding, ...]:
    """Give everything that is wrong or suspicious, in the order in which it stands.

    Args:
        definition: references such as `${flow.NAME.sid}` may still stand in it: they are strings.
        file: where it comes from; None gives findings without a place.
        text: the JSON text of that file, or what knows the places in another language; None gives places without line
            and column.
    """
    found = sorted(islice(remarks(definition.data()), _MOST), key=_order)
    if not found:
        return ()
    return tuple(_placed(found, file, text))


def remarks(data: JsonObject) -> Iterator[Remark]:
    """Give everything that is wrong or suspicious with its path in the definition, in no order; see `check`."""
    yield from schema_remarks(data, catalogue.flow_shape(), ())
    yield from rules.flow_key_remarks(data)
    listed = data.get("states")
    states: list[Json] = listed if isinstance(listed, list) else []
    if states:
        yield from rules.name_remarks(data, states)
    names = frozenset(name for state in states if (name := name_of(state)) is not None)
    for index, state in enumerate(states):
        yield from _of_state(state, index, names)


def _of_state(state: Json, index: int, names: frozenset[str]) -> Iterator[Remark]:
    path = ("states", index)
    kind = state.get("type") if isinstance(state, dict) else None
    shape = catalogue.widget_shape(kind) if isinstance(kind, str) and kind in catalogue.widget_types() else None
    yield from schema_remarks(state, shape or catalogue.any_widget_shape(), path)
    if isinstance(state, dict):
        yield from rules.widget_remarks(state, path, shape)
        yield from rules.transition_remarks(state, path, shape, names)


def _order(remark: Remark) -> tuple[list[tuple[int, str]], str, str]:
    # Numbers sort as numbers; what concerns the whole flow comes before its widgets.
    return [(step, "") if isinstance(step, int) else (-1, step) for step in remark.path], remark.rule, remark.message


def _placed(found: Iterable[Remark], file: str | None, text: str | Places | None) -> Iterator[Finding]:
    positions = Positions(text) if isinstance(text, str) else text
    for remark in found:
        place, note = None if file is None else Place(file), ""
        if file is not None and positions is not None:
            place, note = place_in(file, positions, remark.path, at_key=remark.at_key)
        message = remark.message + note
        yield Finding(remark.rule, remark.severity, message, place, remark.widget, remark.property, remark.hint)
