"""The one operation on executions that guards of a delete need: the list."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import cast

from reconciler.emulator.answers import Answer, bad_parameter
from reconciler.emulator.rows import ExecutionFilter, ExecutionStatus
from reconciler.emulator.studio import Call, Studio

_FILTERS = ("status", "DateCreatedFrom", "DateCreatedTo")


def list_executions(studio: Studio, call: Call) -> Answer:
    """ListExecution: by status (lower-case, unlike all other parameters) and by date of creation."""
    wanted = ExecutionFilter(
        parse_execution_status(call.query.get("status")),
        parse_date(call.query.get("DateCreatedFrom"), "DateCreatedFrom"),
        parse_date(call.query.get("DateCreatedTo"), "DateCreatedTo"),
    )
    filters = {name: call.query[name] for name in _FILTERS if name in call.query}
    listing, at = call.listing(studio, "executions", filters), studio.as_of("list-lag")
    with studio.store.read() as t:
        rows = t.execution_rows(call.flow(t, at), listing.window(), wanted, at)
    render = call.renderer(studio)
    return listing.answer([(render.execution(execution), place) for execution, place in rows])


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
