"""One world: an emulated Studio, a state folder, people, and processes of ours that come and go."""

from __future__ import annotations

import json
import random
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl

import httpx

from reconciler.emulator.app import make_app
from reconciler.emulator.settings import EMBEDDED_ACCOUNT, Settings
from reconciler.errors import ReconcilerError, StateLockedError
from reconciler.plan.options import PlanOptions
from reconciler.state.file import FileStateStore
from reconciler.state.lease import LeaseLock
from reconciler.state.objects import SNAPSHOT
from reconciler.state.remote import Parts, RemoteStateStore
from reconciler.state.store import ManagedStore
from reconciler.studio.client import StudioClient
from reconciler.studio.hosts import Hosts
from reconciler.studio.http import Http
from reconciler.studio.live import LiveReader, LiveValidator, LiveWriter
from reconciler.studio.settings import HttpSettings
from reconciler.workflows.plan import blank_state
from reconciler.workflows.world import WritingWorld
from tests.simulation.actor import Actor
from tests.simulation.objects import Reach, Shelf, SimulatedHeartbeat, SimulatedObjects
from tests.simulation.people import Manifests, click
from tests.simulation.ports import ProcessClock, ServerClock, SimulatedChance, SimulatedPool, numbers
from tests.simulation.rules import Rules
from tests.simulation.scheduler import Process, Scheduler
from tests.simulation.setting import Setting
from tests.simulation.storage import Folder, SimulatedStore, watching
from tests.simulation.truth import RecordingStore, Truth
from tests.simulation.wire import Mishaps, Request, Wire, answer_of
from tests.support.world import BASE, SilentProgress

PASSWORD = "canary-of-a-password"
MEMORY = Path("/dev/shm")  # noqa: S108 - flushes cost nothing there
NOTHING: Callable[[], None] = lambda: None  # noqa: E731 - a value

Act = Callable[[WritingWorld, Actor], None]


