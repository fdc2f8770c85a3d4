"""What a report says: values only, made by `summarise`.

Of the runs that entered a widget, each is counted once: it went on to another widget, it finished there, it was dropped
there, or it is there still.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from reconciler.definition.outcomes import Trouble
from reconciler.model.address import Address
from reconciler.model.definition import Definition

End: TypeAlias = Literal["finished", "dropped", "active", "unknown"]
"""How a run stands. Of an ended one without steps nobody knows."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How long things took, in seconds.

    Attributes:
        number: how many there were.
        median: off by at most one per cent, like `p90`; None when there were none, like the others.
        p90: nine of ten took no longer.
        most: exact.
        mean: exact.
    """

    number: int
    median: float | None
    p90: float | None
    most: float | None
    mean: float | None


@dataclass(frozen=True, slots=True)
class Way:
    """A way out of a widget.

    Attributes:
        event: the event, None for steps that nobody recorded.
        target: the widget that it led to, None when nothing followed.
        number: how often it was gone.
        trouble: what went wrong then, None when nothing did.
        transitions: labels of the transitions in the definition that it may have been; none when it is not there.
        texts: the same in short: of a split the conditions.
        known: whether the definition has it; None without a definition.
    """

    event: str | None
    target: str | None
    number: int
    trouble: Trouble | None
    transitions: tuple[str, ...]
    texts: tuple[str, ...]
    known: bool | None


@dataclass(frozen=True, slots=True)
class WidgetSummary:
    """What happened at a widget: `entered = went_on + finished + dropped + active`.

    Attributes:
        name: of the widget.
        type: as the definition says it, else as steps do; None when neither does.
        known: whether the definition has it; None without a definition.
        entered: how often a run came to it; a run may come again.
        went_on: how often it went on from it to another widget, or to itself.
        finished: how often nothing followed, and nothing had gone wrong.
        dropped: how often a run was lost there: it ended in the widget, or nothing followed when something went wrong.
        stopped: those of `dropped` that ended in the widget, without a step out of it.
        active: runs that are in it now.
        failures: events that mean that it could not do its work, or that a message did not arrive.
        silences: events that mean that a person did nothing.
        ways: the ways out that were gone, the most frequent first.
        time: from the step into it to the step out of it.
    """

    name: str
    type: str | None
    known: bool | None
    entered: int
    went_on: int
    finished: int
    dropped: int
    stopped: int
    active: int
    failures: int
    silences: int
    ways: tuple[Way, ...]
    time: Spread


@dataclass(frozen=True, slots=True)
class PathSummary:
    """A way through the flow. A widget that was visited again is told once.

    Attributes:
        widgets: in the order of their first visits.
        last: the last one, which may have been visited before.
        event: the event after which nothing followed; None when the runs ended in the last widget, or are in it.
        end: how the runs stand that went it.
        number: of runs.
    """

    widgets: tuple[str, ...]
    last: str
    event: str | None
    end: End
    number: int


@dataclass(frozen=True, slots=True)
class RevisionSummary:
    """What happened in one revision of a flow: `runs = finished + dropped + active + unknown`.

    Attributes:
        revision: its number; None for runs as a sub-flow, whose revision no step tells.
        runs: executions; of a sub-flow the parts of executions inside of it.
        finished: those that came to an end of the flow.
        dropped: those that were lost on the way, see `WidgetSummary.dropped`.
        active: those that go on.
        unknown: ended ones without any step.
        failures: of all widgets together, like `silences`.
        silences: see `WidgetSummary`.
        unseen: moves between widgets that no step tells.
        reasons: why executions ended, where events told it.
        time: of runs that ended.
        widgets: in the order of the definition; then those that it does not have.
        idle: names of widgets in the definition that no run came to.
        paths: the most frequent ones.
        more_paths: how many different paths there are beside those; at least, when `paths_cut`.
        paths_cut: whether there were too many to tell them all apart.
        first: when the first execution began.
        last: when the last one did.
        side: which definition it is held against, in words; None without one.
        definition: that definition.
    """

    revision: int | None
    runs: int
    finished: int
    dropped: int
    active: int
    unknown: int
    failures: int
    silences: int
    unseen: int
    reasons: tuple[tuple[str, int], ...]
    time: Spread
    widgets: tuple[WidgetSummary, ...]
    idle: tuple[str, ...]
    paths: tuple[PathSummary, ...]
    more_paths: int
    paths_cut: bool
    first: datetime | None
    last: datetime | None
    side: str | None
    definition: Definition | None


@dataclass(frozen=True, slots=True)
class FlowSummary:
    """What happened in a flow.

    Attributes:
        sid: of the flow.
        address: None for one that is not recorded, such as a sub-flow of somebody else.
        revisions: the newest first; runs as a sub-flow last.
    """

    sid: str
    address: Address | None
    revisions: tuple[RevisionSummary, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What a report says.

    Attributes:
        source: where executions and steps came from, in words.
        since: begun then or later; None for all there is.
        until: begun before then; None for up to now.
        executions: how many were looked at.
        steps: how many steps they had.
        flows: by address, then by SID.
        notes: what the reader should know.
    """

    source: str
    since: datetime | None
    until: datetime | None
    executions: int
    steps: int
    flows: tuple[FlowSummary, ...]
    notes: tuple[str, ...] = ()
