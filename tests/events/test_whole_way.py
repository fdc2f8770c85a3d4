"""From an execution of the emulator to the store: all of it arrives, once, whatever happens on the way."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from reconciler.definition import document
from reconciler.model.live import FlowInput
from reconciler.model.streams import STUDIO_TYPES
from reconciler.workflows.streams import carry_out, plan_setup
from tests.support.flows import data, widget
from tests.support.streams import URL, Way, way

QUIRKS = [*product(["batches", "single"], ["in-order", "shuffled"], ["none", "twice"])]
FLOW = document.of(data(widget("greet", "Hello", "more"), widget("more", "Goodbye")))


def run_flows(found: Way, number: int) -> list[str]:
    """Let executions run to their end."""
    flow = found.client.create_flow(FlowInput("Greeter", "published", FLOW, "why")).row.sid
    runs = found.client.executions
    made = [runs.create(flow, f"+1555010010{one}", "+15550100001").sid for one in range(number)]
    for sid in made:
        if runs.fetch(flow, sid).status == "active":
            runs.end(flow, sid)
    return made


def told(found: Way) -> dict[str, tuple[str, list[tuple[str | None, str | None]]]]:
    """Give what the store has of each execution."""
    return {
        run.sid: (run.status, [(step.from_widget, step.to_widget) for step in steps])
        for run, steps in found.store.executions()
    }


def live(found: Way) -> dict[str, tuple[str, list[tuple[str | None, str | None]]]]:
    """Give what the API has of each execution."""
    client = found.client
    return {
        run.sid: (
            run.status,
            [(step.from_widget, step.to_widget) for step in reversed(client.executions.list_steps(row.sid, run.sid))],
        )
        for row in client.list_flows()
        for run in client.executions.list(row.sid)
    }


@pytest.mark.parametrize("quirks", QUIRKS)
def test_events_tell_what_the_api_tells(tmp_path: Path, quirks: tuple[str, str, str]):
    """Under every quirk of delivery the store has the executions and steps that the API has."""
    batching, order, redelivery = quirks
    with way(tmp_path, event_batching=batching, event_order=order, event_redelivery=redelivery) as found:
        carry_out(found.client.streams, plan_setup(found.client.streams, URL), None)
        made = run_flows(found, 3)
        found.send()
        assert found.refused == []
        assert set(told(found)) == set(made)
        assert told(found) == live(found)
        assert (found.store.summary().again > 0) is (redelivery == "twice")


def test_a_webhook_that_was_away_misses_nothing(tmp_path: Path):
    """What could not be delivered comes later, within four hours."""
    with way(tmp_path) as found:
        carry_out(found.client.streams, plan_setup(found.client.streams, URL), None)
        found.reachable = False
        run_flows(found, 2)
        for _ in range(5):
            found.clock.sleep(60)
        assert told(found) == {}
        found.reachable = True
        found.clock.sleep(600)
        found.send()
        assert told(found) == live(found)


def test_a_wrong_token_keeps_nothing(tmp_path: Path):
    """A receiver that has another token refuses every event, and says why."""
    with way(tmp_path, token="another") as found:
        carry_out(found.client.streams, plan_setup(found.client.streams, URL), None)
        run_flows(found, 1)
        found.send()
        assert told(found) == {}
        assert {kind for kind, _ in found.refused} == {"forged"}


def test_the_schemas_are_those_that_we_subscribe_to(tmp_path: Path):
    """A subscription that we make holds the three types, in the versions that are read."""
    with way(tmp_path) as found:
        done = carry_out(found.client.streams, plan_setup(found.client.streams, URL), None)
        assert done.subscription is not None
        (read,) = found.client.streams.list_subscriptions()
        assert (read.sid, dict(read.types)) == (done.subscription.sid, dict(STUDIO_TYPES))
