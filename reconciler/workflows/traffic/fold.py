"""Count executions as they come: per flow, revision and widget. Holds counters only; what they mean says `summarise`.

`Traffic.add` takes one execution with all its steps, and nothing depends on the order of the executions. `merge` adds
what another has counted. Memory grows with widgets, transitions and (up to a limit) paths, not with executions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, TypeAlias

from reconciler.definition.moves import target_of
from reconciler.definition.trail import in_order
from reconciler.model.execution import Execution, ExecutionStep
from reconciler.workflows.traffic.durations import Durations

Key: TypeAlias = tuple[str, int | None]
"""SID of a flow and its revision; None for a sub-flow, whose revision no step tells."""

Exit: TypeAlias = tuple[str | None, str | None]
"""An event, None for a step that nobody recorded; and where it led to, None when nothing followed."""

Stand: TypeAlias = Literal["left", "stopped", "active"]
"""How a run stands at its last widget: left it and nothing followed; ended in it, without a step; is in it still."""

PathKey: TypeAlias = tuple[tuple[str, ...], str, str | None, Stand]
"""The widgets of a run by their first visit, its last widget, the event by which it left that, and how it stands."""

MOST_PATHS: Final = 10_000
"""Different paths that are told apart within one revision; from then on new ones count together."""

UNNAMED: Final = "(no name)"
"""What a widget is called that a step does not name."""

_NOT_REPORTED: Final = "(not reported)"


@dataclass(slots=True)
class WidgetTraffic:
    """What was counted of a widget.

    Attributes:
        kinds: its types, as steps tell them.
        exits: how often it was left which way.
        stopped: ended executions that never left it.
        active: active executions that are in it.
        time: from the step into it to the step out of it.
    """

    kinds: set[str] = field(default_factory=set)
    exits: dict[Exit, int] = field(default_factory=dict)
    stopped: int = 0
    active: int = 0
    time: Durations = field(default_factory=Durations)

    def merge(self, other: WidgetTraffic) -> None:
        """Add what another counted."""
        self.kinds |= other.kinds
        _add_all(self.exits, other.exits)
        self.stopped += other.stopped
        self.active += other.active
        self.time.merge(other.time)


@dataclass(slots=True)
class FlowTraffic:
    """What was counted of one revision of a flow. A run is an execution, or the part of one inside of a sub-flow.

    Attributes:
        runs: how many there were.
        widgets: by name.
        stepless_active: active executions without any step.
        stepless_ended: ended executions without any step.
        time: of runs that ended.
        reasons: why executions ended, where somebody tells.
        paths: how often which way was gone.
        other_paths: runs on paths beyond `MOST_PATHS`.
        first: when the first execution began.
        last: when the last one did.
    """

    runs: int = 0
    widgets: dict[str, WidgetTraffic] = field(default_factory=dict)
    stepless_active: int = 0
    stepless_ended: int = 0
    time: Durations = field(default_factory=Durations)
    reasons: dict[str, int] = field(default_factory=dict)
    paths: dict[PathKey, int] = field(default_factory=dict)
    other_paths: int = 0
    first: datetime | None = None
    last: datetime | None = None

    def merge(self, other: FlowTraffic) -> None:
        """Add what another counted."""
        self.runs += other.runs
        for name, widget in other.widgets.items():
            self.widget(name).merge(widget)
        self.stepless_active += other.stepless_active
        self.stepless_ended += other.stepless_ended
        self.time.merge(other.time)
        _add_all(self.reasons, other.reasons)
        self.other_paths += other.other_paths
        for path, number in other.paths.items():
            self.count_path(path, number)
        self.seen(other.first)
        self.seen(other.last)

    def widget(self, name: str) -> WidgetTraffic:
        """Give the counters of a widget."""
        found = self.widgets.get(name)
        if found is None:
            found = self.widgets[name] = WidgetTraffic()
        return found

    def count_path(self, path: PathKey, number: int = 1) -> None:
        """Count a path. `number`: default one run."""
        known = self.paths.get(path)
        if known is None and len(self.paths) >= MOST_PATHS:
            self.other_paths += number
        else:
            self.paths[path] = (known or 0) + number

    def seen(self, at: datetime | None) -> None:
        """Note that an execution began then."""
        if at is not None:
            self.first = at if self.first is None else min(self.first, at)
            self.last = at if self.last is None else max(self.last, at)


@dataclass(slots=True)
class Traffic:
    """What was counted of everything.

    Attributes:
        flows: by SID and revision.
        executions: how many were added.
        steps: how many steps they had.
    """

    flows: dict[Key, FlowTraffic] = field(default_factory=dict)
    executions: int = 0
    steps: int = 0

    def add(self, execution: Execution, steps: Sequence[ExecutionStep]) -> None:
        """Count an execution.

        Args:
            execution: how it stands.
            steps: all its steps, those of sub-flows among them, in any order, each once.
        """
        self.executions += 1
        self.steps += len(steps)
        parts = _parts(execution, steps)
        main = self.flow((execution.flow_sid, execution.revision))
        own = parts.pop((execution.flow_sid, None), ())
        live = execution.status == "active"
        main.seen(execution.date_created)
        if execution.ended_reason is not None:
            main.reasons[execution.ended_reason] = main.reasons.get(execution.ended_reason, 0) + 1
        _count(main, own, execution.date_created, live=live)
        if not live:
            _time(main, execution.date_created, execution.date_updated or _last(own))
        if parts:
            self._subflows(parts, {step.sid: step.date_created for step in steps}, live=live)

    def merge(self, other: Traffic) -> None:
        """Add what another counted."""
        self.executions += other.executions
        self.steps += other.steps
        for key, flow in other.flows.items():
            self.flow(key).merge(flow)

    def flow(self, key: Key) -> FlowTraffic:
        """Give the counters of one revision of a flow."""
        found = self.flows.get(key)
        if found is None:
            found = self.flows[key] = FlowTraffic()
        return found

    def _subflows(
        self,
        parts: dict[tuple[str, str | None], list[ExecutionStep]],
        dates: dict[str, datetime | None],
        *,
        live: bool,
    ) -> None:
        for (sid, parent), steps in parts.items():
            flow, begun = self.flow((sid, None)), dates.get(parent or "")
            flow.seen(begun)
            stand = _count(flow, steps, begun, live=live)
            if stand != "active":
                _time(flow, begun, _last(steps))


def _parts(execution: Execution, steps: Sequence[ExecutionStep]) -> dict[tuple[str, str | None], list[ExecutionStep]]:
    """Tell apart what belongs to the flow itself and to each run of a sub-flow."""
    parts: dict[tuple[str, str | None], list[ExecutionStep]] = {}
    for step in steps:
        # What is in the execution's own flow was called by nobody.
        parent = None if step.flow_sid == execution.flow_sid else step.parent_step_sid
        parts.setdefault((step.flow_sid, parent), []).append(step)
    return parts


def _count(flow: FlowTraffic, steps: Sequence[ExecutionStep], begun: datetime | None, *, live: bool) -> Stand:
    flow.runs += 1
    if not steps:
        flow.stepless_active += live
        flow.stepless_ended += not live
        return "active" if live else "stopped"
    steps = in_order(steps)
    place, visited = _walk(flow, steps, begun)
    stand: Stand = "left" if place is None else "active" if live else "stopped"
    if place is None:
        place = steps[-1].from_widget or UNNAMED
    else:
        widget = flow.widget(place)
        widget.active += live
        widget.stopped += not live
    flow.count_path((tuple(visited), place, steps[-1].event if stand == "left" else None, stand))
    return stand


def _walk(
    flow: FlowTraffic, steps: Sequence[ExecutionStep], begun: datetime | None
) -> tuple[str | None, dict[str, None]]:
    """Count each step at the widget that it leaves; give where the last one led to, and the widgets visited."""
    place: str | None = steps[0].from_widget or UNNAMED
    visited: dict[str, None] = {}
    for step in steps:
        source = step.from_widget or UNNAMED
        if source != place:  # a step between is missing
            if place is not None:
                exits = flow.widget(place).exits
                exits[None, source] = exits.get((None, source), 0) + 1
                visited[place] = None
            begun = None
        widget = flow.widget(source)
        visited[source] = None
        place = target_of(step.to_widget)
        way = (step.event or _NOT_REPORTED, place)
        widget.exits[way] = widget.exits.get(way, 0) + 1
        if step.widget_type is not None and step.widget_type not in widget.kinds:
            widget.kinds.add(step.widget_type)
        left = step.date_created
        if begun is not None and left is not None:
            widget.time.add(left - begun)
        begun = left
    if place is not None:
        visited[place] = None
    return place, visited


def _time(flow: FlowTraffic, begun: datetime | None, ended: datetime | None) -> None:
    if begun is not None and ended is not None:
        flow.time.add(ended - begun)


def _last(steps: Sequence[ExecutionStep]) -> datetime | None:
    return max((step.date_created for step in steps if step.date_created is not None), default=None)


def _add_all(counts: dict[str, int] | dict[Exit, int], others: dict[str, int] | dict[Exit, int]) -> None:
    for key, number in others.items():
        counts[key] = counts.get(key, 0) + number  # type: ignore[index,arg-type]  # both dictionaries are of one kind
