"""Which store a location means: the only place that knows all of them. What is heavy is imported where it is used."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from reconciler.errors import UsageError
from reconciler.ports import Clock
from reconciler.state.file import FileStateStore
from reconciler.state.seal import PLAIN, Seal
from reconciler.state.store import ManagedStore

LEASE: Final = "RECONCILER_STATE_LEASE_SECONDS"
_SEALING: Final = ("RECONCILER_STATE_RECIPIENTS", "RECONCILER_STATE_IDENTITY_FILE", "RECONCILER_STATE_PASSPHRASE")


@dataclass(frozen=True, slots=True)
class Run:
    """What a store has to know of the run that uses it.

    Attributes:
        clock: for waiting, and for the time of writing.
        version: of the tool that writes.
        environ: the environment variables: credentials, servers, keys.
        command: what the run is called when another one waits for it; nothing of a command line may stand in it.
    """

    clock: Clock
    version: str
    environ: Mapping[str, str]
    command: str = "reconciler"


def is_remote(location: str) -> bool:
    """Tell whether a location is an address and not a path."""
    return "://" in location


def seal_for(environ: Mapping[str, str]) -> Seal:
    """Give what encrypts and decrypts, as the environment says; nothing when it says nothing.

    Raises:
        UsageError, StateKeyError: see `encryption.seal_of`.
    """
    if not any(environ.get(name) for name in _SEALING):
        return PLAIN
    from reconciler.state.encryption import seal_of  # noqa: PLC0415 - most runs need none

    return seal_of(environ)


def store_at(location: str, run: Run) -> ManagedStore:
    """Give the store of a state; nothing is read, made or connected yet.

    Args:
        location: a path, or an address: `s3://`, `gs://`, `az://`, `postgresql://`, `https://`.
        run: who uses it.

    Raises:
        UsageError: no store is known for it, its extra is missing, or it makes no sense.
    """
    seal = seal_for(run.environ)
    if not is_remote(location):
        return FileStateStore(Path(location), clock=run.clock, version=run.version, command=run.command, seal=seal)
    try:
        scheme = urlsplit(location).scheme
    except ValueError as error:
        raise UsageError("the location of the state makes no sense", hint=_KNOWN) from error
    match scheme:
        case "s3" | "gs" | "az":
            return _cloud(location, run, seal)
        case "postgres" | "postgresql":
            return _postgres(location, run, seal)
        case "http" | "https":
            return _http(location, run, seal)
        case _:
            raise UsageError(f"there is no store for states in {scheme}://", hint=_KNOWN)


_KNOWN: Final = "Name a path, or s3://, gs://, az://, postgresql:// or https://; see docs/state-stores.md."


def _cloud(location: str, run: Run, seal: Seal) -> ManagedStore:
    from reconciler.state import cloud  # noqa: PLC0415 - imported where it is used
    from reconciler.state.heartbeat import ThreadHeartbeat  # noqa: PLC0415 - as above
    from reconciler.state.lease import LeaseLock  # noqa: PLC0415 - as above
    from reconciler.state.remote import Parts, RemoteStateStore  # noqa: PLC0415 - as above

    where = cloud.location_of(location)
    objects = cloud.CloudObjects(where, run.environ)
    lock = LeaseLock(objects, ThreadHeartbeat(), run.clock, run.command, length=_length(run.environ))
    return RemoteStateStore(Parts(str(where), objects, lock, run.clock, run.version, seal))


def _postgres(location: str, run: Run, seal: Seal) -> ManagedStore:
    from reconciler.state import postgres  # noqa: PLC0415 - imported where it is used
    from reconciler.state.remote import Parts, RemoteStateStore  # noqa: PLC0415 - as above

    where = postgres.location_of(location)
    place = postgres.PostgresObjects(where, run.clock, run.command)
    return RemoteStateStore(Parts(where.shown, place, place, run.clock, run.version, seal, fenced=True))


def _http(location: str, run: Run, seal: Seal) -> ManagedStore:
    from reconciler.state import http  # noqa: PLC0415 - imported where it is used
    from reconciler.state.remote import Parts, RemoteStateStore  # noqa: PLC0415 - as above

    where = http.location_of(location, run.environ)
    place = http.HttpObjects(where, run.clock, run.command, run.version)
    return RemoteStateStore(Parts(where.address, place, place, run.clock, run.version, seal, fenced=True))


def _length(environ: Mapping[str, str]) -> float:
    """Give the seconds of a lease."""
    from reconciler.state.lease import LENGTH  # noqa: PLC0415 - imported where it is used

    text = environ.get(LEASE)
    if not text:
        return LENGTH
    try:
        length = float(text)
    except ValueError:
        length = math.nan
    if not 1 <= length <= 3600:  # noqa: PLR2004 - below, a slow answer loses it; above, a dead run blocks for too long
        raise UsageError(f"{LEASE} is {text!r}", hint="Say seconds, from 1 to 3600; without it a lease lasts 30.")
    return length