class World:
    """Everything there is, for one seed."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.quiet = False
        self.met: Counter[str] = Counter()
        self.chance = random.Random(setting.seed ^ 0x5EED)  # noqa: S311 - repeatable, not secret
        self.scheduler = Scheduler(setting.seed)
        self.truth = Truth()
        self.truth.now = lambda: self.scheduler.now
        self.truth.who = lambda: self.scheduler.current.actor
        self.store = RecordingStore(self.truth)
        self.clock = ServerClock(self.scheduler)
        self.app = self._app(setting.faults)
        self.calm = self._app({})
        self.manifests = Manifests(setting)
        settings = Settings(quirks=setting.quirks)
        self.lags = max(settings.lag("read-lag"), settings.lag("list-lag"))
        self.rules = Rules(self.truth, self.scheduler, self.chance, self.lags)
        self.rules.shared = bool(setting.lease)
        self.manifests.recorded = lambda: () if self.rules.state is None else tuple(self.rules.state.flows())
        self._tokens = numbers()
        self._home = tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None)
        self.folder = Folder(Path(self._home.name) / "state", self.scheduler)
        self._watch = watching(self.folder)
        self.shelf = Shelf()
        self.clients: dict[str, StudioClient] = {}
        self.started: Counter[str] = Counter()
        self.between: Callable[[Process], None] = lambda process: None  # noqa: ARG005 - nobody is there

    def __enter__(self) -> Self:
        self._watch.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.scheduler.abandon()
        self._watch.__exit__(kind, error, trace)
        self.store.close()
        self._home.cleanup()

    def _app(self, faults: dict[str, float]):
        settings = Settings(quirks=self.setting.quirks, faults=faults, seed=self.setting.seed)
        return make_app(settings, store=self.store, clock=self.clock)

    def calm_down(self) -> None:
        """Let faults, people and what is on its way come to an end."""
        self.quiet = True
        self.app = self.calm
        self.scheduler.wait(None, self.setting.window * 2)
        self.store.end_executions()

    # Processes.

    def kept(self, process: Process | None = None, clock: ProcessClock | None = None) -> ManagedStore:
        """Give the state as the machine of a process has it; without one, as it is."""
        clock_ = clock or self.clock
        if not self.setting.lease:
            return FileStateStore(self._snapshot, clock=clock_, version="0.1.0", command="simulation")
        objects = self.shelf if process is None else self._objects(process)
        heartbeat = SimulatedHeartbeat(self.scheduler, process or Process("world"))
        lock = LeaseLock(objects, heartbeat, clock_, "simulation", length=self.setting.lease)
        return RemoteStateStore(Parts("place", objects, lock, clock_, "0.1.0"))

    def _objects(self, process: Process) -> SimulatedObjects:
        reach = Reach(delay=self.setting.window * 0.5)
        if not self.quiet and self.chance.random() < 0.25:
            start = self.scheduler.now + self.chance.uniform(0.0, 5.0)
            reach = Reach(
                lost=self.chance.choice([0.0, 0.05]),
                cut=(start, start + self.chance.uniform(0.0, 3 * self.setting.lease)),
                delay=reach.delay,
            )
        return SimulatedObjects(self.shelf, self.scheduler, process, self.chance, reach)

    @property
    def _snapshot(self) -> Path:
        return self.folder.path / "local.json"

    def snapshot(self) -> bytes | None:
        """Give the state's snapshot as it is kept."""
        if self.setting.lease:
            stored = self.shelf.get(SNAPSHOT)
            return None if stored is None else stored.data
        return self._snapshot.read_bytes() if self._snapshot.is_file() else None

    def put_snapshot(self, data: bytes) -> None:
        """Replace the state's snapshot behind everybody's back."""
        if self.setting.lease:
            self.shelf.put(SNAPSHOT, data)
        else:
            self._snapshot.write_bytes(data)

    def contents(self) -> dict[str, bytes]:
        """Give everything that is kept of the state, by name."""
        return self.folder.capture() | {f"place/{name}": each.data for name, each in self.shelf.contents.items()}

    def unlock(self) -> None:
        """Let a person break the lock of a run that is dead."""
        if not self.setting.lease or any(actor.process.tasks for actor in self.rules.actors.values()):
            return
        holder = self.kept().holder()
        if holder is not None:
            self.truth.say("somebody breaks the lock of a dead run")
            self.kept().unlock(holder.split("(ID ")[1].removesuffix(")"))

    def begin(
        self, kind: str, act: Act, options: PlanOptions, *, kill_at: int | None = None, stop_at: int | None = None
    ) -> Actor:
        """Start a process of ours; it acts when its turn comes."""
        self.met[kind] += 1
        process = Process(f"{kind}-{len(self.rules.actors) + 1}", kill_at, stop_at)
        process.at_kill = lambda: self._killed(process)
        process.buried = lambda: self._buried(process)
        basis = (self.scheduler.now, self.truth.index)
        actor = Actor(kind, process, self.manifests.desired(), options, basis)
        self.rules.actors[process.name] = actor
        ports = self._ports(process)
        self.scheduler.start(lambda: self._live(actor, act, ports), process, process.name)
        return actor

    def finish(self, *actors: Actor) -> None:
        """Wait until these processes are gone."""
        self.scheduler.wait(lambda: all(actor.process.tasks == 0 for actor in actors), None)

    def _live(self, actor: Actor, act: Act, ports: WritingWorld) -> None:
        process = actor.process
        try:
            act(ports, actor)
        except ReconcilerError as error:
            # A lock says which process of this machine holds it, and that is another one each time.
            why = "" if isinstance(error, StateLockedError) else f": {error}".replace(self._home.name, "")
            self.truth.say(f"{process.name} ends with {type(error).__name__}{why}")
            self.met[type(error).__name__] += 1
        except Exception as error:  # noqa: BLE001 - this is what must not happen
            self.truth.violated(f"{actor.kind} raised {error!r}\n{''.join(traceback.format_exception(error))}")
        if process.tasks > 1:
            process.dying = True  # threads that still wait for an answer end with their process

    def _killed(self, process: Process) -> None:
        process.left = self.folder.capture()
        self.rules.died(process)
        self.met["kills"] += 1
        self.truth.say(f"{process.name} is killed at boundary {process.points}")

    def _buried(self, process: Process) -> None:
        if process.left is not None:
            self.folder.restore(process.left)

    def _ports(self, process: Process) -> WritingWorld:
        # Machines that share a state have clocks of their own, which differ by less than a lease allows for.
        apart = self.chance.choice([0.0, 0.0, 20.0, -25.0]) if self.setting.lease else 0.0
        clock = ProcessClock(self.scheduler, process, self.setting.skew + apart)
        chance = SimulatedChance(self._tokens, self.chance)
        mishaps = Mishaps() if self.quiet else self.setting.mishaps
        wire = Wire(self.scheduler, process, self.chance, mishaps, self._send, self._deliver, self._before, self._after)
        # So many requests may be in flight that nobody waits for a slot: such a wait knows nothing of the baton.
        settings = HttpSettings(Hosts(BASE, BASE), EMBEDDED_ACCOUNT, EMBEDDED_ACCOUNT, PASSWORD, ceiling=1 << 60)
        client = StudioClient(Http(settings, clock, chance, transport=wire))
        self.clients[process.name] = client
        return WritingWorld(
            reader=LiveReader(client),
            writer=LiveWriter(client),
            validator=LiveValidator(client),
            store=self._store(process, clock),
            clock=clock,
            chance=chance,
            pool=SimulatedPool(self.scheduler, process, self.setting.size),
            progress=SilentProgress(),
        )

    def _store(self, process: Process, clock: ProcessClock) -> SimulatedStore:
        folder = None if self.setting.lease else self.folder
        return SimulatedStore(self.kept(process, clock), process, folder, self.rules)

    def blank(self, actor: Actor):
        """Give the state to start from."""
        return blank_state(
            actor.desired,
            lineage="4f1c2a9e-0000-4000-8000-000000000001",
            account=EMBEDDED_ACCOUNT,
            endpoint="embedded",
        )

    # Requests.

    def _send(self, request: httpx.Request) -> httpx.Response:
        return self._counted(request, answer_of(self.app, request))

    def _counted(self, request: httpx.Request, response: httpx.Response) -> httpx.Response:
        """Count the executions that were started, by the token of their parameters."""
        if request.method == "POST" and request.url.path.endswith("/Executions") and response.is_success:
            said = json.loads(dict(parse_qsl(request.content.decode())).get("Parameters", "{}"))
            self.started[said.get("reconciler", {}).get("token", "")] += 1
        return response

    def _deliver(self, request: httpx.Request) -> httpx.Response:
        """Carry out what was on its way, with no fault that would delay it beyond the window."""
        return self._counted(request, answer_of(self.calm, request))

    def _before(self, process: Process, request: Request) -> None:
        if not self.quiet:
            self.between(process)
        self.met["calls"] += 1
        self.rules.sent(process, request)

    def _after(self, process: Process, request: Request, status: int | None) -> None:
        if status is None or status >= 500 or status == httpx.codes.TOO_MANY_REQUESTS:
            self.met["faults"] += 1
        self.truth.say(f"  {process.name} {request.method} {request.path[3:24]} -> {status}")

    def click(self, rng: random.Random) -> None:
        """Let the person in the Console do something."""
        names = [sheet.friendly_name for sheet in self.manifests.sheets.values()]
        unique = self.setting.quirks.get("friendly-name-unique") == "yes"
        clicked = click(rng, self.truth.alive(), names, unique=unique)
        if clicked is None:
            return
        request = httpx.Request(
            clicked.method, f"{BASE}{clicked.path}", data=clicked.form or None, headers=self._login()
        )
        self.truth.say(f"Console: {clicked.method} {clicked.path} {clicked.form.get('Status', '')}")
        self.met["console edits"] += 1
        self.truth.person = True
        try:
            answer_of(self.calm, request)
        finally:
            self.truth.person = False

    @staticmethod
    def _login() -> dict[str, str]:
        request = next(httpx.BasicAuth(EMBEDDED_ACCOUNT, PASSWORD).auth_flow(httpx.Request("GET", BASE)))
        return {"Authorization": request.headers["Authorization"]}

    def delete(self, sid: str) -> None:
        """Let the person in the Console delete one flow."""
        request = httpx.Request("DELETE", f"{BASE}/v2/Flows/{sid}", headers=self._login())
        self.truth.person = True
        answer_of(self.calm, request)
        self.truth.person = False
