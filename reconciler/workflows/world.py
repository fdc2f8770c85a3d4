"""The ports a use case is handed. A use case that only reads is given no writer, so that it cannot write."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.ports import (
    Chance,
    Clock,
    FlowReader,
    FlowValidator,
    FlowWriter,
    Pool,
    Progress,
    StateReader,
    StateStore,
)


@dataclass(frozen=True, slots=True)
class ReadingWorld:
    """What plan, drift, status and the like may do: look."""

    reader: FlowReader
    state: StateReader
    clock: Clock
    pool: Pool
    progress: Progress


@dataclass(frozen=True, slots=True)
class WritingWorld:
    """What apply, destroy and import may do."""

    reader: FlowReader
    writer: FlowWriter
    validator: FlowValidator
    store: StateStore
    clock: Clock
    chance: Chance
    pool: Pool
    progress: Progress

    def reading(self) -> ReadingWorld:
        """Give the part that only looks."""
        return ReadingWorld(self.reader, self.store, self.clock, self.pool, self.progress)
