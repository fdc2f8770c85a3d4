"""`reconciler test`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Unpack

import click

from reconciler.cli import completing, compose, exits
from reconciler.cli.app import App
from reconciler.cli.group import SETTINGS, Command
from reconciler.cli.options import (
    ADDRESS,
    FILE,
    VariableFlags,
    labels_of,
    selector_option,
    variable_options,
    variables_of,
)
from reconciler.errors import LoadError, UsageError
from reconciler.model.address import Address
from reconciler.workflows.testing import Choice, Known, chosen, covered, digests_of

if TYPE_CHECKING:
    from reconciler.cli.compose import Project
    from reconciler.manifest.flowtests import Tests
    from reconciler.scenario.result import Result
    from reconciler.views.scenarios.facts import TestReport

_WHERE: Final = "reconciler.cli.commands.test."


class _Flags(VariableFlags):
    flow: tuple[Address, ...]
    selector: tuple[tuple[str, str], ...]
    coverage: bool
    fail_under: float | None
    graph: Path | None
    junit: Path | None
    assumptions: bool
    watch: bool
    parallelism: int | None


class TestCommand(Command):
    """A command whose first argument may be the name of another.

    Attributes:
        table: by name the module that has it, as `command`, and its help in one line. No test can have such a name.
    """

    __test__ = False  # pytest takes every class called Test… for a test otherwise

    table: Mapping[str, tuple[str, str]] = {
        "generate": (_WHERE + "generate", "Propose scenario tests for a flow."),
        "record": (_WHERE + "record", "Make a scenario test of an execution."),
    }

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,  # noqa: ANN401 - click's signature, passed on
    ) -> click.Context:
        """Give the context of the command that is meant."""
        if args and args[0] in self.table:
            found: click.Command = import_module(self.table[args[0]][0]).command
            return found.make_context(f"{info_name} {args[0]}", args[1:], parent, **extra)
        return super().make_context(info_name, args, parent, **extra)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the other commands."""
        super().format_epilog(ctx, formatter)
        if self.table:
            with formatter.section("Commands"):
                formatter.write_dl([(f"test {name}", text) for name, (_, text) in self.table.items()])


@click.command("test", cls=TestCommand, context_settings=SETTINGS)
@click.argument("names", nargs=-1, metavar="[NAME]…", shell_complete=completing.tests)
@click.option("--flow", type=ADDRESS, multiple=True, metavar="ADDRESS", help="Only tests of this flow.")
@selector_option
@click.option("--coverage", is_flag=True, help="Count what the tests went through, and list what they did not.")
@click.option(
    "--fail-under",
    type=click.FloatRange(0, 100),
    metavar="PERCENT",
    help="Exit with 1 when fewer transitions are covered; says --coverage too.",
)
@click.option("--graph", type=FILE, metavar="DIR", help="Draw each flow with its coverage into this folder.")
@click.option("--junit", type=FILE, metavar="FILE", help="Write the results there as JUnit XML.")
@click.option("--assumptions", is_flag=True, help="Say which assumptions of the simulator the runs relied upon.")
@click.option("--watch", is_flag=True, help="Run what is affected again whenever a file of the project changes.")
@click.option(
    "--parallelism",
    type=click.IntRange(1, 64),
    metavar="N",
    help="At most so many processes.  [default: one a processor]",
)
@variable_options
@click.pass_obj
def command(app: App, names: tuple[str, ...], **flags: Unpack[_Flags]) -> int:
    """Run scenario tests on the simulator.

    Each document of kind FlowTest is a conversation with a flow, line by line: what the contact does, and what the flow
    says, sends, calls and sets. NAME may hold `*`; without one all tests are run. Offline: nothing real is called.
    """
    choice = Choice(names, flags["flow"], labels_of(flags["selector"]))
    if flags["watch"]:
        _watch(app, choice, flags)
    project = compose.project(app, variables_of(flags))
    app.warn(project.loaded.warnings)
    tests = project.loaded.tests()
    results, _ = _results(tests, project, choice, flags, Known())
    report = _report(app, tests, results, choice, flags)
    _give(app, project, report, flags)
    return exits.DONE if report.ok else exits.ERROR


