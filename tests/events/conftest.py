from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reconciler.events.store import EventStore


@pytest.fixture
def open_store(tmp_path: Path) -> Iterator[Callable[..., EventStore]]:
    """Open stores that are closed at the end."""
    stores: list[EventStore] = []

    def make(name: str = "events.sqlite", **options: bool) -> EventStore:
        store = EventStore(tmp_path / name, **{"create": True, **options})
        stores.append(store)
        return store

    yield make
    for store in stores:
        store.close()
