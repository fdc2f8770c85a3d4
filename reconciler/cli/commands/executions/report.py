"""`reconciler executions report`."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal, TypeAlias, Unpack

import click

from reconciler.cli import exits, reporting, runs
from reconciler.cli.app import App
from reconciler.cli.group import command as make
from reconciler.cli.options import FILE, VariableFlags, variable_options, variables_of
from reconciler.errors import UsageError
from reconciler.model.address import Address
from reconciler.views import graph as pictures
from reconciler.views import traffic as views
from reconciler.views.graph.palette import Theme
from reconciler.views.traffic.figures import when
from reconciler.workflows.traffic.report import TOP
from reconciler.workflows.traffic.summary import Report

_Look: TypeAlias = Literal["svg", "png", "dot", "mermaid"]


class _Flags(VariableFlags):
    """The options of report."""

    since: datetime | timedelta | None
    until: datetime | timedelta | None
    revision: int | None
    compare: tuple[int, int] | None
    top: int
    csv: bool
    graph: _Look | None
    theme: Theme
    output: Path | None
    from_events: Path | None
    from_export: Path | None


@make("report")
@click.argument("addresses", metavar="[ADDRESS]...", type=runs.FLOW, nargs=-1)
@runs.since_options
@click.option("--revision", type=click.IntRange(min=1), metavar="N", help="Executions of this revision only.")
@click.option("--compare", type=click.IntRange(min=1), nargs=2, metavar="N M", help="Two revisions side by side.")
@click.option(
    "--top",
    type=click.IntRange(min=0),
    default=TOP,
    metavar="N",
    help=f"So many of the most frequent paths.  [default: {TOP}]",
)
@click.option("--csv", is_flag=True, help="One line a widget, for spreadsheets.")
@click.option(
    "--graph", type=click.Choice(["svg", "png", "dot", "mermaid"]), help="Draw the flow with its traffic, as this."
)
@click.option(
    "--theme",
    type=click.Choice(["auto", "light", "dark"]),
    default="auto",
    help="Colours of svg and png; auto follows the reader's.  [default: auto]",
)
@click.option("--output", type=FILE, metavar="FILE", help="Write to this file.  [default: stdout]")
@click.option("--from-export", type=FILE, metavar="DIR", help="Count what `executions export` wrote there.")
@click.option("--from-events", type=FILE, metavar="FILE", help="Count what `events` received and kept there.")
@variable_options
def command(app: App, addresses: tuple[Address | str, ...], **flags: Unpack[_Flags]) -> int:
    """Count what happened in flows: visits, drop-off, errors, durations.

    Per flow, revision and widget: how many came, which way they left, who was lost there, and how long it took. By
    default the executions of the last 7 days are read from Studio, with one request for the steps of each; all that is
    in an export or among received events is counted without asking for executions.
    """
    _refuse_two(flags)
    report = _reported(app, addresses, flags)
    console = app.console
    console.progress.close()
    made = _told(app, report, flags) if flags["graph"] is None else _drawn(app, report, flags)
    if flags["output"] is not None:
        reporting.write(flags["output"], made if isinstance(made, bytes) else f"{made}\n".encode())
    elif isinstance(made, str):
        console.result(made)
    return exits.DONE


def _refuse_two(flags: _Flags) -> None:
    """Refuse options that contradict each other."""
    if flags["from_events"] is not None and flags["from_export"] is not None:
        raise UsageError("--from-events and --from-export are two sources", hint="Count one of them.")
    if flags["compare"] is not None and (flags["revision"] is not None or flags["graph"] is not None or flags["csv"]):
        raise UsageError("--compare is a table of its own", hint="Leave --revision, --graph and --csv out.")
    if flags["graph"] is not None and flags["csv"]:
        raise UsageError("--graph and --csv are two forms", hint="Ask for one of them.")
    if flags["graph"] == "png" and flags["output"] is None:
        raise UsageError("a PNG is no text", hint="Name a file: --output FILE.png")


def _reported(app: App, addresses: tuple[Address | str, ...], flags: _Flags) -> Report:
    revision, compared = flags["revision"], flags["compare"]
    question = reporting.Question(
        addresses,
        flags["since"],
        flags["until"],
        compared or (() if revision is None else (revision,)),
        flags["top"],
        variables_of(flags),
    )
    if flags["from_events"] is not None:
        return reporting.from_events(app, question, flags["from_events"])
    if flags["from_export"] is not None:
        return reporting.from_export(app, question, flags["from_export"])
    return reporting.from_studio(app, question)


def _told(app: App, report: Report, flags: _Flags) -> str:
    console = app.console
    if app.common.json:
        return views.render_json(report, sensitive=console.covered)
    if flags["csv"]:
        _say_notes(app, report)
        return views.render_csv(report, sensitive=console.covered)
    style = console.style if flags["output"] is None else replace(console.style, color=False)
    if flags["compare"] is not None:
        _say_notes(app, report)
        return views.render_compared(report, flags["compare"], style, sensitive=console.covered)
    return views.render_report(report, style, sensitive=console.covered)


def _drawn(app: App, report: Report, flags: _Flags) -> str | bytes:
    """Draw the newest revision that there is traffic of."""
    _say_notes(app, report)
    flows = [flow for flow in report.flows if flow.revisions]
    if len(flows) != 1:
        raise UsageError(
            "there is no traffic to draw" if not flows else f"there is traffic of {len(flows)} flows",
            hint="Look further back with --since." if not flows else "Name one flow: --graph draws one.",
        )
    pictured = views.traffic_picture(flows[0], flows[0].revisions[0], when(report))
    sensitive = app.console.covered
    match flags["graph"]:
        case "dot":
            return pictures.render_dot(pictured, sensitive=sensitive)
        case "mermaid":
            return pictures.render_mermaid(pictured, sensitive=sensitive)
        case "png":
            return pictures.render_png(pictured, theme=flags["theme"], sensitive=sensitive)
        case _:
            return pictures.render_svg(pictured, theme=flags["theme"], sensitive=sensitive)


def _say_notes(app: App, report: Report) -> None:
    for note in report.notes:
        app.console.say(note)
