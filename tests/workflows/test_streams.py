"""Setting events up, checking and removing them, over the emulator."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.errors import RequestRefusedError
from reconciler.model.streams import ENDED, STARTED, STUDIO_TYPES, Sink, Subscription
from reconciler.workflows.streams import DESCRIPTION, Proof, Standing, carry_out, look, plan_setup, remove
from tests.support.streams import URL, Way, way


@pytest.fixture
def found(tmp_path: Path) -> Iterator[Way]:
    with way(tmp_path) as made:
        yield made


def proof(found: Way) -> Proof:
    """Say how a sink is tested: by what arrives in the store."""
    return Proof(found.store.tests, found.clock, 20.0)


def test_setting_up_twice_is_setting_up_once(found: Way):
    """A new webhook gets a sink, which is tested, and a subscription; the second time there is nothing to do."""
    streams = found.client.streams
    setup = plan_setup(streams, URL)
    assert (setup.needed, setup.proves) == (True, True)
    done = carry_out(streams, setup, proof(found))
    assert done.proved is True
    assert (done.sink.status, done.sink.url, done.sink.description) == ("active", URL, DESCRIPTION)
    calls = found.client.calls()
    again = plan_setup(streams, URL)
    assert not again.needed
    assert again.standing == Standing(done.sink, done.subscription)
    assert {name for name in found.client.calls() if found.client.calls()[name] > calls.get(name, 0)} == {
        "ListSink", "ListSubscription", "ListSubscribedEvent"
    }  # fmt: skip


def test_a_test_that_does_not_arrive_ends_the_setup(found: Way):
    """Nothing is subscribed for a webhook that cannot be reached; the same setup, made again, goes on from there."""
    streams = found.client.streams
    found.reachable = False
    done = carry_out(streams, plan_setup(streams, URL), proof(found))
    assert (done.proved, done.subscription, done.sink.status) == (False, None, "failed")
    (standing,) = look(streams, URL)
    assert [trouble.what for trouble in standing.troubles]
    found.reachable = True
    again = carry_out(streams, plan_setup(streams, URL), proof(found))
    assert (again.proved, again.sink.sid, again.sink.status) == (True, done.sink.sid, "active")
    assert len(streams.list_sinks()) == 1


def test_without_a_test_a_webhook_that_is_active_is_subscribed(found: Way):
    """Twilio takes a webhook for active at once: without a proof it is subscribed as it is."""
    done = carry_out(found.client.streams, plan_setup(found.client.streams, URL), None)
    assert (done.proved, done.sink.status) == (None, "active")
    assert done.subscription is not None


def test_where_sinks_must_be_validated_none_is_subscribed_without(tmp_path: Path):
    """Should a new sink not be active, nothing is subscribed without a proof, and with one all is well."""
    with way(tmp_path, sink_on_create="initialized") as found:
        streams = found.client.streams
        assert carry_out(streams, plan_setup(streams, URL), None).subscription is None
        assert carry_out(streams, plan_setup(streams, URL), proof(found)).subscription is not None


def test_types_that_are_missing_are_added(found: Way):
    """A sink that is sent some of the types gets the others; what else it is sent stays, and it is not tested."""
    streams = found.client.streams
    sink = streams.create_sink("Somebody's", URL)
    other = "com.twilio.error-logs.error.logged"
    streams.create_subscription("Somebody's", sink.sid, {other: 1, STARTED: 2})
    setup = plan_setup(streams, URL)
    assert (setup.needed, setup.proves) == (True, False)
    done = carry_out(streams, setup, proof(found))
    (read,) = streams.list_subscriptions()
    assert dict(read.types) == {other: 1, **STUDIO_TYPES} == dict(done.subscription.types)
    assert done.proved is None


def test_only_our_own_are_removed(found: Way):
    """Without a URL only sinks that setup made are taken away; those of others stay."""
    streams = found.client.streams
    theirs = streams.create_sink("Somebody's", f"{URL}/other")
    streams.create_subscription("Somebody's", theirs.sid, STUDIO_TYPES)
    carry_out(streams, plan_setup(streams, URL), proof(found))
    standings = look(streams)
    assert len(standings) == 2
    remove(streams, [one for one in standings if one.sink.description == DESCRIPTION])
    assert [sink.sid for sink in streams.list_sinks()] == [theirs.sid]


SINK = Sink("DG1", "webhook", "active", DESCRIPTION, URL, "POST")
WHOLE = Subscription("DF1", "DG1", STUDIO_TYPES, DESCRIPTION)


@pytest.mark.parametrize(
    ("sink", "subscription", "troubles"),
    [
        (SINK, WHOLE, 0),
        (replace(SINK, status="initialized"), WHOLE, 1),
        (replace(SINK, status="validating"), WHOLE, 1),
        (replace(SINK, status="failed"), WHOLE, 1),
        (replace(SINK, method="GET"), WHOLE, 1),
        (SINK, None, 1),
        (SINK, replace(WHOLE, types={ENDED: 2}), 2),
        (SINK, replace(WHOLE, types={**STUDIO_TYPES, ENDED: 1}), 1),
        (SINK, replace(WHOLE, types={**STUDIO_TYPES, ENDED: None, "other": 9}), 0),
    ],
)
def test_every_trouble_has_a_way_out(sink: Sink, subscription: Subscription | None, troubles: int):
    """What is wrong is told, each with what to do; what is right is not."""
    found = Standing(sink, subscription).troubles
    assert len(found) == troubles
    assert all(one.what and one.hint for one in found)


def test_the_test_of_another_sink_proves_nothing(found: Way):
    """A number that Twilio refuses is that of another test: waiting goes on."""

    class Confused:
        """Streams whose first number is refused."""

        def __init__(self) -> None:
            self.tried: list[str] = []

        def test_sink(self, sid: str) -> None:  # noqa: ARG002 - the port's signature
            arrived.extend(["other", "mine"])

        def validate_sink(self, _sid: str, number: str) -> None:
            self.tried.append(number)
            if number != "mine":
                raise RequestRefusedError("no")

    from reconciler.workflows.streams import prove  # noqa: PLC0415 - named where it is tested

    arrived: list[str] = ["old"]
    streams = Confused()
    assert prove(streams, SINK, Proof(lambda: arrived, found.clock, 1.0))
    assert "old" not in streams.tried
