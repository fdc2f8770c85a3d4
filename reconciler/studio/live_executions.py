"""The ports of the core over the runs of flows. Two small classes: who looks at runs gets nothing that starts one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reconciler.model.execution import Execution, ExecutionFilter, ExecutionStep
from reconciler.model.jsontypes import Json, JsonObject
from reconciler.studio.client import StudioClient


class LiveExecutionReader:
    """`ports.ExecutionReader` over the Studio API."""

    def __init__(self, client: StudioClient) -> None:
        self._runs = client.executions

    def list_executions(self, flow: str, which: ExecutionFilter) -> Sequence[Execution]:
        """Give the runs of a flow that Studio still has."""
        return self._runs.list(flow, which)

    def each_execution(self, flow: str, which: ExecutionFilter) -> Iterator[Execution]:
        """Give the same runs page by page."""
        return self._runs.each(flow, which)

    def fetch_execution(self, flow: str, execution: str) -> Execution:
        """Give one run."""
        return self._runs.fetch(flow, execution)

    def fetch_context(self, flow: str, execution: str) -> Json:
        """Give the variables of a run."""
        return self._runs.fetch_context(flow, execution)

    def list_steps(self, flow: str, execution: str) -> Sequence[ExecutionStep]:
        """Give all steps of a run."""
        return self._runs.list_steps(flow, execution)

    def fetch_step_context(self, flow: str, execution: str, step: str) -> Json:
        """Give the variables of a run after one step."""
        return self._runs.fetch_step_context(flow, execution, step)


class LiveExecutionWriter:
    """`ports.ExecutionWriter` over the Studio API."""

    def __init__(self, client: StudioClient) -> None:
        self._runs = client.executions

    def start_execution(self, flow: str, to: str, sender: str, parameters: JsonObject | None) -> Execution:
        """Start a run."""
        return self._runs.create(flow, to, sender, parameters)

    def end_execution(self, flow: str, execution: str) -> Execution:
        """End an active run."""
        return self._runs.end(flow, execution)

    def delete_execution(self, flow: str, execution: str) -> None:
        """Remove a run and its steps."""
        self._runs.delete(flow, execution)
