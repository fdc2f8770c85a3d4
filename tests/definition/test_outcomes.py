import pytest

from reconciler.definition.catalogue import widget_shape, widget_types
from reconciler.definition.outcomes import DELIVERIES, FAILURES, TIMEOUTS, trouble_of
from reconciler.model.release import ERROR_EVENTS


@pytest.mark.parametrize(
    ("kind", "event", "trouble"),
    [
        ("send-message", "failed", "undelivered"),
        ("make-http-request", "failed", "failure"),
        ("send-and-wait-for-reply", "timeout", "silence"),
        ("make-outgoing-call-v2", "noAnswer", "failure"),
        ("split-based-on", "noMatch", None),
        ("set-variables", "failed", None),
        ("gather-input-on-call", "keypress", None),
        ("run-function-v2", "fail", "failure"),
        (None, "noAudio", "silence"),
        (None, "sent", None),
    ],
)
def test_an_event_is_judged_by_the_tables_and_else_by_its_words(kind, event, trouble):
    """Known types have exactly the events of the tables; only an unknown type is judged by the event's name."""
    assert trouble_of(kind, event) == trouble


@pytest.mark.parametrize("table", [FAILURES, DELIVERIES, TIMEOUTS])
def test_the_tables_name_events_that_the_widgets_have(table):
    """Each event of the tables is one that the schema of its type knows."""
    for kind, events in table.items():
        assert kind in widget_types()
        shape = widget_shape(kind)
        assert all(f"'{event}'" in str(shape.schema) or event in shape.open_events for event in events), kind


def test_a_release_counts_all_failures_but_those_of_people():
    """Each event of a failure or of an undelivered message is an error of a release, unless a person is the cause."""
    people = {"busy", "noAnswer", "maxFailedAttempts", "payInterrupted"}
    events = {event for table in (FAILURES, DELIVERIES) for each in table.values() for event in each}
    assert events - people <= set(ERROR_EVENTS)
    assert not people & set(ERROR_EVENTS)
