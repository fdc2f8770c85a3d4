"""`reconciler validate`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import click

from reconciler.cli import compose, exits
from reconciler.cli.app import App
from reconciler.cli.group import command as make
from reconciler.cli.options import VariableFlags, variable_options, variables_of
from reconciler.errors import LoadError
from reconciler.manifest.load import Loaded
from reconciler.model.finding import Finding
from reconciler.views import human, machine
from reconciler.workflows.validate import ask_studio, check_definitions


@make("validate")
@click.option("--remote", is_flag=True, help="Also ask Studio about every definition.")
@variable_options
def command(app: App, *, remote: bool, **flags: Unpack[VariableFlags]) -> int:
    """Check manifests and definitions.

    Offline unless --remote is said. Errors are what Studio would refuse as well, and faults of tests, which are read
    and not run; the rest are warnings.
    """
    variables = variables_of(flags)
    if remote:
        with compose.reading(app, variables) as found:
            world = found.world
            state = world.state.read() or found.blank
            findings = _offline(found.project)
            findings += ask_studio(found.validator, world.pool, world.progress, found.desired, state)
        app.console.progress.close()
    else:
        findings = _offline(compose.project(app, variables))
    return show_findings(app, findings)


def show_findings(app: App, findings: Sequence[Finding]) -> int:
    """Print findings as they were asked for; give the exit code."""
    console = app.console
    if app.common.json:
        console.result(machine.render_findings(findings, sensitive=console.covered))
    else:
        console.result(human.render_findings(findings, console.style, sensitive=console.covered))
    return exits.ERROR if any(finding.severity == "error" for finding in findings) else exits.DONE


def _offline(project: compose.Project) -> tuple[Finding, ...]:
    loaded = project.loaded
    return (*loaded.warnings, *check_definitions(loaded.desired, loaded.text), *_of_tests(loaded))


def _of_tests(loaded: Loaded) -> tuple[Finding, ...]:
    if loaded.test_files is None or not loaded.test_files.files:
        return ()
    try:
        return loaded.tests().warnings
    except LoadError as error:
        return error.findings