def _results(
    tests: Tests, project: Project, choice: Choice, flags: _Flags, known: Known
) -> tuple[list[Result], frozenset[str]]:
    """Give what the chosen tests come to, and the names of those that were run: whose outcome was not known."""
    from reconciler.cli.testing import run_all  # noqa: PLC0415 - processes and the simulator, when there are tests

    meant = chosen(tests.scenarios, choice)
    definitions = _definitions(project)
    before = {one.name: known.still(one, digests_of(one, definitions)) for one in meant}
    waiting = [one for one in meant if before[one.name] is None]
    ran = run_all(waiting, tests.flows, conditions=_counts(flags), processes=flags["parallelism"])
    found = {one.scenario.name: one for one in ran} | {name: one for name, one in before.items() if one is not None}
    return [found[one.name] for one in meant], frozenset(one.name for one in waiting)


def _definitions(project: Project) -> Mapping[str, Any]:
    return {address.name: flow.definition for address, flow in project.desired.flows.items()}


def _counts(flags: _Flags) -> bool:
    return flags["coverage"] or flags["fail_under"] is not None or flags["graph"] is not None


def _report(app: App, tests: Tests, results: list[Result], choice: Choice, flags: _Flags) -> TestReport:
    from reconciler.cli.linting import root_of  # noqa: PLC0415 - see above
    from reconciler.views.scenarios.facts import TestReport  # noqa: PLC0415 - see above

    app.console.secrets |= tests.sensitive
    coverage = covered(results, tests.flows, choice) if _counts(flags) else None
    return TestReport(
        tuple(results), root_of(app), app.console.cover, coverage, flags["fail_under"], flags["assumptions"]
    )


def _give(app: App, project: Project, report: TestReport, flags: _Flags) -> None:
    from reconciler.views.scenarios import render_human, render_json, render_junit  # noqa: PLC0415 - see above

    if flags["junit"] is not None:
        _write(flags["junit"], "--junit", render_junit(report) + "\n")
    if flags["graph"] is not None:
        _draw(flags["graph"], project, report, app)
    app.console.result(render_json(report) if app.common.json else render_human(report, app.console.style))


def _draw(folder: Path, project: Project, report: TestReport, app: App) -> None:
    from reconciler.views.graph import render_svg  # noqa: PLC0415 - see above
    from reconciler.views.scenarios import coverage_picture  # noqa: PLC0415 - see above

    definitions = _definitions(project)
    for found in report.coverage.flows if report.coverage is not None else ():
        picture = coverage_picture(found, definitions[found.flow])
        drawn = render_svg(picture, layout=None, theme="auto", sensitive=app.console.covered)
        _write(folder / f"{found.flow}.svg", "--graph", drawn + "\n")


def _write(path: Path, option: str, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise UsageError(f"{option} {path}: {error.strerror}", hint="Name a place that can be written.") from error


def _watch(app: App, choice: Choice, flags: _Flags) -> None:
    """Run and run again, until Ctrl-C ends it."""
    from reconciler.cli.watching import stamp, wait_for_change  # noqa: PLC0415 - see above

    if app.common.json:
        raise UsageError("--watch has no end, so there is no one document for --json", hint="Leave one of them out.")
    known, seen = Known(), stamp(app.common.manifests)
    while True:
        known = _again(app, choice, flags, known)
        app.console.say("Waiting for a change; Ctrl-C ends it.")
        seen = wait_for_change(app.common.manifests, seen)


def _again(app: App, choice: Choice, flags: _Flags, known: Known) -> Known:
    from reconciler.views import human  # noqa: PLC0415 - see above

    console = app.console
    try:
        project = compose.project(app, variables_of(flags))
        tests = project.loaded.tests()
        results, ran = _results(tests, project, choice, flags, known)
    except LoadError as error:
        console.say(human.render_findings(error.findings, console.message_style, sensitive=console.covered))
        return known
    except UsageError as error:
        console.say(console.cover(f"{error.message}. {error.hint or ''}".strip()))
        return known
    report = replace(_report(app, tests, results, choice, flags), listed=ran)
    _give(app, project, report, flags)
    definitions = _definitions(project)
    return Known(
        {one.scenario.name: one for one in results},
        {one.scenario.name: digests_of(one.scenario, definitions) for one in results},
    )
