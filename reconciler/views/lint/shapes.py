"""The shape of `lint --format json`. Types only; the JSON Schema in `schemas/` is made from them."""

from __future__ import annotations

from typing import Literal

from pydantic import with_config
from typing_extensions import TypedDict

from reconciler.plan.shape import STRICT
from reconciler.views.machine.shapes import FindingShape


class LintFindingShape(FindingShape):
    """A finding of lint.

    `address` is the flow; `documentation` a page and anchor of this project; `fix` what `--fix` would do; `suppressed`
    the reason why it does not count.
    """

    address: str
    documentation: str
    fix: str | None
    suppressed: str | None


class LintSummaryShape(TypedDict):
    """How many findings of each severity count, how many are suppressed, how many `--fix` repairs."""

    error: int
    warning: int
    note: int
    suppressed: int
    fixable: int


class RepairedShape(TypedDict):
    """A file that `--fix` changed, and how, as git would show it."""

    file: str
    diff: str


@with_config(STRICT)
class LintShape(TypedDict):
    """What `lint` found. `findings` are those that are left after `--fix`."""

    format: Literal[1]
    summary: LintSummaryShape
    findings: list[LintFindingShape]
    repaired: list[RepairedShape]


@with_config(STRICT)
class LintRuleShape(TypedDict):
    """What is known of one rule. `severity` is the one by default; `fixes` what `--fix` does, null when nothing."""

    format: Literal[1]
    rule: str
    severity: Literal["error", "warning", "note"]
    summary: str
    why: str
    example: str
    remedy: str
    fixes: str | None
    documentation: str
