"""Bodies of requests → events."""

from __future__ import annotations

import json

import pytest

from reconciler.events.cloudevents import MalformedEventsError, parse
from reconciler.events.event import ExecutionEvent, OtherEvent, StepEvent
from tests.support.cloudevents import ACCOUNT, CONTACT, EXECUTION, FLOW, body_of, event, run_of


def test_the_three_types_are_read():
    """Beginning, step and end arrive with all that they tell."""
    started, step, ended = parse(body_of(run_of(1, 1)))
    assert isinstance(started, ExecutionEvent)
    assert (started.execution, started.flow, started.account) == (EXECUTION, FLOW, ACCOUNT)
    assert (started.contact, started.revision, started.ended_reason) == (CONTACT, 7, None)
    assert isinstance(step, StepEvent)
    assert (step.from_widget, step.to_widget, step.name, step.parent) == ("w0", "w1", "audioComplete", None)
    assert isinstance(ended, ExecutionEvent)
    assert ended.ended_reason == "FLOW_END"
    assert ended.updated == ended.envelope.at


def test_one_event_is_a_batch_of_one():
    """An event that is sent alone is read as one in a batch is."""
    (one, *_) = run_of(1, 0)
    assert parse(json.dumps(one).encode()) == parse(json.dumps([one]).encode())
    assert parse(b"[]") == ()


def test_what_is_not_known_is_kept_aside():
    """Another type, and data of a known type that do not fit its schema, are events all the same."""
    foreign = event("com.twilio.messaging.message.sent", 1, {"to": "+15555550101"})
    broken = run_of(1, 0)[0]
    del broken["data"]["execution_sid"]
    test = event("com.twilio.eventstreams.test-event", 2, {"test_id": "0f0f"})
    found = parse(json.dumps([foreign, broken, test, {**foreign, "data": None}]).encode())
    assert [(one.why, one.test) for one in found if isinstance(one, OtherEvent)] == [
        ("unknown", ""), ("unreadable", ""), ("test", "0f0f"), ("unknown", "")
    ]  # fmt: skip


@pytest.mark.parametrize(
    "body",
    [
        b"", b"no json", b"\xff", b"1", b'"text"', b"[1]", b"{}", b"[[]]", b'{"specversion": "1.0"}',
        b'{"specversion": "0.3", "id": "a", "source": "b", "type": "c"}',
        b'{"specversion": "1.0", "id": "", "source": "b", "type": "c"}',
        b'{"specversion": "1.0", "id": "a", "source": "b", "type": "c", "time": "yesterday"}',
        b'{"specversion": "1.0", "id": "a", "source": "b", "type": "c", "data": NaN}',
        b'{"specversion": "1.0", "id": "\\ud800", "source": "b", "type": "c"}',
        b"[" * 5000 + b"]" * 5000,
    ],
)  # fmt: skip
def test_what_is_no_cloudevent_is_refused(body: bytes):
    """Whatever is not JSON, or not an event, ends in the one error, and nothing of it stands in the message."""
    with pytest.raises(MalformedEventsError) as caught:
        parse(body)
    assert "yesterday" not in str(caught.value)


def test_one_bad_event_refuses_the_whole_batch():
    """A batch is taken whole or not at all."""
    with pytest.raises(MalformedEventsError):
        parse(json.dumps([*run_of(1, 1), {"specversion": "1.0"}]).encode())
