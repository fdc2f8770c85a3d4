"""States of any size, and what it costs to record one more step in them."""

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


def seconds_per_record(resources: int) -> float:
    """Record one flow after the other in a local state that holds so many; give the median of what each took."""
    flows = {Address("Flow", f"flow-{number:05d}"): record(number) for number in range(resources)}
    empty = State(str(UUID(int=resources)), 0, "benchmark", "local", ACCOUNT, None)
    taken: list[float] = []
    with tempfile.TemporaryDirectory() as temporary:
        store = FileStateStore(Path(temporary) / "local.json", clock=RealClock(), version="0.1.0")
        with store.open(create=empty, timeout=0) as session:
            session.record([PutResource(address, flow) for address, flow in flows.items()])
        with store.open(create=empty, timeout=0) as session:
            for address, flow in list(flows.items())[:STEPS]:
                started = time.perf_counter()
                session.record([PutResource(address, replace(flow, revision=2))])
                taken.append(time.perf_counter() - started)
    return statistics.median(taken)
