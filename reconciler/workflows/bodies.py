"""Bodies of a flow's revisions, each read once: revisions are immutable."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.model.address import Address
from reconciler.model.definition import Definition
from reconciler.model.live import FlowRevision
from reconciler.model.record import FlowRecord
from reconciler.workflows.sides import body_definition, revision_of
from reconciler.workflows.world import ReadingWorld


class Bodies:
    """Read revisions of one flow, and remember them for as long as the command runs. Nothing is kept on disk."""

    def __init__(self, world: ReadingWorld, address: Address, record: FlowRecord) -> None:
        """Read nothing yet."""
        self._world = world
        self._address = address
        self._record = record
        self._known: dict[int, FlowRevision] = {}

    def keep(self, revision: FlowRevision) -> None:
        """Remember a revision that was read elsewhere, with its body."""
        self._known[revision.revision] = revision

    def known(self, number: int) -> FlowRevision | None:
        """Give a revision that was read already; None when it was not."""
        return self._known.get(number)

    def revision(self, number: int) -> FlowRevision:
        """Give one revision. Raises UsageError when Studio has none of that number."""
        if number not in self._known:
            self.keep(revision_of(self._world.reader, self._address, self._record, number))
        return self._known[number]

    def definition(self, number: int) -> Definition:
        """Give the body of one revision. Raises UsageError as `revision`, or when it has no definition."""
        return body_definition(self.revision(number))

    def read(self, numbers: Iterable[int]) -> None:
        """Read several at once, in the pool."""
        missing = [number for number in dict.fromkeys(numbers) if number not in self._known]
        call = self._world.reader
        for found in self._world.pool.map(
            lambda number: revision_of(call, self._address, self._record, number), missing
        ):
            self.keep(found)

    @property
    def count(self) -> int:
        """How many were read."""
        return len(self._known)
