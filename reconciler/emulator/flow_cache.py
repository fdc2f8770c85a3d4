"""Definitions made ready to run, kept between requests: a revision never changes, and parsing one takes a while."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from reconciler.simulate import Flow

_MOST: Final = 256


class FlowCache:
    """Keep the flows that were used last. May be used from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._flows: OrderedDict[tuple[str, int], Flow] = OrderedDict()

    def get(self, sid: str, revision: int) -> Flow | None:
        """Give a flow at a revision; None when it is not at hand."""
        with self._lock:
            found = self._flows.get((sid, revision))
            if found is not None:
                self._flows.move_to_end((sid, revision))
            return found

    def put(self, flow: Flow) -> None:
        """Keep a flow."""
        with self._lock:
            self._flows[flow.sid, flow.revision] = flow
            if len(self._flows) > _MOST:
                self._flows.popitem(last=False)
