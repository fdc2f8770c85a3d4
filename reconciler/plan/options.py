"""What a person may say about one plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from reconciler.model.address import Address
from reconciler.model.desired import OnDrift
from reconciler.model.lint import LintMode

Refresh = Literal["auto", "full", "none"]

ALLOWANCES: Final[tuple[str, ...]] = (
    "create", "update", "delete", "percent", "empty", "draft", "recreate", "namesake", "active", "called",
    "bindings",
)  # fmt: skip
"""Guards that `--allow-ID` overrules."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which addresses a plan is about. Empty parts do not restrict; a target brings along what it refers to."""

    targets: tuple[Address, ...] = ()
    excludes: tuple[Address, ...] = ()
    selector: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """What a person may say about one plan.

    Attributes:
        refresh: how much of Studio is read (design section 6.5).
        on_drift: overrules the policy of every flow; `on_drift_of` that of single flows.
        allow: ids of guards that are overruled.
        take_over: adopt flows that carry another project's mark.
        confirm: the name of the protected environment, typed by a person.
        destroy: plan deletes for everything recorded.
        lint: whether lint refuses the plan because of errors; showing findings is up to who makes it.
        message: the commit message of every write, instead of the manifests'.
    """

    scope: Scope = Scope()
    refresh: Refresh = "auto"
    on_drift: OnDrift | None = None
    on_drift_of: Mapping[Address, OnDrift] = field(default_factory=dict)
    allow: frozenset[str] = frozenset()
    take_over: bool = False
    confirm: str | None = None
    destroy: bool = False
    message: str | None = None
    lint: LintMode = "warn"
