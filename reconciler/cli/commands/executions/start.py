"""`reconciler executions start`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Unpack

import click

from reconciler.cli import exits, prompt, runs
from reconciler.cli.app import App
from reconciler.cli.group import command as make
from reconciler.cli.options import VariableFlags, variable_options, variables_of
from reconciler.errors import UsageError
from reconciler.model.address import Address
from reconciler.model.jsontypes import JsonObject
from reconciler.views.executions import doing_human, doing_machine
from reconciler.views.executions.personal import contact_shown
from reconciler.workflows.executions.starting import Start, Started, start_runs

_AUTO = "Say --auto-approve."


_NUMBER: Final = re.compile(r"(?:[a-z]+:)?\+[0-9]{7,15}")
_LIKE_A_NUMBER: Final = re.compile(r"(?:[a-z]+:)?\+?(?:[\s()./-]*[0-9]){7,}[\s()./-]*")
"""Seven digits or more; those of a short code, which has no +, are fewer."""


class _Flags(VariableFlags):
    """The options of start."""

    to: tuple[str, ...]
    sender: str
    parameters: str | None
    auto_approve: bool
    show_personal: bool


@make("start")
@click.argument("address", type=runs.FLOW)
@click.option("--to", metavar="NUMBER|@FILE", required=True, multiple=True, help="Whom it contacts; repeatable.")
@click.option("--from", "sender", metavar="NUMBER", required=True, help="From which number or Messaging Service.")
@click.option("--parameters", metavar="JSON|@FILE", help="A JSON object; the flow sees it as flow.data.")
@click.option("--auto-approve", is_flag=True, help="Do not ask before more than one is started.")
@runs.personal_option
@variable_options
def command(app: App, address: Address | str, **flags: Unpack[_Flags]) -> int:
    """Start an execution, or one for each contact of a list.

    A test user of the flow meets its latest draft, everybody else what is published. One execution between the same two
    can be active; who is in the way is named. Of a list, @FILE with one contact a line, no more than 20 are started in
    a second: more Studio refuses.
    """
    recipients = _recipients(flags["to"])
    parameters = _parameters(flags["parameters"])
    with runs.changing(app, variables_of(flags)) as found:
        (flow,) = found.flows([address])
        asked = Start(flow, recipients, _number(flags["sender"], "--from"), parameters)
        _approve(app, asked, auto_approve=flags["auto_approve"])
        each = start_runs(found.world, found.writer, found.reader, asked)
        return _told(app, asked, each, personal=flags["show_personal"])


def _told(app: App, asked: Start, each: Iterator[Started], *, personal: bool) -> int:
    """Tell what came of each as it comes, also when the run is interrupted: what was started is started."""
    console, done = app.console, list[Started]()
    try:
        for one in each:
            done.append(one)
            if not app.common.json:
                console.result(doing_human.render_started(one, console.style, personal=personal))
    finally:
        console.progress.close()
        if app.common.json:
            console.result(doing_machine.render_started(asked.flow, done, personal=personal))
        elif len(asked.recipients) > 1 and done:
            console.result("\n" + doing_human.started_total(done))
    if not app.common.json and len(done) == 1 and done[0].run is not None:
        console.say(f"Look at it: {app.common.program} executions show {done[0].run.sid}")
    return exits.DONE if all(one.outcome == "started" for one in done) else exits.ERROR


def _approve(app: App, asked: Start, *, auto_approve: bool) -> None:
    """Let the person approve of a list.

    Raises:
        UsageError: nobody can be asked, or the answer was no.
    """
    number = len(asked.recipients)
    if auto_approve or number == 1:
        return
    prompt.must_be_there(app.console, f"{number} executions want to be approved", _AUTO)
    first = contact_shown(asked.recipients[0], personal=False)
    app.console.say(f"{asked.flow.name} will contact {number} people, {first} first. Only `yes` is taken for a yes.")
    if prompt.ask(app.console, "Shall they be contacted? ") != "yes":
        raise UsageError("not approved; nothing was started")


def _recipients(said: tuple[str, ...]) -> tuple[str, ...]:
    found: list[str] = []
    for text in said:
        lines = _read(text, "--to").splitlines() if text.startswith("@") else [text]
        found += [_number(line, "--to") for line in lines if line.strip() and not line.lstrip().startswith("#")]
    if not found:
        raise UsageError("--to: there is nobody to contact")
    return tuple(dict.fromkeys(found))


def _number(said: str, option: str) -> str:
    """Give a number, or whatever else it is, without blanks around it.

    Raises:
        UsageError: it looks like a number, and is not written as Studio takes it: it would reach nobody, or a stranger.
    """
    text = said.strip()
    if _LIKE_A_NUMBER.fullmatch(text) and not _NUMBER.fullmatch(text):
        shown = contact_shown(text, personal=False)
        raise UsageError(
            f"{option}: {shown} is not written as a telephone number",
            hint="Write + with the country, and digits only: +15550100042.",
        )
    return text


def _parameters(said: str | None) -> JsonObject | None:
    if said is None:
        return None
    text = _read(said, "--parameters") if said.startswith("@") else said
    try:
        read = json.loads(text)
    except (ValueError, RecursionError) as error:
        # Not chained, nor shown: parameters may hold what nobody is to see.
        line = f", line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise UsageError(f"--parameters: this is no JSON{line}", hint="Write an object, or @FILE.") from None
    if not isinstance(read, dict):
        raise UsageError("--parameters: this is no JSON object", hint='Write, for example: {"name": "value"}')
    return read


def _read(said: str, option: str) -> str:
    try:
        return Path(said.removeprefix("@")).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise UsageError(f"{option}: {said.removeprefix('@')} cannot be read: {why}") from error
