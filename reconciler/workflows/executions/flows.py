"""Which flows a command on runs is about: those of the state, or one that was named by its SID."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from reconciler.errors import NotFoundError, UsageError
from reconciler.model.address import Address
from reconciler.model.desired import Desired
from reconciler.model.execution import Execution
from reconciler.model.record import State
from reconciler.ports import Clock, ExecutionReader, Pool, Progress
from reconciler.workflows.sides import record_of

FLOW_SID: Final = re.compile(r"FW[0-9a-fA-F]{32}")
EXECUTION_SID: Final = re.compile(r"FN[0-9a-fA-F]{32}")


@dataclass(frozen=True, slots=True)
class KnownFlow:
    """A flow whose runs are looked at.

    Attributes:
        address: None for one that was named by its SID and is not recorded.
        published: the published revision that the state knows; None when it knows none.
    """

    sid: str
    address: Address | None = None
    published: int | None = None

    @property
    def name(self) -> str:
        """Give what people call it."""
        return self.sid if self.address is None else str(self.address)


@dataclass(frozen=True, slots=True)
class RunsWorld:
    """What a command on runs may do: look."""

    runs: ExecutionReader
    clock: Clock
    pool: Pool
    progress: Progress


@dataclass(frozen=True, slots=True)
class SeenRun:
    """A run with the flow that it is one of."""

    flow: KnownFlow
    run: Execution


def recorded_flows(state: State) -> tuple[KnownFlow, ...]:
    """Give every recorded flow, by address."""
    return tuple(_known(state, address) for address in sorted(state.flows()))


def named_flows(desired: Desired, state: State, names: Sequence[Address | str]) -> tuple[KnownFlow, ...]:
    """Give the flows of these addresses and SIDs, each once; without any all that are recorded.

    Raises:
        UsageError: an address is not recorded, or there are no flows at all.
    """
    if not names:
        found = recorded_flows(state)
        if not found:
            raise UsageError("no flow is recorded", hint="`reconciler apply` or `import` records flows; or name a SID.")
        return found
    return tuple(dict.fromkeys(named_flow(desired, state, name) for name in names))


def named_flow(desired: Desired, state: State, name: Address | str) -> KnownFlow:
    """Give the flow of an address or of a SID. Raises UsageError for an address that is not recorded."""
    sid = record_of(desired, state, name).sid if isinstance(name, Address) else name
    address = next((one for one, record in state.flows().items() if record.sid == sid), None)
    return KnownFlow(sid) if address is None else _known(state, address)


def find_run(world: RunsWorld, flows: Iterable[KnownFlow], sid: str) -> SeenRun:
    """Give a run by its SID alone: each flow is asked, a few at a time, until one has it.

    Raises:
        UsageError: none of the flows has it.
    """
    asked = tuple(flows)
    for start in range(0, len(asked), world.pool.size):
        some = asked[start : start + world.pool.size]
        for found in world.pool.map(partial(_fetched, world.runs, sid), some):
            if found is not None:
                return found
    whose = f"{asked[0].name} has no" if len(asked) == 1 else f"none of {len(asked)} flows has an"
    raise UsageError(
        f"{whose} execution {sid}",
        hint="Studio keeps them for 30 days. For a flow that is not recorded, name its SID before the execution's.",
    )


def _fetched(runs: ExecutionReader, sid: str, flow: KnownFlow) -> SeenRun | None:
    try:
        return SeenRun(flow, runs.fetch_execution(flow.sid, sid))
    except NotFoundError:
        return None


def _known(state: State, address: Address) -> KnownFlow:
    record = state.flows()[address]
    return KnownFlow(record.sid, address, record.published.revision if record.published else None)
