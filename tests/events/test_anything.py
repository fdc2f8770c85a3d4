"""Whatever is sent: events that can be kept, or the one error; nothing else."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reconciler.events.cloudevents import MalformedEventsError, parse
from reconciler.events.store import EventStore
from tests.support.cloudevents import run_of

NOW = datetime(2026, 3, 2, tzinfo=UTC)
PLAIN = run_of(1, 1)
ODD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(
        ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "2026-02-30", "1e999", "\0", "\ud800"]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> EventStore:
    return EventStore(tmp_path_factory.mktemp("store") / "events.sqlite", create=True, keep_contacts=True)


def taken(store: EventStore, body: bytes) -> None:
    """Read a body and keep its events, as the receiver would; then everything can be read back."""
    try:
        events = parse(body)
    except MalformedEventsError:
        return
    store.add(events, NOW)
    sids = {event.execution for event in events if hasattr(event, "execution")}
    assert all(store.execution(sid) is not None for sid in sids)


@given(body=st.binary(max_size=60))
@example(body=b'{"specversion":"1.0","id":"\xed\xa0\x80","source":"b","type":"c"}')
@example(body=b"[" + b"9" * 5000 + b"]")
def test_any_bytes(store: EventStore, body: bytes):
    """Bytes of any kind are events or malformed."""
    taken(store, body)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_any_value_in_any_place(store: EventStore, data: st.DataObject):
    """An event in which anything stands in any place is kept, kept aside, or malformed."""
    chosen = json.loads(json.dumps(data.draw(st.sampled_from(PLAIN))))
    inside = data.draw(st.booleans())
    place = chosen["data"] if inside else chosen
    place[data.draw(st.sampled_from(sorted(place)))] = data.draw(ODD)
    chosen["id"] = (
        chosen["id"] if not isinstance(chosen["id"], str) else f"{chosen['id']}{data.draw(st.integers(0, 9))}"
    )
    taken(store, json.dumps(chosen).encode(errors="surrogatepass"))


def test_everything_can_be_listed(store: EventStore):
    """After all that the store can still be read as a whole."""
    assert all(execution.sid for execution, _ in store.executions())
    assert store.summary().executions >= 0
