"""`reconciler fmt`."""

from __future__ import annotations

import click

from reconciler.cli import exits
from reconciler.cli.app import App
from reconciler.cli.commands.validate import show_findings
from reconciler.cli.group import command as make
from reconciler.manifest.format import fmt
from reconciler.model.finding import Finding, Place
from reconciler.views import human


@make("fmt")
@click.option("--check", is_flag=True, help="Change nothing; exit with 1 when a file is not in its format.")
def command(app: App, *, check: bool) -> int:
    """Put manifests and definitions into their format.

    Comments, quotes and meaning stay. Prints the files that changed, or with --check would change.
    """
    done = fmt(app.common.manifests, check=check)
    wrong = [finding for finding in done.findings if finding.severity == "error"]
    code = exits.ERROR if wrong or (check and done.changed) else exits.DONE
    if app.common.json:
        message = "is not in its format" if check else "was put into its format"
        show_findings(app, [*done.findings, *(Finding("format", "note", message, Place(f)) for f in done.changed)])
        return code
    console = app.console
    if done.findings:
        console.say(human.render_findings(done.findings, console.message_style))
    for file in done.changed:
        console.result(str(app.common.manifests / file))
    return code
