"""The store: once each, in any order, and nothing that was acknowledged is lost."""

from __future__ import annotations

import multiprocessing
import sqlite3
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.errors import UsageError
from reconciler.events.cloudevents import parse
from reconciler.events.store import EventStore
from tests.support.cloudevents import BEGAN, CONTACT, EXECUTION, FLOW, body_of, event, run_of

NOW = datetime(2026, 3, 2, tzinfo=UTC)
FOREIGN = event("com.twilio.messaging.message.sent", 9001, {"to": "+15555550101"})
TOLD = [*run_of(1, 4), *run_of(2, 2, ended=False), *run_of(3, 3)[1:], FOREIGN]


def kept(store: EventStore) -> tuple[object, ...]:
    """Give everything that can be read back."""
    summary = store.summary()
    return [*store.executions()], summary.events, summary.aside, summary.executions, summary.active, summary.oldest


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_order_and_redelivery_do_not_matter(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory):
    """Whatever order, batches and repetition: the store gives the same executions and steps."""
    folder = tmp_path_factory.mktemp("stores")
    again = data.draw(st.lists(st.sampled_from(range(len(TOLD))), max_size=10))
    order = data.draw(st.permutations([*range(len(TOLD)), *again]))
    plain, mixed = EventStore(folder / "a.sqlite", create=True), EventStore(folder / "b.sqlite", create=True)
    mixed._key = plain._key
    plain.add(parse(body_of(TOLD)), NOW)
    while order:
        size = data.draw(st.integers(1, len(order)))
        mixed.add(parse(body_of([TOLD[number] for number in order[:size]])), NOW)
        order = order[size:]
    assert kept(plain) == kept(mixed)
    assert mixed.summary().again == len(again)
    for store in (plain, mixed):
        store.close()


def test_an_execution_is_put_together(open_store):
    """Status, reason, revision, times and steps are those that the events told."""
    store = open_store(keep_contacts=True)
    store.add(parse(body_of(reversed(run_of(1, 3)))), NOW)
    ((execution, steps),) = store.executions()
    assert (execution.sid, execution.flow_sid, execution.status) == (EXECUTION, FLOW, "ended")
    assert (execution.ended_reason, execution.revision, execution.contact) == ("FLOW_END", 7, CONTACT)
    assert execution.initiated_by == "SM" + "0" * 31 + "1"
    assert execution.date_updated - execution.date_created == timedelta(seconds=3)
    assert [(step.from_widget, step.to_widget) for step in steps] == [("w0", "w1"), ("w1", "w2"), ("w2", "w3")]
    assert store.execution(execution.sid) == (execution, steps)
    assert store.execution("FN0") is None


def test_steps_of_one_moment_are_in_the_order_of_the_flow(open_store):
    """Where all steps bear the same date, each begins where the one before led to."""
    events = run_of(1, 6)
    for one in events:
        if "step" in one["type"]:
            one["data"]["date_created"] = one["time"] = events[0]["time"]
            one["data"]["step_sid"] = "FT" + one["id"][::-1][:32]
    store = open_store()
    store.add(parse(body_of(events)), NOW)
    ((_, steps),) = store.executions()
    assert [step.from_widget for step in steps] == ["w0", "w1", "w2", "w3", "w4", "w5"]


def test_the_flow_of_an_execution_is_not_that_of_its_subflow(open_store):
    """The steps of a subflow may be told first, and bear the subflow's SID."""
    store = open_store()
    inner = run_of(1, 2, flow="FW" + "0" * 32)[1:3]
    for one in inner:
        one["data"]["parent_step_sid"] = "FT" + "0" * 32
        one["id"] = one["id"].replace("EZ", "EY")
    store.add(parse(body_of(inner)), NOW)
    assert [found.flow_sid for found, _ in store.executions()] == ["FW" + "0" * 32]
    store.add(parse(body_of(run_of(1, 1)[1:2])), NOW)
    assert [found.sid for found, _ in store.executions(FLOW)] == [EXECUTION]
    assert [*store.executions("FW" + "0" * 32)] == []


def test_since_and_until(open_store):
    """Executions are chosen by when they began: the first moment counts, the last does not."""
    store = open_store()
    for number in (1, 2, 3):
        store.add(parse(body_of(run_of(number, 1))), NOW)
    minute = timedelta(minutes=1)
    chosen = store.executions(None, BEGAN + 2 * minute, BEGAN + 3 * minute)
    assert [execution.sid[-1] for execution, _ in chosen] == ["2"]


