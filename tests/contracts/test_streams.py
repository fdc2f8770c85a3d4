"""What every `StreamReader` and `StreamWriter` does; the one there is speaks to the emulator."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.errors import NotFoundError, RequestRefusedError, UsageError
from reconciler.model.streams import ENDED, STARTED, STUDIO_TYPES
from reconciler.studio.streams import EventStreams
from tests.support.streams import URL, Way, way


@pytest.fixture
def found(tmp_path: Path) -> Iterator[Way]:
    with way(tmp_path) as made:
        yield made


@pytest.fixture
def streams(found: Way) -> EventStreams:
    return found.client.streams


def test_what_is_made_is_found(streams: EventStreams):
    """A sink and a subscription are read back as they were made, alone and in lists."""
    sink = streams.create_sink("Studio", URL)
    made = streams.create_subscription("Studio", sink.sid, {STARTED: 1})
    assert streams.fetch_sink(sink.sid) == sink
    assert streams.list_sinks() == (sink,)
    assert streams.list_subscriptions() == (made,)
    streams.subscribe(made.sid, ENDED, 2)
    (read,) = streams.list_subscriptions()
    assert dict(read.types) == {STARTED: 1, ENDED: 2}


def test_a_sink_goes_after_its_subscription(streams: EventStreams):
    """A used sink cannot be deleted; afterwards it can, and is not found any more."""
    sink = streams.create_sink("Studio", URL)
    made = streams.create_subscription("Studio", sink.sid, STUDIO_TYPES)
    with pytest.raises(RequestRefusedError):
        streams.delete_sink(sink.sid)
    streams.delete_subscription(made.sid)
    streams.delete_sink(sink.sid)
    assert streams.list_sinks() == streams.list_subscriptions() == ()
    for call in (streams.fetch_sink, streams.delete_sink, streams.test_sink):
        with pytest.raises(NotFoundError):
            call(sink.sid)
    with pytest.raises(NotFoundError):
        streams.delete_subscription(made.sid)


def test_the_last_test_counts(found: Way, streams: EventStreams):
    """A test takes a sink out of service; the number of the last one brings it back, any other is refused."""
    sink = streams.create_sink("Studio", URL)
    for _ in range(2):
        streams.test_sink(sink.sid)
    found.send()
    assert streams.fetch_sink(sink.sid).status == "validating"
    old, new = found.store.tests()
    with pytest.raises(RequestRefusedError):
        streams.validate_sink(sink.sid, old)
    streams.validate_sink(sink.sid, new)
    assert streams.fetch_sink(sink.sid).status == "active"


def test_what_cannot_be_is_refused(streams: EventStreams):
    """A URL that is none, an unknown type, a second subscription, and what is no SID."""
    with pytest.raises(RequestRefusedError):
        streams.create_sink("Studio", "nowhere")
    sink = streams.create_sink("Studio", URL)
    with pytest.raises(RequestRefusedError):
        streams.create_subscription("Studio", sink.sid, {"no.such.type": 1})
    streams.create_subscription("Studio", sink.sid, STUDIO_TYPES)
    with pytest.raises(RequestRefusedError):
        streams.create_subscription("Studio", sink.sid, STUDIO_TYPES)
    with pytest.raises(UsageError):
        streams.fetch_sink("../Sinks")
