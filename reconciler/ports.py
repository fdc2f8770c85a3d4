"""What the core asks of the world. Whoever implements a port passes its contract suite in `tests/contracts`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, TypeVar

from reconciler.model.address import Address
from reconciler.model.assets import Asset
from reconciler.model.audit import Audit
from reconciler.model.jsontypes import Json, JsonObject
from reconciler.model.live import FlowBody, FlowInput, FlowRevision, FlowRow
from reconciler.model.record import RevisionEntry, State, StateChange

if TYPE_CHECKING:  # hardly any command looks at a run
    from reconciler.model.execution import Execution, ExecutionFilter, ExecutionStep
    from reconciler.model.export import ExportCursor, Row, Table
    from reconciler.model.release import Health
    from reconciler.model.streams import Sink, Subscription

T = TypeVar("T")
R = TypeVar("R")


class FlowReader(Protocol):
    """Read Studio. Every method may be called again at any time, from any thread of the pool; none writes.

    Every method raises `CredentialsError`, `RateLimitedError` (after its own retries), `NotSentError`,
    `AmbiguousError` or `ProtocolError` when Studio cannot be read.
    """

    def list_flows(self) -> Sequence[FlowRow]:
        """Give every flow of the account, doubles merged. A list that may be short is an error, never an answer."""

    def fetch_flow(self, sid: str) -> FlowBody:
        """Give the latest revision of a flow, draft or published. Raises NotFoundError; may be stale (api.md A4.12)."""

    def fetch_revision(self, sid: str, revision: int) -> FlowRevision:
        """Give one revision with its definition. Raises NotFoundError for a gap, or while it is not visible yet."""

    def fetch_published(self, sid: str) -> FlowRevision | None:
        """Give the published head; None when the flow was never published."""

    def list_revisions(self, sid: str) -> Sequence[FlowRevision]:
        """Give all revisions, newest first, without definitions."""

    def fetch_test_users(self, sid: str) -> tuple[str, ...]:
        """Give the contacts of a flow's test users as Studio keeps them."""

    def has_active_executions(self, sid: str) -> bool:
        """Tell whether at least one execution of the flow is active."""

    def fetch_account(self) -> str:
        """Ask which account the credentials belong to."""

    def server_time(self) -> datetime | None:
        """Give the `Date` of the newest answer so far, in UTC; None before the first."""

    def calls(self) -> Mapping[str, int]:
        """Count the requests sent so far, by operation (`ListFlow`, `FetchFlow`, …)."""


class AssetReader(Protocol):
    """Ask an account what it has beside flows. Nothing is written; raises as `FlowReader` does."""

    def assets(self, kind: str) -> Sequence[Asset]:
        """Give everything of one of the kinds in `ASKABLE`. A list that may be short is an error, never an answer."""


class AuditReader(Protocol):
    """Ask who changed a resource. Writes nothing, may be called again."""

    def events_of(self, sid: str) -> Audit:
        """Give what is on record of a resource, or why it cannot be told. Raises only to end the run."""


class FlowWriter(Protocol):
    """Write to Studio. No method is safe to call twice, and none repeats itself, but for 429.

    Each raises `RequestRefusedError` or `RateLimitedError` or `NotSentError` when nothing was done,
    `AmbiguousError` when nobody can know.
    """

    def create_flow(self, what: FlowInput) -> FlowBody:
        """Create a flow; the answer is revision 1 of a new SID."""

    def update_flow(self, sid: str, what: FlowInput) -> FlowBody:
        """Replace a flow's name, status and definition; mints a revision."""

    def delete_flow(self, sid: str) -> None:
        """Delete a flow and all its revisions. Raises NotFoundError when it is gone already."""

    def set_test_users(self, sid: str, contacts: Sequence[str]) -> tuple[str, ...]:
        """Replace the whole list; `()` is sent as one empty value. Gives what Studio answered."""


class FlowValidator(Protocol):
    """Ask Studio whether it would take a definition. Changes nothing, safe to repeat."""

    def validate(self, what: FlowInput) -> None:
        """Return when valid. Raises InvalidDefinitionError with Studio's findings."""


class ExecutionReader(Protocol):
    """Read runs of flows. Every method may be called again at any time; raises as `FlowReader` does."""

    def list_executions(self, flow: str, which: ExecutionFilter) -> Sequence[Execution]:
        """Give the runs of a flow that Studio still has, in its order, each once, without contexts."""

    def each_execution(self, flow: str, which: ExecutionFilter) -> Iterator[Execution]:
        """Give the same runs one by one, read as they are asked for: the list may be too long to be kept.

        Raises ProtocolError when the list may be short; what was given before is then not all of it.
        """

    def fetch_execution(self, flow: str, execution: str) -> Execution:
        """Give one run. Raises NotFoundError."""

    def fetch_context(self, flow: str, execution: str) -> Json:
        """Give the variables of a run; personal data."""

    def list_steps(self, flow: str, execution: str) -> Sequence[ExecutionStep]:
        """Give all steps of a run, in Studio's order, each once, those of subflows among them."""

    def fetch_step_context(self, flow: str, execution: str, step: str) -> Json:
        """Give the variables of a run after one step; personal data."""


class ExecutionWriter(Protocol):
    """Start, end and delete runs of flows. Nothing repeats itself, but for 429; raises as `FlowWriter` does."""

    def start_execution(self, flow: str, to: str, sender: str, parameters: JsonObject | None) -> Execution:
        """Start a run: the latest draft for a test user, the published revision for everybody else.

        Raises:
            StudioConflictError: a run between the two is active already.
        """

    def end_execution(self, flow: str, execution: str) -> Execution:
        """End an active run. Raises StudioConflictError when it has ended already."""

    def delete_execution(self, flow: str, execution: str) -> None:
        """Remove a run and its steps. Raises NotFoundError when it is gone already."""