def test_people_become_pseudonyms(open_store, tmp_path: Path):
    """Unless asked for, no address is written; the same person is the same pseudonym, in this store alone."""
    stores = [open_store(name) for name in ("a.sqlite", "b.sqlite")]
    found = []
    for store in stores:
        store.add(parse(body_of([*run_of(1, 1), *run_of(2, 1), FOREIGN])), NOW)
        found.append({execution.contact for execution, _ in store.executions()})
    assert [len(contacts) for contacts in found] == [1, 1]
    assert found[0] != found[1]
    for file in tmp_path.iterdir():
        content = file.read_bytes()
        assert CONTACT.encode() not in content
        assert b"+15555550101" not in content


def test_the_file_is_its_owners(open_store, tmp_path: Path):
    """Nobody else can read the store, nor what SQLite puts beside it."""
    open_store().add(parse(body_of(run_of())), NOW)
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    assert set(modes.values()) == {0o600}
    assert len(modes) == 3


def test_old_executions_are_forgotten(open_store):
    """What began before a moment goes with its events, and what was kept aside before; the rest stays."""
    store = open_store()
    for number in (1, 2, 3):
        store.add(parse(body_of([*run_of(number, 2), FOREIGN])), BEGAN)
    assert store.purge(BEGAN + timedelta(minutes=3)) == 2
    assert [execution.sid[-1] for execution, _ in store.executions()] == ["3"]
    assert sum(store.summary().events.values()) == 4
    assert store.summary().aside == {}


def test_what_is_kept_is_told(open_store):
    """The summary counts types, repetitions and active executions, and tells how late the last event was."""
    store = open_store()
    store.note("keep", "30d")
    store.add(parse(body_of(TOLD)), NOW)
    store.add(parse(body_of(run_of(2, 2, ended=False))), NOW)
    summary = store.summary()
    assert (summary.executions, summary.active, summary.again, summary.keep) == (3, 1, 3, "30d")
    assert summary.aside == {"com.twilio.messaging.message.sent": 1}
    assert summary.oldest == BEGAN + timedelta(minutes=1)
    assert summary.lag == NOW - (BEGAN + timedelta(minutes=3, seconds=3))


def test_tests_of_sinks_are_told_apart(open_store):
    """Every test has the same name at Twilio: its number tells it from others."""
    store = open_store()
    for number in ("one", "two", "one"):
        told = {**event("com.twilio.eventstreams.test-event", 1, {"test_id": number}), "source": "Sink"}
        store.add(parse(body_of([told])), NOW)
    assert store.tests() == ("one", "two")


def test_a_store_that_is_only_read_is_not_made(tmp_path: Path):
    """To read a store that is not there, or another file, is a usage error, and nothing is written."""
    with pytest.raises(UsageError):
        EventStore(tmp_path / "none.sqlite")
    assert [*tmp_path.iterdir()] == []
    (tmp_path / "text").write_text("no database, but long enough to be one" * 20)
    with pytest.raises(UsageError):
        EventStore(tmp_path / "text", create=True)
    sqlite3.connect(tmp_path / "other").execute("CREATE TABLE a (b)").connection.close()
    before = (tmp_path / "other").read_bytes()
    with pytest.raises(UsageError):
        EventStore(tmp_path / "other", create=True)
    assert (tmp_path / "other").read_bytes() == before
    newer = EventStore(tmp_path / "newer", create=True)
    newer._connection.execute("PRAGMA user_version = 99")
    newer.close()
    with pytest.raises(UsageError):
        EventStore(tmp_path / "newer", create=True)


def test_who_only_reads_cannot_write(open_store, tmp_path: Path):
    """A store that was opened to be read refuses events."""
    open_store()
    reader = EventStore(tmp_path / "events.sqlite")
    with pytest.raises(sqlite3.OperationalError):
        reader.add(parse(body_of(run_of())), NOW)
    reader.close()


def _add(path: Path, first: int) -> None:
    store = EventStore(path, create=True)
    for number in range(first, first + 10):
        store.add(parse(body_of(run_of(number, 1))), NOW)
    store.close()


def test_several_processes_share_a_store(tmp_path: Path, open_store):
    """Receivers of several processes lose nothing of one another, and agree on who is who."""
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_add, args=(tmp_path / "events.sqlite", first)) for first in (1, 6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    found = [*open_store().executions()]
    assert len(found) == 15
    assert len({execution.contact for execution, _ in found}) == 1
