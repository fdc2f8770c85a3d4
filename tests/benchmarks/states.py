"""States of any size, and what it costs to record one more step in them."""

import contextlib
import statistics
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from reconciler.model.address import Address
from reconciler.model.definition import Digests
from reconciler.model.record import FlowRecord, PutResource, RevisionEntry, State
from reconciler.state.file import FileStateStore
from tests.benchmarks.project import ACCOUNT

STEPS = 200


class RealClock:
    """The clock of this machine."""

    def now(self) -> datetime:
        """Give the time of day."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Give seconds that never go backwards."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)

    def stopping(self) -> bool:
        """Nobody asks a benchmark to stop."""
        return False


def record(number: int) -> FlowRecord:
    """Build the record of one flow with one revision."""
    digest = f"sha256:{number:064x}"
    digests = Digests(behaviour=digest, full=digest)
    return FlowRecord(
        sid=f"FW{number:032d}",
        friendly_name=f"Flow {number:05d}",
        status="published",
        revision=1,
        webhook_url=None,
        published=None,
        sent=digests,
        stored=digests,
        revisions=(RevisionEntry(1, "published", digest, "Applied by reconciler", None, None, "us"),),
    )


def seconds_per_record(*sizes: int) -> list[float]:
    """Record flow after flow in local states that hold so many, in turns; give the median of what each took."""
    taken: list[list[float]] = [[] for _ in sizes]
    with tempfile.TemporaryDirectory() as temporary, contextlib.ExitStack() as stack:
        filled = [_filled(Path(temporary) / f"{size}.json", size) for size in sizes]
        sessions = [stack.enter_context(store.open(create=_empty(size), timeout=0)) for store, size in filled]
        for number in range(STEPS):
            for session, size, times in zip(sessions, sizes, taken, strict=True):
                change = PutResource(_address(number % size), replace(record(number % size), revision=2 + number))
                started = time.perf_counter()
                session.record([change])
                times.append(time.perf_counter() - started)
    return [statistics.median(times) for times in taken]


def _filled(path: Path, size: int) -> tuple[FileStateStore, int]:
    store = FileStateStore(path, clock=RealClock(), version="0.1.0")
    with store.open(create=_empty(size), timeout=0) as session:
        session.record([PutResource(_address(number), record(number)) for number in range(size)])
    return store, size


def _empty(size: int) -> State:
    return State(str(UUID(int=size)), 0, "benchmark", "local", ACCOUNT, None)


def _address(number: int) -> Address:
    return Address("Flow", f"flow-{number:05d}")
