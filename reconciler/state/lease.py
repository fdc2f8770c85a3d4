"""The right to change a remote state: what the stores' locks promise, and a lease for places that know no locks.

A lease is an object that its holder writes anew every few seconds. It is advice: two runs that both believe to hold it
are kept apart by the conditional writes of the journal (`remote_session`), never by clocks. Its holder believes so as
long as its last renewal is younger than the lease, by a clock that never goes backwards. Others may take it over, by a
conditional write, when it has not changed for the length of a lease while they looked, or when it ended by the time of
day longer ago than clocks may differ. It is never deleted, so that no version of it can come again.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final, Protocol

from pydantic import AwareDatetime, TypeAdapter, ValidationError

from reconciler.errors import LeaseLostError, StateError, StateLockedError, StateWriteError
from reconciler.ports import Clock
from reconciler.state.lock import Holder, this_process
from reconciler.state.objects import LOCK, Objects, Stored, Version

LENGTH: Final = 30.0
"""Seconds that a lease lasts. Long enough for a bad network, short enough for the run after a killed one."""

SKEW: Final = 60.0
"""Seconds that clocks of two machines may differ without one taking the other's lease for ended."""

_BEATS: Final = 3
"""Renewals in the time of a lease: two may fail."""

_POLL: Final = 1.0
_WAIT_HINT: Final = "Wait for that run to end, or let this one wait with --lock-timeout."


class Hold(Protocol):
    """A lock that is held."""

    @property
    def taken_over(self) -> bool:
        """Whether another run's lock had to end for it: that run may still be alive, and write."""

    def sure(self) -> bool:
        """Tell whether nobody else can have it. No means that nobody knows."""


class StateLock(Protocol):
    """The lock of one state."""

    def held(self, timeout: float) -> AbstractContextManager[Hold]:
        """Hold it. Raises StateLockedError after `timeout` seconds, InterruptedRunError when the run is to stop."""

    def holder(self) -> str | None:
        """Tell who holds it: a phrase for people; None when nobody does."""

    def unlock(self, identity: str) -> None:
        """Break the lock that bears this ID. Raises StateLockedError when another one is held."""


class Heartbeat(Protocol):
    """Call something again and again, beside everything else."""

    def beating(self, beat: Callable[[], None], *, every: float) -> AbstractContextManager[None]:
        """Call `beat`, which raises nothing, every so many seconds until the context ends."""


@dataclass(frozen=True, slots=True)
class Lease:
    """What the lease object says.

    Attributes:
        id: of one holding; None when it was let go.
        renewals: so far; makes every content another one.
        expires: by the holder's time of day, for people and for those who come much later.
    """

    id: str | None
    holder: Holder
    expires: AwareDatetime
    renewals: int = 0


_LEASE: Final = TypeAdapter(Lease)


class LeaseLock:
    """A `StateLock` made of one object."""

    def __init__(
        self, objects: Objects, heartbeat: Heartbeat, clock: Clock, command: str, *, length: float = LENGTH
    ) -> None:
        """Name the place. `command` is what this run is called; `length` in seconds, default `LENGTH`."""
        self._objects = objects
        self._heartbeat = heartbeat
        self._clock = clock
        self._command = command
        self._length = length

    @contextlib.contextmanager
    def held(self, timeout: float) -> Iterator[Hold]:
        """Hold the lease, renewed by the heartbeat, and let go of it at the end; see `StateLock`."""
        hold = self._acquired(timeout)
        try:
            with self._heartbeat.beating(hold.renew, every=self._length / _BEATS):
                yield hold
        finally:
            hold.let_go()

    def holder(self) -> str | None:
        """Tell who holds the lease."""
        stored = self._objects.get(LOCK)
        lease = None if stored is None else _parsed(stored)
        if lease is None or lease.id is None or self._ended(lease):
            return None
        return _described(lease)

    def unlock(self, identity: str) -> None:
        """Break the lease that bears this ID, by a conditional write; see `StateLock`."""
        stored = self._objects.get(LOCK)
        lease = None if stored is None else _parsed(stored)
        if stored is None or lease is None or lease.id is None:
            return
        if lease.id != identity:
            raise StateLockedError(f"the state is locked by {_described(lease)}", hint="Name that ID.")
        freed = _LEASE.dump_json(replace(lease, id=None, renewals=lease.renewals + 1))
        if self._objects.replace(LOCK, freed, stored.version) is None:
            raise StateLockedError("the lock was renewed or taken in this moment: its holder lives", hint=_WAIT_HINT)

    def _acquired(self, timeout: float) -> LeaseHold:
        watch = _Watch(self._clock, self._length)
        while True:
            begun = self._clock.monotonic()
            stored = self._objects.get(LOCK)
            lease = None if stored is None else _parsed(stored)
            free = lease is None or lease.id is None
            if free or (lease is not None and self._ended(lease)) or (stored is not None and watch.over(stored)):
                mine = self._mine()
                data = _LEASE.dump_json(mine)
                version = (
                    self._objects.create(LOCK, data)
                    if stored is None
                    else self._objects.replace(LOCK, data, stored.version)
                )
                if version is not None:
                    timing = _Timing(self._clock, self._length, begun)
                    hold = LeaseHold(self._objects, mine, version, timing, taken_over=not free)
                    self._probe(hold, version)
                    return hold
                continue  # somebody was faster: look who
            watch.wait(timeout, self._refusal(lease))

    def _probe(self, hold: LeaseHold, version: Version) -> None:
        """Make sure that the place honours conditions: nothing else keeps two runs apart.

        Raises:
            StateWriteError: it ignores them.
        """
        free = _LEASE.dump_json(replace(self._mine(), id=None))
        hold.renew()
        if self._objects.create(LOCK, free) is None and self._objects.replace(LOCK, free, version) is None:
            return
        raise StateWriteError(
            "the place of the state ignores conditional writes (If-None-Match, If-Match): two runs could overwrite "
            "each other",
            hint="Keep the state in a store that honours them; docs/state-stores.md lists those that were tried.",
        )

    def _mine(self) -> Lease:
        now = self._clock.now()
        holder = this_process(self._command, now)
        return Lease(secrets.token_hex(8), holder, now + timedelta(seconds=self._length))

    def _ended(self, lease: Lease) -> bool:
        return self._clock.now() > lease.expires + timedelta(seconds=max(SKEW, self._length))

    def _refusal(self, lease: Lease | None) -> StateLockedError:
        what = "by another run" if lease is None else f"held by {_described(lease)}"
        hint = f"{_WAIT_HINT} A lock whose run is dead ends {self._length:.0f} seconds after its last sign of life"
        if lease is not None:
            hint += f"; `reconciler state unlock {lease.id}` ends it at once"
        return StateLockedError(f"the state is locked: {what}", hint=f"{hint}.")


