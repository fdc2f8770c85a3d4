"""What an export of runs consists of: its tables, and how far it came. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, TypeAlias

from reconciler.model.jsontypes import Json

ColumnKind = Literal["text", "integer", "time", "json"]

Cell: TypeAlias = "str | int | datetime | Json"
Row: TypeAlias = "tuple[Cell, ...]"
"""One row of a table: a cell for each of its columns."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column. `json` holds any JSON value; what has no such type keeps it as text."""

    name: str
    kind: ColumnKind = "text"


@dataclass(frozen=True, slots=True)
class Table:
    """A table by its name."""

    name: str
    columns: tuple[Column, ...]


_RUN: Final = (
    Column("execution_sid"),
    Column("flow"),
    Column("flow_sid"),
    Column("status"),
    Column("contact"),
    Column("revision", "integer"),
    Column("initiated_by"),
    Column("date_created", "time"),
    Column("date_updated", "time"),
)
_STEP: Final = (
    Column("step_sid"),
    Column("number", "integer"),
    Column("depth", "integer"),
    Column("parent_step_sid"),
    Column("event"),
    Column("widget_from"),
    Column("widget_to"),
    Column("widget_type"),
)

EXECUTIONS: Final = Table("executions", _RUN)
STEPS: Final = Table(
    "steps",
    (
        Column("execution_sid"),
        Column("flow_sid"),
        *_STEP,
        Column("date_created", "time"),
        Column("date_updated", "time"),
    ),
)
EXECUTION_CONTEXTS: Final = Table("execution-contexts", (Column("execution_sid"), Column("context", "json")))
STEP_CONTEXTS: Final = Table("step-contexts", (Column("step_sid"), Column("execution_sid"), Column("context", "json")))
TABLES: Final = (EXECUTIONS, STEPS, EXECUTION_CONTEXTS, STEP_CONTEXTS)


@dataclass(frozen=True, slots=True)
class FlowCursor:
    """How far the export of one flow came.

    Attributes:
        mark: when the newest run that was seen began; None before the first.
        looked: when its list was read last, by our clock.
        open: SIDs of runs that had not ended: they are looked at again.
        recent: SIDs of runs seen that began shortly before the mark. A list may show a run late, so the next export
            begins a little before the mark, and leaves these out.
    """

    mark: datetime | None = None
    open: frozenset[str] = frozenset()
    recent: frozenset[str] = frozenset()
    looked: datetime | None = None


@dataclass(frozen=True, slots=True)
class ExportSettings:
    """What every export to one place must have in common, for its rows to be of one kind.

    Attributes:
        personal: contacts as they are, not as pseudonyms.
        contexts: both kinds of contexts too.
        active: runs that have not ended too; they come again when they have.
    """

    personal: bool = False
    contexts: bool = False
    active: bool = False


@dataclass(frozen=True, slots=True)
class ExportCursor:
    """How far an export came, by SID of the flow."""

    settings: ExportSettings
    flows: Mapping[str, FlowCursor] = field(default_factory=dict)
