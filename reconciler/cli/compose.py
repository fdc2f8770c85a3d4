"""The only place that picks adapters: project folder, Studio or its emulator, state files → the ports of a use case."""

from __future__ import annotations

import contextlib
import os
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reconciler import __version__
from reconciler.cli import runtime
from reconciler.cli.app import App
from reconciler.cli.options import NO_VARIABLES, Variables
from reconciler.cli.places import Places, places
from reconciler.cli.runtime import PARALLELISM, Runtime
from reconciler.emulator.settings import EMBEDDED_ACCOUNT, Settings
from reconciler.errors import ReconcilerError
from reconciler.manifest.load import Loaded, load
from reconciler.model.desired import Desired, Environment
from reconciler.model.record import State
from reconciler.ports import AuditReader, StateStore
from reconciler.state.open import Run, seal_for, store_at
from reconciler.state.store import ManagedStore
from reconciler.studio.call import VALIDATE
from reconciler.studio.client import StudioClient
from reconciler.studio.credentials import Credentials, from_environment
from reconciler.studio.hosts import Hosts, checked_base, hosts_of, is_loopback
from reconciler.studio.http import Http
from reconciler.studio.live import LiveReader, LiveValidator, LiveWriter
from reconciler.studio.settings import HttpSettings
from reconciler.workflows.plan import blank_state
from reconciler.workflows.world import ReadingWorld, WritingWorld

if TYPE_CHECKING:
    from pathlib import Path

    import httpx

    from reconciler.events.store import EventStore
    from reconciler.workflows.release.values import ReleasingWorld

EMBEDDED: Final = "embedded"


@dataclass(frozen=True, slots=True)
class Project:
    """The loaded project and where its state is."""

    loaded: Loaded
    places: Places

    @property
    def desired(self) -> Desired:
        """The desired side."""
        return self.loaded.desired


@dataclass(frozen=True, slots=True)
class Reading:
    """What a command has that only reads.

    Attributes:
        blank: the state to start from when there is none.
        validator: asks Studio about definitions, which changes nothing.
        client: what both speak through.
    """

    project: Project
    world: ReadingWorld
    blank: State
    validator: LiveValidator
    client: StudioClient

    @property
    def audit(self) -> AuditReader:
        """Who changed what, as Twilio's Monitor tells it; made when it is asked for."""
        return self.client.events

    @property
    def desired(self) -> Desired:
        """The desired side."""
        return self.project.desired


@dataclass(frozen=True, slots=True)
class Writing:
    """What a command has that writes."""

    project: Project
    world: WritingWorld
    blank: State

    @property
    def desired(self) -> Desired:
        """The desired side."""
        return self.project.desired


@dataclass(frozen=True, slots=True)
class Releasing:
    """What a release has."""

    writing: Writing
    world: ReleasingWorld


@dataclass(frozen=True, slots=True)
class Studio:
    """Where Studio is and as whom to speak to it.

    Attributes:
        credentials: variables by part, as the environment names them.
        database: the data of an embedded emulator, None when Studio is elsewhere.
        scratch: keep nothing of an emulator that has no data yet: a run that only reads leaves no file behind.
    """

    hosts: Hosts
    credentials: Mapping[str, str]
    database: Places | None
    scratch: bool = False


def project(app: App, variables: Variables = NO_VARIABLES, environment: str | None = None) -> Project:
    """Load the project for the environment that was asked for, or a named one, and say where its state is.

    Raises:
        LoadError, UsageError: see `manifest.load`.
    """
    common = app.common
    loaded = load(
        common.manifests,
        environment or common.environment,
        variables=variables.values,
        variable_files=variables.files,
        process_environment=os.environ,
    )
    if common.endpoint is not None:
        endpoint = common.endpoint if common.endpoint == EMBEDDED else checked_base(common.endpoint)
        loaded = loaded.redirected(endpoint)
    app.console.secrets |= loaded.desired.sensitive
    return Project(loaded, places(common, loaded.desired.environment))


