"""Ask Studio about every definition that will be written and is known, before the first write of a run."""

from __future__ import annotations

from reconciler.apply.run import Run
from reconciler.errors import ReconcilerError
from reconciler.model.live import FlowInput
from reconciler.plan.mark import fitting
from reconciler.plan.outcome import Failed, Outcome, Skipped
from reconciler.plan.values import Plan, Step
from reconciler.ports import FlowValidator, Pool


def validate(run: Run, plan: Plan, pool: Pool) -> tuple[Outcome, ...]:
    """Give nothing when Studio takes all definitions, else an outcome for every step: one refusal stops the run.

    A definition that refers to a flow which the plan creates is asked about when that flow exists.
    """
    objected = {objection.address for objection in plan.objections}
    steps = [step for step in plan.steps if step.address not in objected and _known(run, step)]
    validator = run.validator
    if validator is None or not steps:
        return ()
    answers = pool.map(lambda step: _ask(run, validator, step), steps)
    refused = {step.address: error for step, error in zip(steps, answers, strict=True) if error is not None}
    if not refused:
        return ()
    return tuple(
        Failed(step, refused[step.address]) if step.address in refused else Skipped(step, "validation")
        for step in plan.steps
    )


def _known(run: Run, step: Step) -> bool:
    if step.kind not in {"create", "update", "publish"} or step.reason == "merged":
        return False
    return not run.wanted(run.desired.flows[step.address]).references


def _ask(run: Run, validator: FlowValidator, step: Step) -> ReconcilerError | None:
    flow = run.desired.flows[step.address]
    definition = run.wanted(flow)
    message = fitting(run.options.message or flow.commit_message)
    try:
        validator.validate(FlowInput(flow.friendly_name, flow.status, definition, message))
    except ReconcilerError as error:
        return error
    run.validated.add(definition.digests.full)
    if step.basis.target is not None:
        run.validated.add(step.basis.target)  # the same program on the canvas as people left it
    return None
