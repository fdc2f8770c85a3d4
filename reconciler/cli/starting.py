"""A project made from an account: everything in it becomes manifests and a state, so that the next plan is empty."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

from reconciler.cli import compose, runtime
from reconciler.cli.app import App
from reconciler.cli.places import Places, places
from reconciler.cli.runtime import Runtime
from reconciler.definition.document import parse, render
from reconciler.errors import LoadError, UsageError
from reconciler.manifest.load import load
from reconciler.manifest.scaffold import Scaffolded, ScaffoldFlow, Target, project_from_definitions
from reconciler.model.address import Address
from reconciler.model.desired import Environment
from reconciler.model.finding import Finding
from reconciler.model.record import SetAccount
from reconciler.studio.hosts import checked_base, hosts_of
from reconciler.studio.live import LiveReader
from reconciler.workflows.account import Stock, records_of, take_stock
from reconciler.workflows.plan import blank_state
from reconciler.workflows.world import ReadingWorld

ENVIRONMENT: Final = "main"


def from_account(app: App, directory: Path) -> Scaffolded:
    """Read the account that the credentials belong to, and write a project folder and its state.

    Raises:
        CredentialsError: there are no credentials.
        UsageError: the folder has manifests already, or the account has no flows.
    """
    app.common = replace(app.common, manifests=directory / "manifests")
    if (directory / "manifests").exists() and any((directory / "manifests").iterdir()):
        raise UsageError(f"{directory / 'manifests'} is there already", hint="Name another folder: reconciler init DIR")
    endpoint = app.common.endpoint
    if endpoint is not None and endpoint != compose.EMBEDDED:
        endpoint = checked_base(endpoint)
    # The endpoint goes into the manifests, so the state is the usual one of this environment.
    where = places(replace(app.common, endpoint=None), Environment(ENVIRONMENT))
    with runtime.reading(app) as run:
        target, stock = _read(app, run, endpoint, where)
        named, done = _write(directory, stock, target)
        _record(app, run, where, named)
    return done


def _read(app: App, run: Runtime, endpoint: str | None, where: Places) -> tuple[Target, tuple[Stock, ...]]:
    database = where if endpoint == compose.EMBEDDED else None
    studio = compose.Studio(hosts_of(endpoint), {}, database, scratch=True)
    with compose.client(app, run, studio, read_only=True) as client:
        reader = LiveReader(client)
        store = compose.store_of(where, run)
        stock = take_stock(ReadingWorld(reader, store, run.clock, run.pool, run.progress))
        account = None if endpoint == compose.EMBEDDED else reader.fetch_account()
    return Target(ENVIRONMENT, account=account, endpoint=endpoint), stock


def _write(directory: Path, stock: tuple[Stock, ...], target: Target) -> tuple[dict[Address, Stock], Scaffolded]:
    """Write the manifests of what can be managed; give it by address."""
    taken: list[tuple[ScaffoldFlow, Stock]] = []
    left_out: list[Finding] = []
    for one in stock:
        found, findings = _scaffold(one)
        left_out += findings
        if found is not None:
            taken.append((found, one))
    if not taken:
        raise UsageError("the account has no flows to begin with", hint="Make an empty project with: reconciler init")
    done = project_from_definitions(directory, [flow for flow, _ in taken], target, warnings=left_out)
    return {Address("Flow", name): one for name, (_, one) in zip(done.names, taken, strict=True)}, done


def _scaffold(one: Stock) -> tuple[ScaffoldFlow | None, list[Finding]]:
    live, body = one.flow, one.flow.body
    if body is None or body.definition is None:
        return None, [Finding("no-definition", "warning", f"{live.row.sid} has no definition and is left out")]
    raw = render(body.definition.data()).encode()
    try:
        parse(raw, live.row.sid)
    except LoadError as error:
        return None, [replace(finding, severity="warning") for finding in error.findings]
    row = live.row
    return ScaffoldFlow(row.friendly_name, raw, row.sid, row.status, row.sid, one.test_users), []


def _record(app: App, run: Runtime, where: Places, named: dict[Address, Stock]) -> None:
    desired = load(app.common.manifests, ENVIRONMENT, variables={}, variable_files=(), process_environment={}).desired
    environment = desired.environment
    account = next((one.flow.row.account_sid for one in named.values()), None) or environment.account
    blank = blank_state(desired, lineage=run.chance.lineage(), account=account, endpoint=environment.endpoint)
    store = compose.store_of(where, run)
    with store.open(create=blank, timeout=0) as session:
        known = [] if account is None else [SetAccount(account)]
        session.record([*known, *records_of(named, desired.project, environment.name)])
