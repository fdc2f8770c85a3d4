"""The stores that the contract of state stores is held against, in this process and in others.

A new store is one more `Implementation` in IMPLEMENTATIONS and a fixture of where its states are.
"""

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from reconciler.errors import InterruptedRunError
from reconciler.state.open import Run, store_at
from tests.support import servers
from tests.support.lock_server import PASSWORD, USER, lock_server
from tests.support.object_server import object_server
from tests.support.scenes import make_scene, proxy, template, zygote
from tests.support.stores import IMPLEMENTATIONS, LEASE, params

__all__ = ["make_scene", "proxy", "template", "zygote"]

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@dataclass
class WaitingClock:
    """A clock that waits for real, and stops the run after so many waits."""

    stop_after: int | None = None
    waits: int = field(default=0)

    def now(self):
        """Give a fixed time and what was waited."""
        return AT + timedelta(seconds=self.waits)

    def monotonic(self):
        """Give real seconds."""
        return time.monotonic()

    def sleep(self, seconds):
        """Wait."""
        self.waits += 1
        if self.stopping():
            raise InterruptedRunError("stopped")
        time.sleep(min(seconds, 0.01))

    def stopping(self):
        """Tell whether there were waits enough."""
        return self.stop_after is not None and self.waits >= self.stop_after


CHILD = """
import json, os, sys, time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from reconciler.errors import *
from reconciler.model.address import flow
from reconciler.model.definition import Digests
from reconciler.model.record import *
class Clock:
    def now(self): return datetime.now(UTC)
    def monotonic(self): return time.monotonic()
    def sleep(self, seconds): time.sleep(seconds)
    def stopping(self): return False
clock = Clock()
def make():
    from reconciler.state.open import Run, store_at
    return store_at(sys.argv[1], Run(clock, "1.2.3", os.environ, "child"))
def free(store):
    "End the lock of a killed run, where it does not end with its process."
    held = store.holder()
    if held and sys.argv[2] == "free":
        store.unlock(held.split("(ID ")[1].split(")")[0])
empty = State("lineage-1", 0, "clinic", "production", None, None)
digests = Digests("sha256:b", "sha256:f")
def record(number, name="x"):
    return FlowRecord(f"FW{number:032x}", name, "published", 1, None, None, None, digests)
def say(text): os.write(1, f"{text}\\n".encode())
"""


@pytest.fixture(params=params(IMPLEMENTATIONS))
def implementation(request):
    """Give each kind of store in turn."""
    return request.param


@pytest.fixture
def place(implementation, request, tmp_path, monkeypatch):
    """Give the location of a new state, its environment variables set."""
    locate, environ = request.getfixturevalue(implementation.server)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    return locate(tmp_path)


@pytest.fixture
def make(place):
    """Give a function that makes one more store of the same place, as another process would.

    `stop_after`: the run is to stop after so many waits; None for never.
    """
    return lambda stop_after=None: store_at(place, Run(WaitingClock(stop_after), "1.2.3", os.environ, "tests"))


@pytest.fixture
def child(implementation, place):
    """Give a context that runs a script in another process, which makes its own stores of the same place."""

    @contextmanager
    def run(script: str) -> Iterator[subprocess.Popen[str]]:
        freeing = "keep" if implementation.lock_dies else "free"
        command = [sys.executable, "-c", CHILD + script, place, freeing]
        pipe = subprocess.PIPE
        process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)  # noqa: S603  # our own interpreter
        with process:
            try:
                yield process
            finally:
                process.kill()

    return run


# --- where the stores are; each server starts when the first test wants it


def unique(prefix):
    """Give a function that names a new state each time."""
    return lambda _: f"{prefix}{uuid.uuid4().hex}/production.json"


@pytest.fixture(scope="session")
def file_server():
    """Give states in a folder."""
    return lambda folder: str(folder / "state" / "production.json"), {}


@pytest.fixture(scope="session")
def moto_server():
    """Give states in moto's S3."""
    with servers.folder_of("moto") as folder, servers.moto(folder) as environ:
        yield unique("s3://states/"), environ | LEASE


@pytest.fixture(scope="session")
def seaweed_server():
    """Give states in SeaweedFS."""
    with servers.folder_of("seaweed") as folder, servers.seaweed(folder) as environ:
        yield unique("s3://states/"), environ | LEASE


@pytest.fixture(scope="session")
def azurite_server():
    """Give states in Azurite."""
    with servers.folder_of("azurite") as folder, servers.azurite(folder) as environ:
        yield unique("az://states/"), environ | LEASE


@pytest.fixture(scope="session")
def gcs_server():
    """Give states in our own stub of Google Cloud Storage."""
    with object_server() as (url, _):
        yield unique("gs://states/"), {"STORAGE_EMULATOR_HOST": url} | LEASE


@pytest.fixture(scope="session")
def postgres_server():
    """Give states in PostgreSQL."""
    with servers.folder_of("postgres") as folder, servers.postgres(folder) as url:
        yield lambda _: f"{url}?state={uuid.uuid4().hex}", {}


@pytest.fixture(scope="session")
def http_server():
    """Give states behind our own server of Terraform's protocol."""
    with lock_server() as (url, _):
        environ = {"RECONCILER_STATE_USERNAME": USER, "RECONCILER_STATE_PASSWORD": PASSWORD}
        yield lambda _: f"{url}/states/{uuid.uuid4().hex}", environ


@pytest.fixture
def clock():
    """Give a clock that waits for real."""
    return WaitingClock()
