from dataclasses import replace
from datetime import timedelta

import pytest

from reconciler.definition import document
from reconciler.errors import NotFoundError, UsageError
from reconciler.model.address import Address
from reconciler.model.live import FlowRevision
from reconciler.workflows.executions.flows import KnownFlow
from reconciler.workflows.traffic.report import Asked, either, live_definitions, report
from reconciler.workflows.traffic.summarise import Drawn
from tests.support.traffic import BEGAN, FLOW
from tests.support.world import InlinePool

OTHER = "FW00000000000000000000000000000002"
MENU = KnownFlow(FLOW, Address("Flow", "menu"))
DEFINITION = document.of({"states": [{"name": "Trigger", "type": "trigger", "transitions": []}]})
DRAWN = Drawn("manifest", DEFINITION)


def nothing(_keys):
    return {}


def asked(*flows, **more):
    return Asked("Studio", flows, {FLOW: MENU.address}, **more)


def test_only_what_was_asked_for_is_told(run):
    """Flows, revisions and times that nobody asked for are left out; a flow without traffic is there, empty."""
    done = ("Trigger", "incomingMessage", "Ended")
    foreign, steps = run(done)
    runs = [
        run(done),
        run(done, revision=8),
        (replace(foreign, flow_sid=OTHER), [replace(step, flow_sid=OTHER) for step in steps]),
    ]
    everything = report(runs, asked(), nothing)
    assert [(flow.sid, len(flow.revisions)) for flow in everything.flows] == [(FLOW, 2), (OTHER, 1)]
    assert [revision.revision for revision in everything.flows[0].revisions] == [8, 7]
    assert [flow.sid for flow in report(runs, asked(MENU), nothing).flows] == [FLOW]
    (only,) = report(runs, asked(MENU, revisions=(8,)), nothing).flows
    assert [revision.revision for revision in only.revisions] == [8]
    later = report(runs, asked(MENU, since=BEGAN + timedelta(seconds=1)), nothing)
    assert (later.executions, later.flows[0].revisions) == (0, ())
    assert report(runs, asked(until=BEGAN), nothing).executions == 0


def test_a_revision_without_traffic_is_an_error_that_names_those_with(run):
    """Who asks for a revision that nobody ran is told which ones ran."""
    with pytest.raises(UsageError, match="7"):
        report([run(("Trigger", "incomingMessage", "Ended"))], asked(MENU, revisions=(9,)), nothing)


def test_definitions_are_those_that_ran():
    """A numbered revision is fetched as it was, a sub-flow's published one; what is gone is left out."""

    class Reader:
        def fetch_revision(self, sid, revision):
            if revision == 9:
                raise NotFoundError("gone")
            return FlowRevision(sid, revision, "published", "Menu", DEFINITION)

        def fetch_published(self, sid):
            return None if sid == OTHER else FlowRevision(sid, 5, "published", "Menu", DEFINITION)

    keys = [(FLOW, 7), (FLOW, 9), (FLOW, None), (OTHER, None)]
    found = live_definitions(Reader(), InlinePool())(keys)
    assert {key: drawn.side for key, drawn in found.items()} == {
        (FLOW, 7): "revision 7",
        (FLOW, None): "published revision 5",
    }


def test_the_manifest_stands_in_for_what_is_gone():
    """Of two sources the second is asked only for what the first has not."""
    first = {(FLOW, 7): replace(DRAWN, side="revision 7")}
    found = either(lambda _keys: first, lambda keys: dict.fromkeys(keys, DRAWN))([(FLOW, 7), (FLOW, 9)])
    assert [drawn.side for drawn in found.values()] == ["revision 7", "manifest"]
