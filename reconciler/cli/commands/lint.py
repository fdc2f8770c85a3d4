"""`reconciler lint`."""

from __future__ import annotations

from pathlib import Path
from typing import Unpack

import click

from reconciler.cli import compose, exits, linting
from reconciler.cli.app import App
from reconciler.cli.group import command as make
from reconciler.cli.options import ADDRESS, FILE, VariableFlags, variable_options, variables_of
from reconciler.errors import UsageError
from reconciler.model.address import Address
from reconciler.views.lint.facts import Report, counts
from reconciler.workflows.lint import lint

_WRITABLE = "Name a file in a folder that is there and that you may write to."
_FORMATS = ["human", "json", "sarif", "junit", "github"]


class _Flags(VariableFlags):
    """All options of lint but those that choose what is done."""

    format: linting.Format | None
    output: Path | None
    fail_on: str


@make("lint")
@click.argument("addresses", type=ADDRESS, nargs=-1, metavar="[ADDRESS]…")
@click.option("--fix", is_flag=True, help="Repair in the files what can be repaired safely.")
@click.option("--format", type=click.Choice(_FORMATS), help="How it is told.  [default: human; json with --json]")
@click.option("--output", type=FILE, metavar="FILE", help="Write it there, and the number of findings to stdout.")
@click.option(
    "--fail-on",
    type=click.Choice(["warn", "error"]),
    default="error",
    help="What exits with 1: errors, or warnings too.  [default: error]",
)
@click.option("--explain", metavar="RULE", help="Print what is known of one rule, and end.")
@variable_options
def command(
    app: App, addresses: tuple[Address, ...], *, fix: bool, explain: str | None, **flags: Unpack[_Flags]
) -> int:
    """Look for what is legal in a flow and still likely wrong.

    Without an address all flows of the project. Offline. Rules are listed in docs/lint.md; the Project document says
    how grave they are, a Flow document where one does not count.
    """
    if explain is not None:
        return _explain(app, explain)
    variables = variables_of(flags)
    work = linting.chosen(compose.project(app, variables).loaded, addresses)
    repaired = linting.repair(app, work) if fix else []
    if repaired:
        work = linting.chosen(compose.project(app, variables).loaded, addresses)
    found = lint(work.loaded.desired, work.addresses, work.loaded.text)
    report = Report(found, repaired, linting.root_of(app), app.console.covered)
    wanted = flags["format"] or ("json" if app.common.json else "human")
    text = linting.render(app, report, work.addresses, wanted)
    _give(app, report, text, flags["output"])
    numbers = counts(report.shown())
    bad = numbers["error"] + (numbers["warning"] if flags["fail_on"] == "warn" else 0)
    return exits.ERROR if bad else exits.DONE


def _give(app: App, report: Report, text: str, output: Path | None) -> None:
    if output is None:
        if text:
            app.console.result(text)
        return
    from reconciler.views.lint.human import total  # noqa: PLC0415 - only for this line

    try:
        output.write_text(text + "\n", encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise UsageError(f"{output} cannot be written: {error.strerror}", hint=_WRITABLE) from error
    app.console.result(f"{total(report)} Written to {output}.")


def _explain(app: App, rule: str) -> int:
    from reconciler.definition.lint.engine import UNUSED_RULE  # noqa: PLC0415 - only here
    from reconciler.definition.lint.registry import by_id  # noqa: PLC0415 - only here
    from reconciler.manifest.findings import did_you_mean  # noqa: PLC0415 - only here
    from reconciler.views.lint import human, machine  # noqa: PLC0415 - only here

    known = {**by_id(), UNUSED_RULE.id: UNUSED_RULE}
    if rule not in known:
        hint = did_you_mean(rule, known) or f"Rules are {', '.join(known)}."
        raise UsageError(f"there is no lint rule {rule!r}", hint=hint)
    found = known[rule]
    app.console.result(machine.render_rule(found) if app.common.json else human.render_rule(found, app.console.style))
    return exits.DONE