@contextlib.contextmanager
def reading(app: App, variables: Variables = NO_VARIABLES, *, parallelism: int = PARALLELISM) -> Iterator[Reading]:
    """Compose what only reads: its client refuses every request that could change something."""
    found = project(app, variables)
    with (
        runtime.reading(app, parallelism) as run,
        client(app, run, _studio(found, scratch=True), read_only=True) as studio,
    ):
        store = state_store(found, run)
        world = ReadingWorld(LiveReader(studio), store, run.clock, run.pool, run.progress)
        yield Reading(found, world, blank(found, run), LiveValidator(studio), studio)


@contextlib.contextmanager
def recording(app: App, variables: Variables = NO_VARIABLES) -> Iterator[tuple[Reading, ManagedStore]]:
    """Compose what reads Studio and may write the state: its client refuses every request that changes something."""
    found = project(app, variables)
    with (
        runtime.writing(app, PARALLELISM) as run,
        client(app, run, _studio(found, scratch=True), read_only=True) as studio,
    ):
        store = state_store(found, run)
        world = ReadingWorld(LiveReader(studio), store, run.clock, run.pool, run.progress)
        yield Reading(found, world, blank(found, run), LiveValidator(studio), studio), store


@contextlib.contextmanager
def writing(app: App, variables: Variables = NO_VARIABLES, *, parallelism: int = PARALLELISM) -> Iterator[Writing]:
    """Compose what may write."""
    found = project(app, variables)
    with runtime.writing(app, parallelism) as run, client(app, run, _studio(found), read_only=False) as studio:
        yield Writing(found, _writing_world(app, found, run, studio), blank(found, run))


def _writing_world(app: App, found: Project, run: Runtime, studio: StudioClient) -> WritingWorld:
    return WritingWorld(
        LiveReader(studio),
        LiveWriter(studio),
        LiveValidator(studio),
        _rescuing(app, found, state_store(found, run)),
        run.clock,
        run.chance,
        run.pool,
        run.progress,
    )


@contextlib.contextmanager
def releasing(
    app: App, variables: Variables = NO_VARIABLES, *, parallelism: int = PARALLELISM, events: Path | None = None
) -> Iterator[Releasing]:
    """Compose what a release may do: to write, and to start and end executions of its own.

    With a store of received events, these tell how callers fare, and Studio is not asked for it.
    """
    from reconciler.studio.live_executions import (  # noqa: PLC0415 - hardly any command starts one
        LiveExecutionReader,
        LiveExecutionWriter,
    )
    from reconciler.workflows.release.health import KeptHealth, PollingHealth  # noqa: PLC0415 - as above
    from reconciler.workflows.release.values import ReleasingWorld  # noqa: PLC0415 - as above

    found = project(app, variables)
    with contextlib.ExitStack() as stack:
        store = None if events is None else stack.enter_context(contextlib.closing(_event_store(events)))
        run = stack.enter_context(runtime.writing(app, parallelism))
        studio = stack.enter_context(client(app, run, _studio(found), read_only=False))
        writing_world = _writing_world(app, found, run, studio)
        runs = LiveExecutionReader(studio)
        health = PollingHealth(runs, run.pool) if store is None else KeptHealth(store.executions)
        world = ReleasingWorld(writing_world, runs, LiveExecutionWriter(studio), health)
        yield Releasing(Writing(found, writing_world, blank(found, run)), world)


def _event_store(path: Path) -> EventStore:
    from reconciler.events.store import EventStore  # noqa: PLC0415 - only for who keeps events

    return EventStore(path)


@contextlib.contextmanager
def asking(
    app: App, variables: Variables = NO_VARIABLES, environment: str | None = None
) -> Iterator[tuple[Project, Runtime, StudioClient]]:
    """Give a client that only reads, without a state; with a name, of another environment than was asked for."""
    found = project(app, variables, environment)
    with runtime.reading(app) as run, client(app, run, _studio(found, scratch=True), read_only=True) as studio:
        yield found, run, studio


@contextlib.contextmanager
def acting(app: App, variables: Variables = NO_VARIABLES) -> Iterator[tuple[Project, Runtime, StudioClient]]:
    """Give a client that may write, without a state: for what is done in Studio and recorded nowhere."""
    found = project(app, variables)
    with runtime.writing(app) as run, client(app, run, _studio(found), read_only=False) as studio:
        yield found, run, studio


