"""Where `executions report` gets executions from: Studio, an export, or events that were received."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, TypeAlias

from reconciler.cli import compose, runs, runtime
from reconciler.cli.app import App
from reconciler.cli.options import Variables
from reconciler.errors import CredentialsError, NotSentError, UsageError
from reconciler.model.address import Address
from reconciler.model.execution import ExecutionFilter
from reconciler.model.record import State
from reconciler.views.executions.human import retention
from reconciler.workflows.executions.flows import KnownFlow, named_flows
from reconciler.workflows.executions.listing import lost_before
from reconciler.workflows.traffic.fold import Key
from reconciler.workflows.traffic.report import (
    Asked,
    Definitions,
    callers_of,
    declared_definitions,
    either,
    live_definitions,
    report,
)
from reconciler.workflows.traffic.sources import Runs, live_runs
from reconciler.workflows.traffic.summarise import Drawn
from reconciler.workflows.traffic.summary import Report

Kept: TypeAlias = Callable[[tuple[str, ...], datetime | None, datetime | None], Runs]
"""Gives the executions of flows by their SIDs (none: of all) that began between two moments, or more."""

_COUNTING: Final = "Counting executions"


@dataclass(frozen=True, slots=True)
class Question:
    """What the command line asks for.

    Attributes:
        addresses: of flows; none for all.
        since: begun then or later, or so long ago; None for a week from Studio, and all from elsewhere.
        until: begun before then.
        revisions: these alone; none for all.
        top: how many of the most frequent paths.
        variables: of the manifests.
    """

    addresses: tuple[Address | str, ...]
    since: datetime | timedelta | None
    until: datetime | timedelta | None
    revisions: tuple[int, ...]
    top: int
    variables: Variables


def from_studio(app: App, question: Question) -> Report:
    """Count the executions that Studio still has."""
    with runs.looking(app, question.variables) as found:
        since, until = found.moment(question.since or runs.WEEK), found.moment(question.until)
        flows = found.flows(question.addresses)
        callers = callers_of(found.desired, found.state, flows) if question.addresses else ()
        asked = _asked("Studio", question, found.state, flows, (since, until))
        definitions = either(
            live_definitions(found.reader, found.world.pool), declared_definitions(found.desired, found.state)
        )
        which = ExecutionFilter(None, since, until)
        absent: list[KnownFlow] = []
        executions = live_runs(found.world, (*flows, *callers), which, absent.append)
        counted = report(executions, asked, definitions)
        lost = lost_before(since, found.world.clock.now())
    notes = [] if lost is None else [retention(lost)]
    notes += [f"Not in Studio any more: {', '.join(flow.name for flow in absent)}."] if absent else []
    return replace(counted, notes=(*counted.notes, *notes))


def from_events(app: App, question: Question, path: Path) -> Report:
    """Count the executions that received events tell of."""
    from reconciler.events.store import EventStore  # noqa: PLC0415 - only for who keeps events

    with contextlib.closing(EventStore(path)) as store:

        def executions(sids: tuple[str, ...], since: datetime | None, until: datetime | None) -> Runs:
            return (one for sid in sids or (None,) for one in store.executions(sid, since, until))

        app.console.progress.begin(_COUNTING, store.summary().executions)
        return _kept(app, question, f"events in {path}", executions)


def from_export(app: App, question: Question, path: Path) -> Report:
    """Count the executions of an export."""
    from reconciler.exports.reading import ExportedRuns  # noqa: PLC0415 - only for who exports

    exported = ExportedRuns(path)
    app.console.progress.begin(_COUNTING, exported.number)
    return _kept(app, question, f"the export in {path}", lambda sids, _since, _until: exported.runs(sids or None))


def _kept(app: App, question: Question, source: str, kept: Kept) -> Report:
    """Count executions that are at hand; Studio is asked for definitions alone, and only if it can be."""
    found = compose.project(app, question.variables)
    with runtime.reading(app) as run:
        state = compose.state_store(found, run).read() or compose.blank(found, run)
        now = run.clock.now()
    flows = named_flows(found.desired, state, question.addresses) if question.addresses else ()
    callers = callers_of(found.desired, state, flows)
    since, until = (None if said is None else runs.moment_of(said, now) for said in (question.since, question.until))
    asked = _asked(source, question, state, flows, (since, until))
    notes: list[str] = []
    definitions = either(_perhaps_live(app, question.variables, notes), declared_definitions(found.desired, state))
    sids = tuple(flow.sid for flow in (*flows, *callers))
    counted = report(_counting(app, kept(sids, since, until)), asked, definitions)
    return replace(counted, notes=(*counted.notes, *notes))


def _counting(app: App, given: Runs) -> Runs:
    for one in given:
        yield one
        app.console.progress.advance(_COUNTING)


def _perhaps_live(app: App, variables: Variables, notes: list[str]) -> Definitions:
    def definitions(keys: Sequence[Key]) -> Mapping[Key, Drawn]:
        try:
            with runs.looking(app, variables) as found:
                return live_definitions(found.reader, found.world.pool)(keys)
        except (CredentialsError, NotSentError) as error:
            notes.append(f"Studio was not asked for definitions ({error.message}): the manifests' are taken instead.")
            return {}

    return definitions


def _asked(
    source: str,
    question: Question,
    state: State,
    flows: tuple[KnownFlow, ...],
    time: tuple[datetime | None, datetime | None],
) -> Asked:
    return Asked(
        source=source,
        flows=flows if question.addresses else (),
        names={record.sid: address for address, record in state.flows().items()},
        since=time[0],
        until=time[1],
        revisions=question.revisions,
        top=question.top,
    )


def write(path: Path, data: bytes) -> None:
    """Write a result to a file. Raises UsageError when that fails."""
    try:
        path.write_bytes(data)
    except OSError as error:
        raise UsageError(f"--output {path}: {error.strerror}") from error
