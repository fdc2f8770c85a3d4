"""`reconciler events list`."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import TypedDict, Unpack

import click

from reconciler.cli import compose, eventing, exits, runs, runtime
from reconciler.cli.app import App
from reconciler.cli.group import command as make
from reconciler.cli.runtime import Runtime
from reconciler.errors import UsageError
from reconciler.events.store import EventStore
from reconciler.model.address import Address
from reconciler.model.execution import ExecutionStatus
from reconciler.views.events import human, machine
from reconciler.workflows.executions.flows import KnownFlow, named_flow, recorded_flows
from reconciler.workflows.received import newest


class _Flags(TypedDict):
    """The options of list."""

    status: ExecutionStatus | None
    since: datetime | timedelta | None
    until: datetime | timedelta | None
    limit: int
    show_personal: bool
    database: Path | None


@make("list")
@click.argument("addresses", metavar="[ADDRESS]…", type=runs.FLOW, nargs=-1)
@click.option("--status", type=click.Choice(["active", "ended"]), help="Only these.")
@runs.since_options
@click.option(
    "--limit", type=click.IntRange(min=0), default=50, metavar="N", help="The newest N, 0 for all.  [default: 50]"
)
@runs.personal_option
@eventing.database_option
def command(app: App, addresses: tuple[Address | str, ...], **flags: Unpack[_Flags]) -> int:
    """List the executions that events told of.

    The newest first, of one flow or of all. Asks Studio nothing; an execution without an end is active, or its end has
    not arrived.
    """
    with _looking(app) as (found, run):
        database = eventing.database_of(app, flags["database"], found)
        known, wanted = _flows(found, run, addresses)
        said, now = (flags["since"], flags["until"]), run.clock.now()
        span = [None if one is None else runs.moment_of(one, now) for one in said]
        with contextlib.closing(EventStore(database)) as store:
            asked = [flow.sid for flow in wanted] if addresses else [None]
            seen = chain.from_iterable(store.executions(sid, *span) for sid in asked)
            received = newest(seen, known, status=flags["status"], limit=flags["limit"])
    console, personal = app.console, flags["show_personal"]
    if app.common.json:
        console.result(machine.render_received(received, str(database), personal=personal))
    else:
        console.result(human.render_received(received, console.style, personal=personal))
    return exits.DONE


@contextlib.contextmanager
def _looking(app: App) -> Iterator[tuple[compose.Project | None, Runtime]]:
    found = compose.project(app) if eventing.has_project(app) else None
    with runtime.reading(app) as run:
        yield found, run


def _flows(
    found: compose.Project | None, run: Runtime, addresses: tuple[Address | str, ...]
) -> tuple[dict[str, KnownFlow], list[KnownFlow]]:
    """Give the flows that have a name, by SID, and those that were asked for."""
    if found is None:
        names = [one for one in addresses if isinstance(one, Address)]
        if names:
            raise UsageError(f"without manifests nobody knows {names[0]}", hint="Name the flow by its SID.")
        return {}, [KnownFlow(str(one)) for one in addresses]
    state = eventing.state_of(found, run)
    known = {flow.sid: flow for flow in recorded_flows(state)}
    return known, [named_flow(found.desired, state, one) for one in addresses]