@contextlib.contextmanager
def stored(app: App) -> Iterator[ManagedStore]:
    """Give the state alone, for commands that neither need Studio nor, with `--state`, the manifests."""
    with runtime.writing(app) as run:
        if app.common.state is not None:
            environment = Environment(app.common.environment or "")
            yield store_of(places(app.common, environment), run)
        else:
            yield state_store(project(app), run)


def state_store(found: Project, run: Runtime) -> ManagedStore:
    """Give the state of a project's environment."""
    return store_of(found.places, run)


def _rescuing(app: App, found: Project, store: ManagedStore) -> StateStore:
    from reconciler.state.rescue import RescuingStore, keep_errored  # noqa: PLC0415 - for runs that write

    def keep(state: State) -> None:
        say, push = app.console.say, f"{app.common.program} state push"
        try:
            path = keep_errored(state, found.places.state.parent, seal_for(os.environ))
        except ReconcilerError as error:
            say(f"Error: neither could this machine keep the state: {error.message}. Run again: nothing is done twice.")
            return
        say(f"The state refused what was done. The whole of it, as it would be, is in {path}.")
        say(f"  hint: When it takes writes again, run again; or put that in its place: {push} {shlex.quote(str(path))}")

    return RescuingStore(store, keep)


def store_of(where: Places, run: Runtime) -> ManagedStore:
    """Give the state that is at a place.

    Raises:
        UsageError, StateKeyError: see `store_at`.
    """
    return store_at(where.location, Run(run.clock, __version__, os.environ))


def blank(found: Project, run: Runtime) -> State:
    """Give the state to start from when there is none."""
    environment = found.desired.environment
    account = EMBEDDED_ACCOUNT if environment.endpoint == EMBEDDED else environment.account
    return blank_state(found.desired, lineage=run.chance.lineage(), account=account, endpoint=environment.endpoint)


@contextlib.contextmanager
def client(app: App, run: Runtime, studio: Studio, *, read_only: bool) -> Iterator[StudioClient]:
    """Give a client of Studio, or of the emulator in this process, until the context ends.

    Raises:
        CredentialsError: there are none, and Studio is not on this machine.
    """
    credentials = _credentials(studio)
    app.console.secrets |= {credentials.password} if credentials.variables else set()
    settings = HttpSettings(
        hosts=studio.hosts,
        account=credentials.account,
        user=credentials.user,
        password=credentials.password,
        sensitive=app.console.covered,
        variables=credentials.variables,
        read_only=read_only,
        allow=frozenset({VALIDATE}),
        ceiling=run.parallelism,
    )
    with contextlib.ExitStack() as stack:
        transport = None if studio.database is None else stack.enter_context(_embedded(studio, run))
        http = Http(settings, run.clock, run.chance, transport=transport)
        stack.callback(http.close)
        yield StudioClient(http)


def _studio(found: Project, *, scratch: bool = False) -> Studio:
    environment = found.desired.environment
    hosts = hosts_of(environment.endpoint, environment.region, environment.edge)
    database = found.places if environment.endpoint == EMBEDDED else None
    return Studio(hosts, environment.credentials, database, scratch)


def _credentials(studio: Studio) -> Credentials:
    if studio.database is not None:
        return from_environment({}, {}, required=False)
    return from_environment(os.environ, studio.credentials, required=not is_loopback(studio.hosts.studio))


@contextlib.contextmanager
def _embedded(studio: Studio, run: Runtime) -> Iterator[httpx.BaseTransport]:
    from reconciler.emulator.app import make_app  # noqa: PLC0415 - whoever has an account need not load the emulator
    from reconciler.emulator.store import Store  # noqa: PLC0415 - as above
    from reconciler.studio.lean import httpx as lean_httpx  # noqa: PLC0415 - as above

    path = None if studio.database is None else studio.database.emulator
    if path is not None and not path.exists():
        if studio.scratch:
            path = None
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)  # definitions hold what must not be shown
    with contextlib.closing(Store(path)) as store:
        yield lean_httpx.WSGITransport(app=make_app(Settings(), store=store, clock=run.clock))
