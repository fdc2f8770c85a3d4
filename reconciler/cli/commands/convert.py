"""`reconciler convert`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from reconciler.cli import exits
from reconciler.cli.app import App
from reconciler.cli.group import command as make
from reconciler.cli.options import FILE
from reconciler.definition.check import check
from reconciler.definition.document import of
from reconciler.errors import UsageError
from reconciler.manifest.conversion import Converted, convert
from reconciler.manifest.replacement import replace
from reconciler.model.finding import Finding
from reconciler.views import authoring, human


@make("convert")
@click.argument("file", type=FILE)
@click.option("--output", type=FILE, metavar="F", help="Write it there, as YAML when F ends so. Default: print it.")
@click.option("--force", is_flag=True, help="Also when the output file is there already.")
def command(app: App, *, file: Path, output: Path | None, force: bool) -> int:
    """Turn an old export, or what holds one, into a definition of today.

    Takes exports of before 2020, whole Flow resources of the API, JSON with comments, and YAML. What was left out or
    guessed is told on stderr; what could not be converted is an error with the widget's name, and the exit code is 1.
    """
    if output is not None and output.exists() and not force:
        raise UsageError(f"{output} is there already", hint="Say --force, or name another file.")
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from error
    done = convert(raw, file.name)
    findings = [*done.findings, *_errors(done)]
    if output is not None:
        _write(output, done)
    _tell(app, done, findings, output)
    return exits.ERROR if any(finding.severity == "error" for finding in findings) else exits.DONE


def _errors(done: Converted) -> Sequence[Finding]:
    """Give what Studio would refuse in what came out; what was told already is not told again."""
    told = {finding.widget for finding in done.findings if finding.severity == "error"}
    return [
        one for one in check(of(done.data)) if one.severity == "error" and (not one.widget or one.widget not in told)
    ]


def _write(output: Path, done: Converted) -> None:
    try:
        replace(output, done.text(output.name).encode())
    except OSError as error:
        raise UsageError(f"{output} cannot be written: {error.strerror}") from error


def _tell(app: App, done: Converted, findings: Sequence[Finding], output: Path | None) -> None:
    console = app.console
    if app.common.json:
        console.result(authoring.render_converted(done.data, findings))
        return
    if findings:
        console.say(human.render_findings(findings, console.message_style))
    if output is None:
        console.result(done.text().rstrip("\n"))
    else:
        console.say(f"{output} holds the flow now. Check it: {app.common.program} validate")
