"""Take executions up, run them until somebody has to say what happens, and write what came of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from reconciler.emulator.answers import CONFLICT, UNAVAILABLE, RefusalError
from reconciler.emulator.happenings import ExecutionEnded, ExecutionStarted, Happening, StepEnded
from reconciler.emulator.rows import Execution
from reconciler.emulator.rows import Step as StepRow
from reconciler.emulator.running.contexts import packed, step_contexts, unpacked
from reconciler.emulator.running.library import StoreLibrary
from reconciler.emulator.running.outside import Outside
from reconciler.emulator.runs import Progress
from reconciler.emulator.studio import Studio
from reconciler.errors import SimulationError
from reconciler.simulate import (
    Effect,
    Event,
    State,
    Step,
    TimedOut,
    Turn,
    advance,
    due,
    from_document,
    proceed,
    stop,
    to_document,
)

_AT_ONCE: Final = 32
_FAULTS: Final = (SimulationError, RecursionError)
"""What a run may raise: it was given what it cannot take, or its variables lie in one another too deeply."""

_TRIES: Final = 20
"""How often an event is given to an execution that others move on at the same time."""


@dataclass(frozen=True, slots=True)
class Standing:
    """An execution as it was read, and where its run stands."""

    execution: Execution
    state: State


def catch_up(studio: Studio) -> None:
    """Let every execution go on that does so by itself by now, in order of time, and drop what is kept no longer."""
    tried: set[tuple[int, int]] = set()
    while True:
        now = studio.now()
        with studio.store.read() as t:
            found = [one for one in t.runs.due(now, _AT_ONCE) if (one.seq, one.turn) not in tried]
            found = [one for one in found if studio.claims.free(one.seq)]
            stale = t.runs.stale(now)
        if not found:
            break
        tried.add((found[0].seq, found[0].turn))
        run_due(studio, found[0])
    while stale:
        with studio.store.write() as t:
            stale = t.runs.purge(now, _AT_ONCE) == _AT_ONCE


def run_due(studio: Studio, execution: Execution) -> tuple[Effect, ...]:
    """Let one execution go on that is due; gives what it did. Does nothing when others have done it."""
    with studio.claims.claimed(execution.seq) as mine:
        standing = read(studio, execution) if mine else None
        if standing is None or standing.execution.due is None or standing.execution.due > studio.now():
            return ()
        library = _library(studio, execution)
        state = standing.state
        try:
            turn = proceed(library, state) if state.waiting is None else advance(library, state, TimedOut())
            turn = _settled(studio, library, standing, turn)
        except _FAULTS:
            turn = Turn(_broken(state))
        write(studio, standing, turn)
        return turn.effects


def deliver(studio: Studio, execution: Execution, event: Event, reply: str | None = None) -> tuple[Effect, ...]:
    """Give an event from outside to an execution that waits; gives what it did then.

    Args:
        studio: where it runs.
        execution: which one.
        event: what happens.
        reply: SID of the message that the event is, if it is one: each is taken once.

    Raises:
        RefusalError: it waits for nothing, or not for this.
    """
    for _ in range(_TRIES):
        catch_up(studio)
        standing = read(studio, execution)
        if standing is None or standing.state.waiting is None:
            break
        if reply is not None and _took(studio, execution, reply):  # asked after the reading: `write` sees what is later
            return ()
        library = _library(studio, execution)
        try:
            turn = advance(library, standing.state, event, max(studio.now(), standing.state.now))
            turn = _settled(studio, library, standing, turn)
        except _FAULTS as error:
            why = getattr(error, "hint", None) or str(error)  # a hint repeats nothing of what was sent
            raise RefusalError(409, CONFLICT, f"The execution cannot take this. {why}") from error
        if write(studio, standing, turn, reply):
            return turn.effects
    raise RefusalError(409, CONFLICT, "The execution waits for nothing")


def end(studio: Studio, execution: Execution) -> bool:
    """End an active execution; False when it has ended already."""
    for _ in range(_TRIES):
        catch_up(studio)
        with studio.store.read() as t:
            found = t.runs.find(execution.sid, execution.account)
        if found is None or found.status == "ended":
            return False
        standing = read(studio, found)
        if _end_unread(studio, found) if standing is None else _stop(studio, standing):
            return True
    raise RefusalError(503, UNAVAILABLE, "The execution does not stand still")


def _stop(studio: Studio, standing: Standing) -> bool:
    return write(studio, standing, Turn(stop(standing.state, studio.now())))


def _end_unread(studio: Studio, execution: Execution) -> bool:
    """End an execution without its state, as of what the Console put beside a flow: nothing of it ever ran."""
    ended = execution._replace(status="ended", ended_reason="STOPPED", updated=studio.now(), due=None)
    with studio.store.write() as t:
        kept = t.runs.keep(Progress(ended, (), (), None, None))
        if kept and execution.kind:
            t.runs.announce(_happenings(execution, ended, ()))
    return kept


def read(studio: Studio, execution: Execution) -> Standing | None:
    """Read where an execution stands; None when nothing more can happen to it.

    One that another version of the emulator wrote, and this one cannot read, ends here: it would block its contact.
    """
    with studio.store.read() as t:
        found = t.runs.find(execution.sid, None)
        body = t.runs.body(found)[0] if found else None
    if found is None or body is None:
        return None
    try:
        state = from_document(unpacked(body))
    except _FAULTS:
        _end_unread(studio, found)
        return None
    return Standing(found, _moved(studio, found, state))


def write(studio: Studio, standing: Standing, turn: Turn, reply: str | None = None) -> bool:
    """Keep a turn and tell of it; False when others were quicker, then nothing is kept."""
    before, state = standing.execution, turn.state
    after = before._replace(
        status="active" if state.ended is None else "ended",
        ended_reason=before.ended_reason or state.ended,
        updated=max(state.now, before.updated or before.created),
        due=due(state),
    )
    body = packed(to_document(state)) if state.waiting is not None else None
    context = packed(state.context) if state.waiting is None else None
    rows = [_row(step) for step in turn.steps]
    granted = json.dumps(sorted(state.assumptions)) if state.ended is not None else None
    progress = Progress(after, rows, step_contexts(standing.state, turn.steps), body, context, reply, granted)
    with studio.store.write() as t:
        kept = t.runs.keep(progress)
        if kept:
            t.runs.announce(_happenings(before, after, rows))
    return kept


def started(execution: Execution) -> ExecutionStarted:
    """Tell that an execution began."""
    return ExecutionStarted(
        execution_sid=execution.sid,
        account_sid=execution.account,
        flow_sid=execution.flow_sid,
        contact_channel_address=execution.contact,
        status="active",
        date_created=execution.created,
        started_by=execution.initiated_by,
        flow_revision=execution.version,
    )


def _took(studio: Studio, execution: Execution, reply: str) -> bool:
    with studio.store.read() as t:
        return t.runs.took(execution.account, execution.flow_sid, reply)


def _settled(studio: Studio, library: StoreLibrary, standing: Standing, turn: Turn) -> Turn:
    with studio.store.read() as t:
        stubs = t.runs.stubs(standing.execution.account)
    outside = Outside(stubs, call_local=studio.settings.call_local)
    steps, effects, state = list(turn.steps), list(turn.effects), turn.state
    while (event := outside.says(state, turn.effects)) is not None:
        turn = advance(library, state, event)
        state = turn.state
        steps.extend(turn.steps)
        effects.extend(turn.effects)
    return Turn(state, tuple(steps), tuple(effects))


def _library(studio: Studio, execution: Execution) -> StoreLibrary:
    return StoreLibrary(studio, execution.account)


def _moved(studio: Studio, execution: Execution, state: State) -> State:
    """Move a run to what is published now, under the quirk running-executions=move."""
    if studio.settings.quirk("running-executions") != "move" or state.test_user:
        return state
    library = _library(studio, execution)
    frames = []
    for frame in state.frames:
        flow = library.find(frame.flow, "LatestPublished")
        there = flow is not None and flow.widget(frame.widget) is not None
        frames.append(replace(frame, revision=flow.revision) if flow is not None and there else frame)
    return replace(state, frames=tuple(frames))


def _broken(state: State) -> State:
    """End a run that cannot go on, as one whose subflow was deleted meanwhile."""
    return replace(state, waiting=None, ended=state.ended or "STOPPED")


def _row(step: Step) -> StepRow:
    return StepRow(
        number=step.number,
        sid=step.sid,
        flow_sid=step.flow,
        name=_storable(step.name),
        transitioned_from=_storable(step.transitioned_from),
        transitioned_to=_storable(step.transitioned_to),
        type=_storable(step.type),
        parent=step.parent_step,
        at=step.at,
    )


def _storable(text: str) -> str:
    """Give a text of a definition as the database can hold it: JSON knows halves of characters, UTF-8 does not."""
    return text.encode(errors="replace").decode()


def _happenings(before: Execution, after: Execution, steps: Sequence[StepRow]) -> Iterator[Happening]:
    for step in steps:
        yield StepEnded(
            step_sid=step.sid,
            execution_sid=after.sid,
            account_sid=after.account,
            flow_sid=step.flow_sid,
            parent_step_sid=step.parent,
            name=step.name,
            transitioned_from=step.transitioned_from,
            transitioned_to=step.transitioned_to,
            widget_type=step.type,
            contact_channel_address=after.contact,
            flow_revision=after.version,
            date_created=step.at,
            number=step.number,
        )
    if before.status == "active" and after.status == "ended":
        yield ExecutionEnded(
            execution_sid=after.sid,
            account_sid=after.account,
            flow_sid=after.flow_sid,
            contact_channel_address=after.contact,
            status="ended",
            date_created=after.created,
            started_by=after.initiated_by,
            flow_revision=after.version,
            date_updated=after.updated or after.created,
            ended_reason=after.ended_reason,
        )
