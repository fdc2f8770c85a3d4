"""What people and machines are told of events."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from reconciler.model.address import Address
from reconciler.model.execution import Execution
from reconciler.model.streams import ENDED, STARTED, STUDIO_TYPES, KeptEvents, Sink, Subscription
from reconciler.views.events import human, machine
from reconciler.views.style import Style
from reconciler.workflows.executions.flows import KnownFlow
from reconciler.workflows.received import Received, newest
from reconciler.workflows.streams import DESCRIPTION, Done, Setup, Standing

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
STYLE = Style(width=100)
FLOW = KnownFlow("FW" + "0" * 31 + "1", Address("Flow", "booking"), 3)
URL = "https://events.example.test/studio"
SINK = Sink("DG1", "webhook", "active", DESCRIPTION, URL, "POST")
WHOLE = Standing(SINK, Subscription("DF1", "DG1", STUDIO_TYPES, DESCRIPTION))
KEPT = KeptEvents({STARTED: 3, ENDED: 2}, {"a.b": 1}, 4, 3, 1, AT, AT, AT, timedelta(seconds=1.5), "30d")


def fits(text: str, name: str) -> dict:
    """Read a document after holding it against its schema."""
    schema = json.loads((Path(__file__).parents[3] / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(json.loads(text))
    return json.loads(text)


def run(number: int, contact: str, **more: object) -> Execution:
    """Give an execution that began so many minutes later."""
    told = {"revision": 3, "date_created": AT + timedelta(minutes=number), "contact": contact, **more}
    return Execution(f"FN{number:032x}", FLOW.sid, **{"status": "active", **told})  # type: ignore[arg-type]  # a test's own words


@pytest.fixture
def received() -> Received:
    ended = {"status": "ended", "ended_reason": "FLOW_END", "date_updated": AT + timedelta(minutes=5)}
    runs = [run(1, "contact-00ff"), run(2, "+15555550142"), run(3, "+15555550143", **ended)]
    return newest([(one, ()) for one in runs], {FLOW.sid: FLOW}, limit=2)


def test_the_newest_are_chosen(received: Received):
    """A limit keeps the newest, and tells how many there are."""
    assert [one.seen.run.sid[-1] for one in received.runs] == ["3", "2"]
    assert received.total == 3
    assert newest([(run(1, "x"), ())], {}).runs[0].seen.flow == KnownFlow(FLOW.sid)
    assert newest([(run(1, "x"), ())], {}, status="ended").total == 0


def test_executions_are_shown(received: Received):
    """A line each, with the flow's name; contacts are masked, but for pseudonyms, unless asked for."""
    text = human.render_received(received, STYLE, personal=False)
    assert "Flow/booking" in text
    assert "FLOW_END" in text
    assert "0 steps in 2m" in text
    assert "the newest 2 are shown" in text
    assert "+15555550142" not in text
    assert "+15555550142" in human.render_received(received, STYLE, personal=True)
    everybody = newest([(run(1, "contact-00ff"), ())], {})
    assert "contact-00ff" in human.render_received(everybody, STYLE, personal=False)
    assert human.render_received(Received((), 0), STYLE, personal=False) == "0 executions."
    document = fits(machine.render_received(received, "events.sqlite", personal=False), "events-list")
    assert [one["flow"] for one in document["executions"]] == ["Flow/booking", "Flow/booking"]


def test_what_is_kept_is_shown():
    """Counts, age, lateness and retention are told; of an empty store that there is nothing."""
    text = human.render_kept(KEPT, "events.sqlite", STYLE)
    assert "(kept aside)" in text
    assert "1.5 s after it happened" in text
    assert "4 events arrived again" in text
    assert "30 days" in text
    nothing = KeptEvents({}, {}, 0, 0, 0, None, None, None, None, None)
    assert "none yet" in human.render_kept(nothing, "events.sqlite", STYLE)
    assert fits(machine.render_kept(KEPT, "events.sqlite"), "events-status")["lagSeconds"] == 1.5
    assert fits(machine.render_kept(nothing, "events.sqlite"), "events-status")["newest"] is None
    late = replace(KEPT, lag=timedelta(hours=2), received=AT)
    assert "2h after it happened" in human.render_kept(late, "events.sqlite", STYLE)
    ahead = replace(KEPT, lag=timedelta(hours=-2), received=AT)
    assert "after it happened" not in human.render_kept(ahead, "events.sqlite", STYLE)


def test_sinks_are_shown_with_their_troubles():
    """A sink that is right is listed; what is wrong stands below it, with what to do; no sink at all is told too."""
    failed = Standing(replace(SINK, status="failed"), None)
    text = human.render_checked([WHOLE, failed], STYLE, holds=False)
    assert "DF1 is sent" in text
    assert "Studio's events do not all arrive." in text
    assert text.count("hint:") == len(failed.troubles) == 2
    assert "events setup" in human.render_checked([], STYLE, holds=False)
    document = fits(machine.render_checked([WHOLE, failed], holds=False), "events-check")
    assert [len(one["troubles"]) for one in document["sinks"]] == [0, 2]
    assert [one["ours"] for one in document["sinks"]] == [True, True]


@pytest.mark.parametrize(
    ("standing", "signs"),
    [
        (None, ["+", "+"]),
        (Standing(SINK, None), ["+"]),
        (Standing(replace(SINK, status="failed"), None), ["~", "+"]),
        (Standing(SINK, Subscription("DF1", "DG1", {STARTED: 2})), ["+", "+"]),
    ],
)
def test_a_setup_is_shown_beforehand(standing: Standing | None, signs: list[str]):
    """Every thing that would be made or changed has a line."""
    lines = human.render_plan(Setup(URL, standing), STYLE).splitlines()[2:]
    assert [line.split()[0] for line in lines] == signs


def test_what_came_of_a_setup_is_shown():
    """Done, nothing to do, and not arrived read differently."""
    done = Done(SINK, WHOLE.subscription, proved=True)
    assert "from now on" in human.render_setup(done, STYLE, changed=True)
    assert "Nothing to do" in human.render_setup(done, STYLE, changed=False)
    lost = Done(replace(SINK, status="validating"), None, proved=False)
    assert "from now on" not in human.render_setup(lost, STYLE, changed=True)
    assert fits(machine.render_setup(lost, changed=True), "events-setup")["proved"] is False
    assert fits(machine.render_removed([WHOLE, Standing(SINK, None)]), "events-remove")["removed"] == [
        "DF1",
        "DG1",
        "DG1",
    ]
