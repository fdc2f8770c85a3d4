"""A Flow definition as a graph: widgets are nodes, transitions are edges. Values, and how one is made of a definition.

Whatever the definition looks like, there is a graph of it: what is missing or odd becomes visible instead of an error.
Who draws one, overlays it with counts or lays it out needs no definition any more. Nothing here knows of pictures.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from reconciler.definition.families import Family, detail_of, exit_label, exit_text, family_of, is_error
from reconciler.model.definition import Definition
from reconciler.model.jsontypes import Json, JsonObject

Mark = Literal["added", "removed", "changed", "renamed"]
"""How a node or an edge differs between two sides."""

EdgeKey: TypeAlias = tuple[str, str]
"""The key of the node that an edge leaves, and the edge's label."""

Tone = Literal["plain", "good", "warn", "bad", "faint"]

_MISSING: Final = "missing:"
_FAR: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Node:
    """A widget, or the place of a widget that a transition names and that does not exist (family `missing`).

    Attributes:
        key: names the node in its graph: the widget's name; with a number behind it where a name stands twice.
        name: what the definition calls it.
        type: the widget's type, empty when it has none.
        family: what kind of widget it is, for colour and sign.
        detail: what it does, in one line of any length; may be empty.
        offset: where it stands on the canvas, None when the definition does not say.
        mark: how it differs from the other side, None when it does not or there is no other side.
        was: the name on the other side, when that is another one.
        changes: paths of what differs, as differences name them.
    """

    key: str
    name: str
    type: str
    family: Family
    detail: str = ""
    offset: tuple[float, float] | None = None
    mark: Mark | None = None
    was: str | None = None
    changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Edge:
    """A transition.

    Attributes:
        source: the key of the widget that it leaves.
        label: names it there, as differences do: the event, for a `match` with its condition; numbered if it repeats.
        text: the same in short, for a picture.
        target: the key of the node that it leads to, None when it leads nowhere.
        error: whether it is the way out for when something went wrong.
        mark: how it differs from the other side, None when it does not or there is no other side.
        event: the event alone, as steps of executions name it. It follows from the label, so it is not compared.
    """

    source: str
    label: str
    text: str
    target: str | None
    error: bool = False
    mark: Mark | None = None
    event: str = field(default="", compare=False)

    @property
    def key(self) -> EdgeKey:
        """What overlays know it by. Of a re-wired transition both edges, the removed and the added, have the same."""
        return self.source, self.label


@dataclass(frozen=True, slots=True)
class Graph:
    """The widgets of a flow and where they lead.

    Attributes:
        nodes: in the order of the definition; then those that only the other side has; then missing ones.
        edges: by their source in the order of the nodes, and there in the order of the definition.
        start: the key of the node where executions begin, None when the definition names none that exists.
        compared: whether the marks of two sides are in it.
    """

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    start: str | None
    compared: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """What an overlay says of a node or an edge: a count, a share, a result.

    Attributes:
        text: a few words or a number.
        tone: how it is to be seen; the text must say the same.
        weight: from 0 to 1, how strong an edge is drawn; None leaves it as it is.
    """

    text: str
    tone: Tone = "plain"
    weight: float | None = None


@dataclass(frozen=True, slots=True)
class Overlay:
    """Notes on a graph, by the keys of its nodes and edges. Keys that the graph does not have are of no account."""

    nodes: Mapping[str, Note] = field(default_factory=dict)
    edges: Mapping[EdgeKey, Note] = field(default_factory=dict)


def graph_of(definition: Definition) -> Graph:
    """Give the graph of a definition. Never fails, however odd the definition is."""
    data = definition.data()
    widgets = dict(_widgets(data))
    keys = {name: key for key, name in reversed([(key, _name(widget)) for key, widget in widgets.items()])}
    nodes = [_node(key, widget) for key, widget in widgets.items()]
    edges = [edge for key, widget in widgets.items() for edge in _edges(key, widget, keys)]
    initial = data.get("initial_state")
    start = keys.get(initial) if isinstance(initial, str) else None
    triggers = (node.key for node in nodes if node.family == "trigger")
    return Graph((*nodes, *missing(edges, widgets)), tuple(edges), start or next(triggers, None))


def missing(edges: Iterable[Edge], known: Iterable[str]) -> Iterator[Node]:
    """Give a node for each target that no widget is."""
    seen = set(known)
    for edge in edges:
        if edge.target is not None and edge.target not in seen:
            seen.add(edge.target)
            yield Node(edge.target, edge.target.removeprefix(_MISSING), "", "missing", "no such widget")


def _widgets(data: JsonObject) -> Iterator[tuple[str, JsonObject]]:
    states = data.get("states")
    taken: Counter[str] = Counter()
    for state in states if isinstance(states, list) else []:
        if isinstance(state, dict):
            name = _name(state)
            taken[name] += 1
            yield (name if taken[name] == 1 else f"{name} #{taken[name]}"), state


def _name(widget: JsonObject) -> str:
    name = widget.get("name")
    return name if isinstance(name, str) and name else "(no name)"


def _node(key: str, widget: JsonObject) -> Node:
    kind = widget.get("type")
    kind = kind if isinstance(kind, str) else ""
    return Node(key, _name(widget), kind, family_of(kind), detail_of(widget), _offset(widget))


def _edges(key: str, widget: JsonObject, keys: Mapping[str, str]) -> Iterator[Edge]:
    transitions = widget.get("transitions")
    taken: Counter[str] = Counter()
    for transition in transitions if isinstance(transitions, list) else []:
        if not isinstance(transition, dict):
            continue
        event, conditions, target = str(transition.get("event")), transition.get("conditions"), transition.get("next")
        label = exit_label(event, conditions)
        taken[label] += 1
        numbered = label if taken[label] == 1 else f"{label} [{taken[label] - 1}]"
        text = exit_text(event, conditions)
        yield Edge(key, numbered, text, _target(target, keys), error=is_error(event), event=event)


def _target(value: Json, keys: Mapping[str, str]) -> str | None:
    if value is None or value == "":
        return None
    name = str(value)
    return keys.get(name, f"{_MISSING}{name}")


def _offset(widget: JsonObject) -> tuple[float, float] | None:
    properties = widget.get("properties")
    offset = properties.get("offset") if isinstance(properties, dict) else None
    if not isinstance(offset, dict):
        return None
    x, y = _coordinate(offset.get("x")), _coordinate(offset.get("y"))
    return None if x is None or y is None else (x, y)


def _coordinate(value: Json) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < _FAR:
        return None
    return float(value)
