"""`reconciler pull`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Unpack

import click

from reconciler.cli import compose, exits, prompt
from reconciler.cli.app import App
from reconciler.cli.doing import lock_timeout as timeout_of
from reconciler.cli.group import command as make
from reconciler.cli.options import ADDRESS, VariableFlags, lock_option, variable_options, variables_of
from reconciler.definition.promotion.table import table_of
from reconciler.definition.secrets import secrets_of
from reconciler.errors import RefusedError
from reconciler.manifest.rewriting import Content, Rewriting
from reconciler.manifest.write import Rewrite, rewrites
from reconciler.model.address import Address
from reconciler.views import human, machine
from reconciler.views.pulling import PulledFlow, PullReport
from reconciler.workflows.pulling import Pulled, PullOptions, Pulls, read_pulls, settle

_AUTO = "Say --auto-approve, or --dry-run to see it only."


class _Flags(VariableFlags):
    """The options of pull."""

    merge: bool
    draft: bool
    layout: bool
    replace_placeholders: bool
    dry_run: bool
    auto_approve: bool
    lock_timeout: float | None


@dataclass(frozen=True, slots=True)
class _Found:
    """What is to be written, and its report."""

    report: PullReport
    changes: tuple[Rewrite, ...]

    @property
    def pulls(self) -> tuple[Pulled, ...]:
        """The flows whose files are to be written."""
        return tuple(flow.pulled for flow in self.report.flows if flow.writable)


@make("pull")
@click.argument("addresses", type=ADDRESS, nargs=-1, metavar="[ADDRESS]…")
@click.option("--merge", is_flag=True, help="Keep what the manifest itself changed; conflicts are named.")
@click.option("--draft", is_flag=True, help="Take a draft that is newer than what is published.")
@click.option("--layout", is_flag=True, help="Take the places of widgets on the canvas along.")
@click.option("--replace-placeholders", is_flag=True, help="Also when placeholders in a file get lost.")
@click.option("--dry-run", is_flag=True, help="Show what would be written, and write nothing.")
@click.option("--auto-approve", is_flag=True, help="Do not ask.")
@lock_option
@variable_options
def command(app: App, addresses: tuple[Address, ...], **flags: Unpack[_Flags]) -> int:
    """Bring edits of the Console into the manifests' files.

    Writes what is live into the files that declare it, in portable form, and moves the record, so that the next plan is
    empty. Without ADDRESS every recorded flow that moved since it was recorded. Shows the change of the files as git
    would and asks. With --merge what the manifest itself changed stays; where both changed the same, nothing is written
    for that flow and the exit code is 5.
    """
    options = PullOptions(addresses, merge=flags["merge"], draft=flags["draft"], layout=flags["layout"])
    with compose.recording(app, variables_of(flags)) as (found, store):
        pulls = read_pulls(found.world, found.desired, options, found.blank)
        table = table_of(found.desired)
        rewriting = Rewriting(app.common.manifests, replace_placeholders=flags["replace_placeholders"], table=table)
        wanted = _rewritten(app, pulls, rewriting)
        app.console.secrets |= {text for pulled in pulls.flows for text in _secrets(pulled)}
        app.console.progress.close()
        if not app.common.json:
            _show(app, wanted.report)
        if flags["dry_run"]:
            return _told(app, wanted.report)
        if not wanted.pulls:
            return _told(app, wanted.report)  # the state stays as it is, and is not made for nothing
        if wanted.changes and not _approved(app, wanted.report, auto=flags["auto_approve"]):
            return exits.ERROR
        settle(
            store,
            found.blank,
            wanted.pulls,
            lambda: _write(wanted.changes),
            lock_timeout=timeout_of(flags["lock_timeout"]),
        )
    done = replace(wanted.report, written=True)
    if not app.common.json and wanted.changes:
        app.console.say(f"\nWritten. See what is left to do: {app.common.program} plan")
    return _told(app, done)


def _rewritten(app: App, pulls: Pulls, rewriting: Rewriting) -> _Found:
    flows = []
    for pulled in pulls.flows:
        if pulled.conflicts:
            flows.append(PulledFlow(pulled, ()))
            continue
        content = Content(pulled.data, pulled.resolved, pulled.friendly_name, pulled.status)
        try:
            flows.append(PulledFlow(pulled, rewriting.put(pulled.flow, content)))
        except RefusedError as error:
            flows.append(PulledFlow(pulled, (), ". ".join(filter(None, (error.message, error.hint)))))
    changes = tuple(change for change in rewrites(app.common.manifests, rewriting) if change.after != change.before)
    differing = {change.file for change in changes}
    told = tuple(replace(flow, files=tuple(file for file in flow.files if file in differing)) for flow in flows)
    differences = {change.file: change.diff() for change in changes}
    return _Found(PullReport(told, differences, pulls.gone, recorded=pulls.recorded), changes)


def _secrets(pulled: Pulled) -> frozenset[str]:
    return secrets_of(pulled.data) | secrets_of(pulled.resolved)


def _show(app: App, report: PullReport) -> None:
    app.console.result(human.render_pull(report, app.console.style, sensitive=app.console.covered))


def _approved(app: App, report: PullReport, *, auto: bool) -> bool:
    if auto:
        return True
    prompt.must_be_there(app.console, "this pull wants to be approved", _AUTO)
    if app.common.json:
        app.console.say(human.render_pull(report, app.console.message_style, sensitive=app.console.covered))
    app.console.say("\nShall this be written? Only `yes` is taken for a yes.")
    return prompt.ask(app.console, "Answer: ") == "yes"


def _write(changes: tuple[Rewrite, ...]) -> None:
    for change in changes:
        change.must_hold()
    for change in changes:
        change.write()


def _told(app: App, report: PullReport) -> int:
    if app.common.json:
        app.console.result(machine.render_pull(report, sensitive=app.console.covered))
    codes = [exits.STALE for flow in report.flows if flow.pulled.conflicts]
    codes += [exits.REFUSED for flow in report.flows if flow.refused is not None]
    return exits.worst(codes)
