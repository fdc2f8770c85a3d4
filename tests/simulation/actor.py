"""What one simulated process is about."""

from __future__ import annotations

from dataclasses import dataclass, field

from reconciler.model.address import Address
from reconciler.model.desired import Desired
from reconciler.plan.options import PlanOptions
from reconciler.plan.values import Plan, Step
from tests.simulation.scheduler import Process


@dataclass(eq=False)
class Actor:
    """What one process is about.

    Attributes:
        kind: `apply`, `plan`, `import`, `rm`, `release`.
        basis: when what its plan was decided on began to be read: virtual time and index of the last commit.
        started: the same for each step that was started, with the step.
        reverts: a person said that going back may take back what others published.
    """

    kind: str
    process: Process
    desired: Desired
    options: PlanOptions
    basis: tuple[float, int]
    started: dict[Address, tuple[float, int, Step, int]] = field(default_factory=dict)
    plan: Plan | None = None
    writes: int = 0
    outcomes: list[object] = field(default_factory=list)
    reverts: bool = False
