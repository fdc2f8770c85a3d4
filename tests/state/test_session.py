"""Records of several threads share a wait for the disk: all of such a batch counts, or nothing of it."""

import errno
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from reconciler.errors import StateWriteError
from reconciler.model.address import flow
from reconciler.model.record import PutResource
from reconciler.state.file import FileStateStore

FOLLOWERS = 4


@pytest.fixture
def store(tmp_path, clock):
    """A state in files."""
    return FileStateStore(tmp_path / "state.json", clock=clock, version="1.2.3", command="tests")


@pytest.fixture
def batch(store, empty, flow_record, monkeypatch):
    """Give a function that records once, and four times more while that waits for the disk; give the errors by name."""

    def run(second):
        flushes, slow, at_disk = [], threading.Event(), threading.Event()
        real = os.fsync

        def fsync(descriptor):
            if not slow.is_set():
                return real(descriptor)
            flushes.append(descriptor)
            if len(flushes) == 1:
                at_disk.set()
                time.sleep(0.2)  # long enough for the others to come
                return real(descriptor)
            return second(real, descriptor)

        monkeypatch.setattr(os, "fsync", fsync)
        errors = {}

        def record(session, name):
            try:
                session.record([PutResource(flow(name), flow_record(1))])
            except StateWriteError as error:
                errors[name] = error

        with store.open(create=empty, timeout=0) as session, ThreadPoolExecutor(FOLLOWERS + 1) as pool:
            session.record([PutResource(flow("before"), flow_record(1))])
            slow.set()
            futures = [pool.submit(record, session, "first")]
            assert at_disk.wait(5)
            futures += [pool.submit(record, session, f"later-{number}") for number in range(FOLLOWERS)]
            for future in futures:
                future.result()
            slow.clear()
            seen = frozenset(address.name for address in session.state.resources)
        return flushes, errors, seen

    return run


def test_who_comes_during_a_write_shares_the_next(batch, store):
    """Five records at once wait for the disk twice, and all are there afterwards."""
    flushes, errors, seen = batch(lambda real, descriptor: real(descriptor))
    assert len(flushes) == 2
    assert not errors
    assert len(seen) == FOLLOWERS + 2
    assert len(store.read().resources) == FOLLOWERS + 2


def test_a_write_that_fails_fails_for_all_who_share_it(batch, store):
    """Everybody whose line was in the failed write is told, nothing of it counts, and what came before is kept."""

    def full(_real, _descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    _, errors, seen = batch(full)
    assert set(errors) == {f"later-{number}" for number in range(FOLLOWERS)}
    assert all(error.hint for error in errors.values())
    assert seen == {"before", "first"}
    assert {address.name for address in store.read().resources} == {"before", "first"}
