"""Make a plan: read the state, settle what an interrupted run left open, read Studio, compare, order, guard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from reconciler.errors import StateMismatchError
from reconciler.model.desired import Desired
from reconciler.model.finding import Finding
from reconciler.model.live import Live
from reconciler.model.record import State, changed
from reconciler.plan.build import Built, build
from reconciler.plan.guard import objections
from reconciler.plan.inputs import Inputs
from reconciler.plan.options import PlanOptions
from reconciler.plan.values import Plan
from reconciler.workflows.refresh import look_of, read_live
from reconciler.workflows.world import ReadingWorld

if TYPE_CHECKING:
    from reconciler.apply.recover import Recovered


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan with the sides it was made from; apply needs them to know the bodies."""

    plan: Plan
    state: State
    live: Live
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Decided:
    """A plan and everything that was known when it was made.

    Attributes:
        recovered: what became of writes that an interrupted run left open.
    """

    planned: Planned
    built: Built
    recovered: tuple[Recovered, ...]


def blank_state(desired: Desired, *, lineage: str, account: str | None, endpoint: str | None) -> State:
    """Give the state of a project that has none yet in this environment."""
    return State(
        lineage=lineage,
        serial=0,
        project=desired.project,
        environment=desired.environment.name,
        account=account,
        endpoint=endpoint,
    )


def make_plan(world: ReadingWorld, desired: Desired, options: PlanOptions, blank: State) -> Planned:
    """Make a plan. Writes nothing, neither to Studio nor to the state.

    Args:
        world: what may be looked at.
        desired: what the manifests say.
        options: what a person says.
        blank: the state to start from when there is none.

    Raises:
        StateMismatchError: the state belongs to something else.
        CycleError, UsageError, StaleError, StudioError: see `plan.build` and `workflows.refresh`.
    """
    return decide(world, desired, options, world.state.read() or blank, blank).planned


def decide(world: ReadingWorld, desired: Desired, options: PlanOptions, state: State, blank: State) -> Decided:
    """Make a plan on top of a given state; what an interrupted run left open is settled first, in this value only."""
    must_match(state, blank)
    recovered = _recovered(world, desired, state)
    settled = changed(state, [change for one in recovered for change in one.changes])
    wanted = _nothing(desired) if options.destroy else desired
    live = read_live(world, wanted, settled, options)
    inputs = Inputs(wanted, settled, live, options)
    built = build(inputs)
    messages = tuple(one.message for one in recovered)
    plan = replace(
        built.plan,
        objections=objections(inputs, built),
        manifests=desired.digest,
        warnings=(*messages, *_window_warning(desired), *built.plan.warnings),
    )
    return Decided(Planned(plan, settled, live, ()), replace(built, plan=plan), recovered)


def _recovered(world: ReadingWorld, desired: Desired, state: State) -> tuple[Recovered, ...]:
    if not state.pending:
        return ()
    from reconciler.apply.recover import recover  # noqa: PLC0415 - few runs are interrupted, and every plan would wait

    return recover(look_of(world, desired), world.pool, state, desired)


def _nothing(desired: Desired) -> Desired:
    return replace(desired, flows={}, test_users={})


def _window_warning(desired: Desired) -> Sequence[str]:
    if desired.policy.consistency_window > timedelta(0):
        return ()
    return ("consistencyWindow is 0: an answer that lags behind a write will be taken for news.",)


def must_match(state: State, blank: State) -> None:
    """Refuse a state that belongs to another project, environment, account or endpoint.

    Raises:
        StateMismatchError: it does; nothing was read or written.
    """
    pairs = (
        ("project", state.project, blank.project),
        ("environment", state.environment, blank.environment),
        ("account", state.account, blank.account),
        ("endpoint", state.endpoint, blank.endpoint),
    )
    for what, recorded, expected in pairs:
        unknown = what == "account" and None in {recorded, expected}
        if recorded != expected and not unknown:
            raise StateMismatchError(
                f"the state is of {what} {recorded or 'none'}, but this run is for {expected or 'none'}",
                hint="Name the right state with --state, or the right --environment.",
            )
