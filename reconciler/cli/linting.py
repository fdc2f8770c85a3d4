"""Lint in front of a person: what was said on the command line, files repaired, findings shown beside a plan."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from reconciler import __version__
from reconciler.cli.app import App
from reconciler.errors import RefusedError, UsageError
from reconciler.manifest.load import Loaded
from reconciler.model.address import Address
from reconciler.model.finding import Finding
from reconciler.plan.options import PlanOptions
from reconciler.plan.values import Plan

if TYPE_CHECKING:
    from reconciler.definition.lint.rule import Fix
    from reconciler.model.desired import DesiredFlow
    from reconciler.views.lint.facts import Repaired, Report

Format = Literal["human", "json", "sarif", "junit", "github"]

BESIDE_A_PLAN: Final = 100
"""Flows that are linted beside a plan that only shows findings: nobody reads more there, and `lint` has them all."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which flows are linted, all of them in the project's order when none was named."""

    loaded: Loaded
    addresses: tuple[Address, ...]


def chosen(loaded: Loaded, said: Sequence[Address]) -> Chosen:
    """Say which flows are linted.

    Raises:
        UsageError: one of them is not declared.
    """
    flows = loaded.desired.flows
    unknown = next((address for address in said if address not in flows), None)
    if unknown is not None:
        message = f"{unknown} is not declared in the manifests"
        raise UsageError(message, hint=_near(unknown, flows))
    return Chosen(loaded, tuple(sorted(set(said) or flows)))


def _near(unknown: Address, flows: Iterable[Address]) -> str:
    from reconciler.manifest.findings import did_you_mean  # noqa: PLC0415 - only for a mistake

    return did_you_mean(unknown.name, (flow.name for flow in flows)) or "`reconciler status` lists all addresses."


def repair(app: App, work: Chosen) -> list[Repaired]:
    """Do every safe repair in the files; give what changed. What a file does not allow is told.

    Raises:
        StaleError, LoadError: a file cannot be read or was changed meanwhile; others may have been repaired.
    """
    from reconciler.definition.lint.fixing import fixed  # noqa: PLC0415 - few runs repair
    from reconciler.manifest.rewriting import Content, Rewriting  # noqa: PLC0415 - as above
    from reconciler.manifest.write import rewrites  # noqa: PLC0415 - as above
    from reconciler.views.lint.facts import Repaired  # noqa: PLC0415 - as above
    from reconciler.workflows.lint import lint  # noqa: PLC0415 - as above

    desired = work.loaded.desired
    rewriting = Rewriting(app.common.manifests)
    for address in work.addresses:
        found = lint(desired, [address], work.loaded.text)
        flow = desired.flows[address]
        safe = (one.fix for one in found if one.fix is not None and one.suppressed is None)
        fixes = [fix for fix in safe if not _is_shared(fix, flow)]
        written = (flow.written or flow.definition).data()
        after, done = fixed(written, fixes)
        if done:
            try:
                rewriting.put(flow, Content(after, resolved=written))
            except RefusedError as error:
                # What one file does not allow is no reason to leave the others as they are.
                app.console.say(app.console.cover(f"{address} is not repaired: {error.message}"))
    changes = [change for change in rewrites(app.common.manifests, rewriting) if change.diff()]
    for change in changes:
        change.write()
    return [Repaired(change.file, change.diff()) for change in changes]


def _is_shared(fix: Fix, flow: DesiredFlow) -> bool:
    """Tell whether a repair is about a widget of a shared group: only a person knows if it fits all who include it."""
    paths = (edit.path for edit in fix.edits)
    return any(flow.origins[path[1]].included for path in paths if flow.origins and isinstance(path[1], int))


def render(app: App, report: Report, addresses: Sequence[Address], wanted: Format) -> str:
    """Give a report in the format that was asked for."""
    from reconciler.views.lint import github, human, junit, machine, sarif  # noqa: PLC0415 - only who lints needs them

    match wanted:
        case "human":
            return human.render(report, app.console.style)
        case "json":
            return machine.render(report)
        case "sarif":
            return sarif.render(report, version=__version__)
        case "junit":
            return junit.render(report, addresses)
        case "github":
            return github.render(report)


def root_of(app: App) -> str:
    """Give the project folder as seen from the working folder: files are named so to whoever shows them."""
    root = Path(os.path.relpath(app.common.manifests.resolve(), Path.cwd())).as_posix()
    return "" if root == "." else f"{root}/"


def beside(loaded: Loaded, plan: Plan, options: PlanOptions) -> tuple[Finding, ...]:
    """Give what lint says of the flows that a plan would change, without notes; nothing when it changes none."""
    from reconciler.plan.linting import changing  # noqa: PLC0415 - a plan without changes does without lint

    addresses = changing(loaded.desired, plan)
    if options.lint == "off" or not addresses:
        return ()
    from reconciler.workflows.lint import lint  # noqa: PLC0415 - as above

    found = lint(loaded.desired, addresses[:BESIDE_A_PLAN], loaded.text)
    shown = [one.finding for one in found if one.suppressed is None and one.finding.severity != "note"]
    left = len(addresses) - BESIDE_A_PLAN
    if left > 0:
        shown.append(Finding("not-linted", "note", f"{left:,} more flows were not looked at; `reconciler lint` does"))
    return tuple(shown)
