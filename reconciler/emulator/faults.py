"""Faults: what goes wrong on the way, as a table, and the dice that decide when.

Nothing here breaks anything; `reconciler.emulator.breaking` does.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple


class Fault(NamedTuple):
    """One thing that can go wrong with a request, at a rate from 0 to 1."""

    name: str
    meaning: str
    source: str


_ALL: Final = (
    Fault("lost-answer", "the request is carried out, then the connection closes without an answer", "design 8.5"),
    Fault("lost-request", "the connection closes before anything is carried out", "design 8.5"),
    Fault("slow", "the answer takes five seconds longer", "design 8.5"),
    Fault("429", "too many requests: refused, nothing carried out", "api.md A5"),
    Fault("5xx-before", "500, 502, 503 or 504, nothing carried out", "api.md A5"),
    Fault("5xx-after", "500, 502, 503 or 504 although the request was carried out", "api.md A5"),
    Fault("truncated-body", "carried out; the connection closes in the middle of the answer's body", "design 8.4"),
    Fault("malformed-body", "carried out; a complete answer whose body is no JSON", "design 8.4"),
    Fault("reset", "the connection is reset, before or after the request is carried out", "design 8.5"),
    Fault("expired-page-token", "400 21481 for a page token that was good", "api.md A3"),
    Fault("console-edit", "a person in the Console edits some flow just before this request", "design 8.4"),
)

FAULTS: Final = {fault.name: fault for fault in _ALL}
"""All faults by name, in the order they are listed."""


class Dice:
    """Decide which faults meet which request: by seed and number of the request alone."""

    def __init__(self, rates: Mapping[str, float], seed: int) -> None:
        self._rates = {name: rate for name, rate in rates.items() if rate > 0}
        self._seed = seed
        self._lock = threading.Lock()
        self._requests = 0

    def throw(self) -> Misfortune:
        """Decide for the next request. May be called from any thread."""
        with self._lock:
            self._requests += 1
            number = self._requests
        hits = {n for n, rate in self._rates.items() if self._chance(number, n) < rate}
        return Misfortune(frozenset(hits), self._chance(number, "which"))

    def _chance(self, number: int, what: str) -> float:
        return random.Random(f"{self._seed}:{number}:{what}").random()  # noqa: S311 - repeatable, not secret


@dataclass(frozen=True, slots=True)
class Misfortune:
    """The faults that meet one request; `chance`, from 0 to 1, picks among their forms."""

    names: frozenset[str]
    chance: float

    def __contains__(self, name: str) -> bool:
        return name in self.names
