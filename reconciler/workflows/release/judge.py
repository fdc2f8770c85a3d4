"""What steps of executions say: did a smoke execution do what it had to, and how do callers fare? Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from reconciler.definition.moves import ENDED
from reconciler.definition.trail import in_path_order
from reconciler.model.execution import Execution, ExecutionStep
from reconciler.model.release import Expectation, Health, Verdict, Watch


def reached(flow: str, steps: Sequence[ExecutionStep]) -> list[str]:
    """Give the widgets of a flow that an execution came to, in order, those of its sub-flows left out."""
    own = (step for step in in_path_order(steps) if step.parent_step_sid is None and step.flow_sid == flow)
    names = (name for step in own for name in (step.from_widget, step.to_widget) if name and name != ENDED)
    return list(dict.fromkeys(names))


def judge_smoke(expect: Expectation, execution: Execution, steps: Sequence[ExecutionStep]) -> tuple[Verdict, str]:
    """Say whether an execution did what it had to, and what it did; `open` while it still may."""
    seen = reached(execution.flow_sid, steps)
    missing = [name for name in expect.reaches if name not in seen]
    met = [name for name in expect.avoids if name in seen]
    has_ended = execution.status == "ended"
    path = " -> ".join(seen) or "nothing"
    if met:
        return "failed", f"reached {', '.join(met)}, which it had to avoid: {path}"
    if has_ended and expect.ends is False:
        return "failed", f"ended, and had to go on: {path}"
    if missing:
        return "open", f"did not reach {', '.join(missing)}: {path}"
    if expect.ends and not has_ended:
        return "open", f"did not end: {path}"
    return "passed", path


def error_events(steps: Iterable[ExecutionStep], events: Collection[str]) -> int:
    """Count the error events among the steps of an execution, those of its sub-flows included."""
    return sum(1 for step in steps if step.event in events)


def judge_health(watch: Watch, health: Health) -> str | None:
    """Say why a release has to go back; None when nothing speaks against it."""
    if watch.max_errors is not None and health.errors > watch.max_errors:
        return f"{health.errors} error events, and at most {watch.max_errors} are allowed"
    if watch.max_failed_ratio is None or health.executions < watch.min_executions:
        return None
    ratio = health.failed / health.executions
    if ratio > watch.max_failed_ratio:
        share = f"{health.failed} of {health.executions} executions had errors ({ratio:.1%})"
        return f"{share}, and at most {watch.max_failed_ratio:.1%} are allowed"
    return None