class StreamReader(Protocol):
    """Ask where an account's events are sent. Writes nothing, may be called again; raises as `FlowReader` does."""

    def list_sinks(self) -> Sequence[Sink]:
        """Give every place that events are sent to."""

    def fetch_sink(self, sid: str) -> Sink:
        """Give one place. Raises NotFoundError."""

    def list_subscriptions(self) -> Sequence[Subscription]:
        """Give which events are sent where, with their types."""


class StreamWriter(Protocol):
    """Say where events are sent. Nothing repeats itself, but for 429; raises as `FlowWriter` does."""

    def create_sink(self, description: str, url: str) -> Sink:
        """Make a webhook known; it need not be active yet."""

    def delete_sink(self, sid: str) -> None:
        """Forget a place. Raises RequestRefusedError while it is used."""

    def test_sink(self, sid: str) -> None:
        """Send a test event. Until its number is told back the place is sent nothing else."""

    def validate_sink(self, sid: str, test: str) -> None:
        """Tell the number of the last test event back, which makes the place active."""

    def create_subscription(self, description: str, sink: str, types: Mapping[str, int]) -> Subscription:
        """Let a place be sent events of these types, in these versions of their schemas."""

    def subscribe(self, subscription: str, event_type: str, version: int) -> None:
        """Add a type to a subscription."""

    def delete_subscription(self, sid: str) -> None:
        """End a subscription; the place stays."""


class HealthSource(Protocol):
    """Ask how the callers of a flow fare. Writes nothing, may be called again; raises as `FlowReader` does."""

    def look(self, flow: str, since: datetime, events: Collection[str]) -> Health:
        """Count the runs of a flow that began at a moment or later, and which of these events happened in them."""


class ExportSink(Protocol):
    """Where an export goes. One at a time; all methods from one thread. Each raises ExportError when it is full."""

    @property
    def cursor(self) -> ExportCursor | None:
        """How far earlier exports to the same place came; None for the first."""

    def write(self, table: Table, rows: Sequence[Row]) -> None:
        """Take rows. Nobody sees them before the commit, and without it they were never there."""

    def commit(self, cursor: ExportCursor) -> None:
        """Make all rows since the last commit and how far they go durable, both or none."""


class StateReader(Protocol):
    """Look at a state without the right to change it."""

    def read(self) -> State | None:
        """Give the state, journal included; None when there is none yet. Raises StateDamagedError."""

    def history(self, address: Address) -> Sequence[RevisionEntry]:
        """Give revisions that no longer fit into the snapshot, oldest first."""


class StateSession(Protocol):
    """The one right to change a state, held from `open` until the context ends.

    All methods may be called from any thread of the pool.
    """

    @property
    def state(self) -> State:
        """The state with everything recorded so far."""

    def record(self, changes: Sequence[StateChange]) -> None:
        """Make these changes durable, all or none: when this returns, `kill -9` cannot lose them.

        The cost does not grow with the number of resources (but for Terraform's HTTP protocol, which has no smaller
        write). Raises StateWriteError; then nothing of it counts. Raises LeaseLostError when the lock is lost and the
        changes begin something (a PutIntent) or cannot be put without it.
        """

    def sign(self, plan: str) -> None:
        """Say in the name of which plan is written from now on: its digest becomes the `writer`'s."""

    def save_body(self, address: Address, revision: FlowRevision) -> str:
        """Keep the body of a flow that is about to be deleted, readable by its owner only; give where it is."""


class StateStore(StateReader, Protocol):
    """A place that keeps one state."""

    def open(self, *, create: State, timeout: float) -> AbstractContextManager[StateSession]:
        """Take the lock and give the session; fold the journal and let go of the lock at the end, whatever happens.

        Args:
            create: what the state is when there is none yet.
            timeout: seconds to wait for the lock; 0 does not wait.

        Raises:
            StateLockedError: another run holds it; says who and since when.
            StateMismatchError: project, environment, account or endpoint differ from `create`'s.
        """


class Clock(Protocol):
    """Time. The only way to wait: a wait ends at once, with InterruptedRunError, when the run is to stop."""

    def now(self) -> datetime:
        """Give the time of day, UTC."""

    def monotonic(self) -> float:
        """Give seconds that never go backwards; only differences mean something."""

    def sleep(self, seconds: float) -> None:
        """Wait. Raises InterruptedRunError when the run is to stop."""

    def stopping(self) -> bool:
        """Tell whether the run has been asked to stop."""


class Chance(Protocol):
    """Randomness that nobody can guess twice."""

    def token(self) -> str:
        """Give 12 characters of Crockford's base 32, unique for ever: they name one intent."""

    def lineage(self) -> str:
        """Give a new UUID for a new state."""

    def jitter(self) -> float:
        """Give a number from 0 to 1 for spreading retries."""


class Pool(Protocol):
    """A bounded number of threads. Nothing else in the core starts one."""

    size: int

    def submit(self, call: Callable[[], T]) -> Future[T]:
        """Start a call as soon as a thread is free."""

    def wait(self, futures: Collection[Future[T]], timeout: float | None = None) -> set[Future[T]]:
        """Wait until at least one is done, at most `timeout` seconds; give those that are."""

    def map(self, call: Callable[[T], R], items: Sequence[T]) -> list[R]:
        """Call for every item, at most `size` at a time; results in the order of the items, the first error raised."""


class Progress(Protocol):
    """Be told how far a long piece of work is. Must not fail and must not wait."""

    def begin(self, what: str, total: int) -> None:
        """Start a piece of work of so many parts."""

    def advance(self, what: str) -> None:
        """One more part is done."""
