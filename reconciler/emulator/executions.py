"""The operations on executions, their steps and both contexts. What runs is in `reconciler.emulator.running`.

That package is imported where something runs: every plan without an account loads this module, and runs nothing.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import cast

from reconciler.emulator.answers import CONFLICT, Answer, RefusalError, bad_parameter, json_answer
from reconciler.emulator.rows import Execution, ExecutionFilter, ExecutionStatus, Step
from reconciler.emulator.studio import Call, Studio
from reconciler.emulator.transaction import NOW, Transaction
from reconciler.model.jsontypes import JsonObject

_FILTERS = ("status", "DateCreatedFrom", "DateCreatedTo")


def list_executions(studio: Studio, call: Call) -> Answer:
    """ListExecution: by status (lower-case, unlike all other parameters) and by date of creation."""
    wanted = ExecutionFilter(
        parse_execution_status(call.query.get("status")),
        parse_date(call.query.get("DateCreatedFrom"), "DateCreatedFrom"),
        parse_date(call.query.get("DateCreatedTo"), "DateCreatedTo"),
    )
    filters = {name: call.query[name] for name in _FILTERS if name in call.query}
    listing = call.listing(studio, "executions", filters)
    bring_up_to_date(studio)
    at = studio.as_of("list-lag")
    with studio.store.read() as t:
        rows = t.runs.page(call.flow(t, at), listing.window(), wanted, at, studio.now())
    render = call.renderer(studio)
    return listing.answer([(render.execution(execution), place) for execution, place in rows])


def create_execution(studio: Studio, call: Call) -> Answer:
    """CreateExecution: answered before it runs, as Studio does; it has run as far as it can when the answer arrives."""
    from reconciler.emulator.running.starting import Wanted, begin  # noqa: PLC0415 - loaded for a run only
    from reconciler.simulate import IncomingRequest  # noqa: PLC0415 - same

    trigger = IncomingRequest(call.form.required("To"), call.form.required("From"), call.form.json_object("Parameters"))
    bring_up_to_date(studio)
    execution, _ = begin(studio, Wanted(call.account, call.parts["sid"], call.path, trigger))
    return json_answer(call.renderer(studio).execution(execution), status=201)


def fetch_execution(studio: Studio, call: Call) -> Answer:
    """FetchExecution."""
    bring_up_to_date(studio)
    with studio.store.read() as t:
        execution = _find(t, call, studio.as_of("read-lag"))
    return json_answer(call.renderer(studio).execution(execution))


def update_execution(studio: Studio, call: Call) -> Answer:
    """UpdateExecution: end an active one; there is nothing else to update."""
    from reconciler.emulator.running.engine import end  # noqa: PLC0415 - loaded for a run only

    if parse_execution_status(call.form.required("Status")) != "ended":
        raise bad_parameter("Status must be ended")
    with studio.store.read() as t:
        execution = _find(t, call)
    if not end(studio, execution):
        raise RefusalError(409, CONFLICT, "The execution has ended already")
    with studio.store.read() as t:
        return json_answer(call.renderer(studio).execution(_find(t, call)))


def delete_execution(studio: Studio, call: Call) -> Answer:
    """DeleteExecution: its steps go with it."""
    bring_up_to_date(studio)
    with studio.store.write() as t:
        t.runs.delete(_find(t, call))
    return Answer(204)


def fetch_context(studio: Studio, call: Call) -> Answer:
    """FetchExecutionContext: the variables as they are now."""
    bring_up_to_date(studio)
    with studio.store.read() as t:
        execution = _find(t, call, studio.as_of("read-lag"))
        state, context = t.runs.body(execution)
    return json_answer(call.renderer(studio).context(execution, _variables(state, context)))


def list_steps(studio: Studio, call: Call) -> Answer:
    """ListExecutionStep: those of subflows among them, without their contexts."""
    listing = call.listing(studio, "steps")
    bring_up_to_date(studio)
    with studio.store.read() as t:
        execution = _find(t, call, studio.as_of("read-lag"))
        rows = t.runs.steps(execution, listing.window())
    render = call.renderer(studio)
    return listing.answer([(render.step(execution, step), place) for step, place in rows])


def fetch_step(studio: Studio, call: Call) -> Answer:
    """FetchExecutionStep."""
    bring_up_to_date(studio)
    with studio.store.read() as t:
        execution, step = _find_step(t, call, studio.as_of("read-lag"))
    return json_answer(call.renderer(studio).step(execution, step))


def fetch_step_context(studio: Studio, call: Call) -> Answer:
    """FetchExecutionStepContext: the variables after the step."""
    from reconciler.emulator.running.contexts import whole_context  # noqa: PLC0415 - loaded for a run only

    bring_up_to_date(studio)
    with studio.store.read() as t:
        execution, step = _find_step(t, call, studio.as_of("read-lag"))
        kept = t.runs.step_contexts(execution, step.number)
    return json_answer(call.renderer(studio).step_context(execution, step, whole_context(kept)))


def bring_up_to_date(studio: Studio) -> None:
    """Let go on what goes on by itself by now. Loads nothing when there is nothing such."""
    with studio.store.read() as t:
        idle = not t.runs.due(studio.now(), 1) and not t.runs.stale(studio.now())
    if not idle:
        from reconciler.emulator.running.engine import catch_up  # noqa: PLC0415 - loaded for a run only

        catch_up(studio)


def parse_execution_status(text: str | None) -> ExecutionStatus | None:
    """Read `active` or `ended`; None for nothing."""
    if text is not None and text not in {"active", "ended"}:
        raise bad_parameter("status must be active or ended")
    return cast("ExecutionStatus | None", text)


def parse_date(text: str | None, name: str) -> float | None:
    """Read an ISO 8601 date-time, in UTC when it names no zone; None for nothing."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError) as error:
        raise bad_parameter(f"{name} must be a date and time in ISO 8601") from error


def _find(t: Transaction, call: Call, at: float = NOW) -> Execution:
    found = t.runs.find(call.parts["execution"], call.account, call.flow(t, at).sid)
    if found is None or found.created > at:
        raise call.missing()
    return found


def _find_step(t: Transaction, call: Call, at: float) -> tuple[Execution, Step]:
    execution = _find(t, call, at)
    step = t.runs.step(execution, call.parts["step"])
    if step is None:
        raise call.missing()
    return execution, step


def _variables(state: bytes | None, context: bytes | None) -> JsonObject:
    from reconciler.emulator.running.contexts import unpacked  # noqa: PLC0415 - loaded for a run only

    if context is not None:
        return unpacked(context)
    if state is None:
        return {}
    frames = cast("list[JsonObject]", unpacked(state)["frames"])
    return cast("JsonObject", frames[-1]["context"])
