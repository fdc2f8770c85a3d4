"""Tell the revisions known of one flow, those that no longer fit into the state's snapshot included."""

from __future__ import annotations

from reconciler.errors import UsageError
from reconciler.model.address import Address
from reconciler.ports import StateReader
from reconciler.workflows.results import History


def read_history(state: StateReader, address: Address) -> History:
    """Give the history of a flow, oldest first. Studio is not asked.

    Raises:
        UsageError: no such flow is recorded.
    """
    present = state.read()
    record = present.flow(address) if present is not None else None
    if record is None:
        raise UsageError(f"{address} is not recorded", hint="`reconciler state list` shows what is.")
    by_number = {entry.revision: entry for entry in (*state.history(address), *record.revisions)}
    return History(address, record, tuple(by_number[number] for number in sorted(by_number)))