class _Watch:
    """Waits for a lease, and knows how long it has stood still."""

    def __init__(self, clock: Clock, length: float) -> None:
        self._clock = clock
        self._length = length
        self._start = clock.monotonic()
        self._seen: Version | None = None
        self._since = self._start

    def over(self, stored: Stored) -> bool:
        """Tell whether it has not changed for the length of a lease."""
        now = self._clock.monotonic()
        if stored.version != self._seen:
            self._seen, self._since = stored.version, now
        return now - self._since > self._length

    def wait(self, timeout: float, refusal: StateLockedError) -> None:
        left = timeout - (self._clock.monotonic() - self._start)
        if left <= 0:
            raise refusal
        self._clock.sleep(min(_POLL, self._length / _BEATS, left))


@dataclass(frozen=True, slots=True)
class _Timing:
    clock: Clock
    length: float
    begun: float


class LeaseHold:
    """A lease that is held. Renewed from the heartbeat's thread, asked from those of the pool."""

    def __init__(self, objects: Objects, lease: Lease, version: Version, timing: _Timing, *, taken_over: bool) -> None:
        """Begin with what was written last."""
        self._objects = objects
        self._lease = lease
        self._version = version
        self._clock = timing.clock
        self._length = timing.length
        self._renewed = timing.begun
        self._lost = False
        self.taken_over = taken_over

    def sure(self) -> bool:
        """Tell whether nobody else can have it: the last renewal is younger than the lease, by both clocks.

        The steady one may stand still while a machine sleeps, the other may be set.
        """
        asleep = self._clock.now() >= self._lease.expires
        return not (self._lost or asleep) and self._clock.monotonic() - self._renewed < self._length

    def renew(self) -> None:
        """Write the lease anew. What does not answer is tried again at the next beat; what is lost stays lost."""
        if self._lost:
            return
        begun = self._clock.monotonic()
        until = self._clock.now() + timedelta(seconds=self._length)
        with contextlib.suppress(StateError):
            if self._write(replace(self._lease, expires=until, renewals=self._lease.renewals + 1)):
                self._renewed = begun

    def let_go(self) -> None:
        """Say that nobody holds it. If that cannot be said, it ends by itself."""
        with contextlib.suppress(StateError):
            if not self._lost:
                self._write(replace(self._lease, id=None, renewals=self._lease.renewals + 1))

    def _write(self, lease: Lease) -> bool:
        version = self._objects.replace(LOCK, _LEASE.dump_json(lease), self._version)
        if version is None:
            self._lost = True
            return False
        self._lease, self._version = lease, version
        return True


def lost(what: str) -> LeaseLostError:
    """Give the error of a run that lost its lock."""
    return LeaseLostError(
        f"{what}: the lock of the state was lost, another run may have taken it over",
        hint="Nothing is lost: run again, which goes on from what was recorded.",
    )


def _parsed(stored: Stored) -> Lease | None:
    try:
        return _LEASE.validate_json(stored.data)
    except ValidationError as error:
        raise StateWriteError(
            "the lock object of the state is none of ours", hint="Look at it, and remove it if nobody runs."
        ) from error


def _described(lease: Lease) -> str:
    return f"{lease.holder} since {lease.holder.since:%H:%M:%S} UTC until {lease.expires:%H:%M:%S} UTC (ID {lease.id})"
