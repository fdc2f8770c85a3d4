"""The operations on runs of flows: Executions, their Steps and both Contexts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TypeVar

from reconciler.model.execution import Execution, ExecutionFilter, ExecutionStep
from reconciler.model.jsontypes import Json, JsonObject
from reconciler.studio import runs
from reconciler.studio.answers import segment, shaped
from reconciler.studio.call import Call, Pairs
from reconciler.studio.http import Http
from reconciler.studio.paging import each_page, fetch_all, records_of
from reconciler.studio.runs import WireContext, WireExecution, WireStep

T = TypeVar("T", Execution, ExecutionStep)


class Executions:
    """List, start, follow, end and delete runs of a flow."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def list(self, flow: str, which: ExecutionFilter | None = None) -> tuple[Execution, ...]:
        """ListExecution: all runs that Studio still has, in its order, each once."""
        call = Call("ListExecution", "GET", _path(flow), query=_query(which or ExecutionFilter()))
        found = [runs.execution(shaped(WireExecution, one, call)) for one in fetch_all(self._http, call, "executions")]
        return _once(found)

    def each(self, flow: str, which: ExecutionFilter) -> Iterator[Execution]:
        """ListExecution, page by page: for lists that are too long to be kept. Each run once.

        Raises:
            ProtocolError: the list may be short; what was given before is then not all of it.
        """
        call = Call("ListExecution", "GET", _path(flow), query=_query(which))
        seen: set[str] = set()
        for page in each_page(self._http, call, "executions"):
            for one in page:
                run = runs.execution(shaped(WireExecution, one, call))
                if run.sid not in seen:
                    seen.add(run.sid)
                    yield run

    def any_active(self, flow: str) -> bool:
        """ListExecution of one: tell whether at least one run is active."""
        call = Call("ListExecution", "GET", _path(flow), query=(("PageSize", "1"), ("status", "active")))
        return bool(records_of(call, self._http.request(call), "executions"))

    def create(self, flow: str, to: str, sender: str, parameters: JsonObject | None = None) -> Execution:
        """CreateExecution: start a run.

        Args:
            flow: the flow's SID; its published revision runs, its latest draft for a test user.
            to: whom it contacts.
            sender: a number of the account, or a Messaging Service's SID.
            parameters: become `flow.data`; None sends none.

        Raises:
            StudioConflictError: a run between the two is active already.
        """
        form: Pairs = (("To", to), ("From", sender))
        if parameters is not None:
            form += (("Parameters", json.dumps(parameters, separators=(",", ":"))),)
        return self._one(Call("CreateExecution", "POST", _path(flow), form=form))

    def fetch(self, flow: str, execution: str) -> Execution:
        """FetchExecution."""
        return self._one(Call("FetchExecution", "GET", _path(flow, execution)))

    def end(self, flow: str, execution: str) -> Execution:
        """UpdateExecution: end an active run. Raises StudioConflictError when it has ended already."""
        return self._one(Call("UpdateExecution", "POST", _path(flow, execution), form=(("Status", "ended"),)))

    def delete(self, flow: str, execution: str) -> None:
        """DeleteExecution: remove a run and its steps."""
        self._http.request(Call("DeleteExecution", "DELETE", _path(flow, execution), may_be_empty=True))

    def fetch_context(self, flow: str, execution: str) -> Json:
        """FetchExecutionContext: the variables of a run; personal data."""
        return self._context(Call("FetchExecutionContext", "GET", f"{_path(flow, execution)}/Context"))

    def list_steps(self, flow: str, execution: str) -> tuple[ExecutionStep, ...]:
        """ListExecutionStep: all steps of a run, in Studio's order, each once."""
        call = Call("ListExecutionStep", "GET", f"{_path(flow, execution)}/Steps")
        return _once([runs.step(shaped(WireStep, one, call)) for one in fetch_all(self._http, call, "steps")])

    def fetch_step(self, flow: str, execution: str, step: str) -> ExecutionStep:
        """FetchExecutionStep."""
        call = Call("FetchExecutionStep", "GET", f"{_path(flow, execution)}/Steps/{segment(step)}")
        return runs.step(shaped(WireStep, self._http.request(call), call))

    def fetch_step_context(self, flow: str, execution: str, step: str) -> Json:
        """FetchExecutionStepContext: the variables of a run after one step; personal data."""
        path = f"{_path(flow, execution)}/Steps/{segment(step)}/Context"
        return self._context(Call("FetchExecutionStepContext", "GET", path))

    def _one(self, call: Call) -> Execution:
        return runs.execution(shaped(WireExecution, self._http.request(call), call))

    def _context(self, call: Call) -> Json:
        context: Json = shaped(WireContext, self._http.request(call), call).context
        return context


def _path(flow: str, execution: str | None = None) -> str:
    path = f"/v2/Flows/{segment(flow)}/Executions"
    return path if execution is None else f"{path}/{segment(execution)}"


def _query(which: ExecutionFilter) -> Pairs:
    # `status` is the one name of the API in lower case.
    pairs = (
        ("status", which.status),
        ("DateCreatedFrom", _date(which.since)),
        ("DateCreatedTo", _date(which.until)),
    )
    return tuple((name, value) for name, value in pairs if value is not None)


def _date(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _once(found: list[T]) -> tuple[T, ...]:
    return tuple({one.sid: one for one in found}.values())
