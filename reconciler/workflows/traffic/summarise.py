"""Say what the counters of a revision mean, held against a definition where there is one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from reconciler.definition.graph import graph_of
from reconciler.definition.moves import Moves, moves_of
from reconciler.definition.outcomes import Trouble, trouble_of
from reconciler.model.definition import Definition
from reconciler.workflows.traffic.durations import Durations
from reconciler.workflows.traffic.fold import FlowTraffic, PathKey, WidgetTraffic
from reconciler.workflows.traffic.summary import End, PathSummary, RevisionSummary, Spread, Way, WidgetSummary

_MEDIAN: Final = 0.5
_P90: Final = 0.9


@dataclass(frozen=True, slots=True)
class Drawn:
    """A definition that traffic is held against.

    Attributes:
        side: which one, in words.
        definition: the definition.
    """

    side: str
    definition: Definition


def summarise(revision: int | None, traffic: FlowTraffic, drawn: Drawn | None, *, top: int) -> RevisionSummary:
    """Give what happened in one revision.

    Args:
        revision: its number, None for runs as a sub-flow.
        traffic: what was counted.
        drawn: the definition; None when nobody has it.
        top: how many of the most frequent paths to give.
    """
    graph = None if drawn is None else graph_of(drawn.definition)
    kinds = {} if graph is None else {node.name: node.type for node in graph.nodes if node.family != "missing"}
    moves = None if graph is None else moves_of(graph)
    widgets = tuple(_widget(name, traffic.widgets[name], kinds, moves) for name in _ordered(traffic, kinds))
    types = {widget.name: widget.type for widget in widgets}
    ordered = sorted(traffic.paths.items(), key=lambda item: (-item[1], _text_key(item[0])))
    return RevisionSummary(
        revision=revision,
        runs=traffic.runs,
        finished=sum(widget.finished for widget in widgets),
        dropped=sum(widget.dropped for widget in widgets),
        active=sum(widget.active for widget in widgets) + traffic.stepless_active,
        unknown=traffic.stepless_ended,
        failures=sum(widget.failures for widget in widgets),
        silences=sum(widget.silences for widget in widgets),
        unseen=sum(way.number for widget in widgets for way in widget.ways if way.event is None),
        reasons=tuple(sorted(traffic.reasons.items(), key=lambda item: (-item[1], item[0]))),
        time=_spread(traffic.time),
        widgets=widgets,
        idle=tuple(name for name in kinds if name not in traffic.widgets),
        paths=tuple(_path(path, number, types) for path, number in ordered[:top]),
        more_paths=max(len(ordered) - top, 0) + bool(traffic.other_paths),
        paths_cut=bool(traffic.other_paths),
        first=traffic.first,
        last=traffic.last,
        side=None if drawn is None else drawn.side,
        definition=None if drawn is None else drawn.definition,
    )


def _ordered(traffic: FlowTraffic, kinds: Mapping[str, str]) -> Iterator[str]:
    yield from (name for name in kinds if name in traffic.widgets)
    others = [name for name in traffic.widgets if name not in kinds]
    yield from sorted(others, key=lambda name: (-_entered(traffic.widgets[name]), name))


def _entered(widget: WidgetTraffic) -> int:
    return sum(widget.exits.values()) + widget.stopped + widget.active


def _widget(name: str, traffic: WidgetTraffic, kinds: Mapping[str, str], moves: Moves | None) -> WidgetSummary:
    kind = kinds.get(name) or min(traffic.kinds, default=None)
    ways = tuple(_ways(name, kind, traffic, moves))
    ended = [way for way in ways if way.target is None]
    return WidgetSummary(
        name=name,
        type=kind,
        known=None if moves is None else name in moves.names,
        entered=_entered(traffic),
        went_on=sum(way.number for way in ways if way.target is not None),
        finished=sum(way.number for way in ended if way.trouble is None),
        dropped=traffic.stopped + sum(way.number for way in ended if way.trouble is not None),
        stopped=traffic.stopped,
        active=traffic.active,
        failures=sum(way.number for way in ways if way.trouble in {"failure", "undelivered"}),
        silences=sum(way.number for way in ways if way.trouble == "silence"),
        ways=ways,
        time=_spread(traffic.time),
    )


def _ways(name: str, kind: str | None, traffic: WidgetTraffic, moves: Moves | None) -> Iterator[Way]:
    exits = sorted(traffic.exits.items(), key=lambda item: (-item[1], item[0][0] or "", item[0][1] or ""))
    for (event, target), number in exits:
        trouble: Trouble | None = None if event is None else trouble_of(kind, event)
        edges = () if moves is None or event is None else moves.of((name, event, target))
        # An event that has no transition ends a flow like one that leads nowhere, so it contradicts no definition.
        known = None if moves is None or event is None else bool(edges) or (target is None and name in moves.names)
        yield Way(
            event,
            target,
            number,
            trouble,
            tuple(edge.label for edge in edges),
            tuple(edge.text for edge in edges),
            known,
        )


def _path(path: PathKey, number: int, types: Mapping[str, str | None]) -> PathSummary:
    widgets, last, event, stand = path
    end: End = "active" if stand == "active" else "dropped"
    if stand == "left" and trouble_of(types.get(last), event or "") is None:
        end = "finished"
    return PathSummary(widgets, last, event, end, number)


def _text_key(path: PathKey) -> tuple[str, ...]:
    widgets, last, event, stand = path
    return (*widgets, last, event or "", stand)


def _spread(times: Durations) -> Spread:
    if not times.number:
        return Spread(0, None, None, None, None)
    return Spread(
        times.number,
        times.quantile(_MEDIAN),
        times.quantile(_P90),
        times.most / 1000,
        times.total / times.number / 1000,
    )
