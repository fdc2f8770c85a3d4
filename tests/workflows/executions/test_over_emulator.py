"""Exports from an emulator whose network is bad and whose lists have any order."""

from contextlib import closing

import httpx

from reconciler.definition import document
from reconciler.emulator.app import make_app
from reconciler.emulator.settings import Settings
from reconciler.emulator.store import Store
from reconciler.errors import ReconcilerError
from reconciler.model.export import ExportSettings
from reconciler.model.live import FlowInput
from reconciler.studio.client import StudioClient
from reconciler.studio.credentials import INVENTED
from reconciler.studio.hosts import EMBEDDED
from reconciler.studio.http import Http
from reconciler.studio.live_executions import LiveExecutionReader
from reconciler.studio.settings import HttpSettings
from reconciler.workflows.executions.exporting import ExportRequest, export
from reconciler.workflows.executions.flows import KnownFlow
from tests.support.executions import BEGIN, MemorySink, world_of
from tests.support.many_executions import Crowd, put_crowd
from tests.support.world import VirtualClock

TRIGGER = {"name": "Trigger", "type": "trigger", "properties": {}, "transitions": []}
DEFINITION = document.of({"description": "x", "states": [TRIGGER], "initial_state": "Trigger"})
FAULTS = {"429": 0.03, "5xx-before": 0.03, "truncated-body": 0.03, "reset": 0.03, "expired-page-token": 0.1}
RUNS = 1_010
"""More than a page has. Every other one has not ended."""


class Even:
    """No chance at all."""

    def jitter(self):
        """Give the middle."""
        return 0.5


def test_an_export_is_whole_whatever_the_network_does():
    """Answers that get lost, torn or refused, pages that expire, lists in any order: each run is there once."""
    clock, sink = VirtualClock(), MemorySink()
    with closing(Store(None)) as store:

        def client(**settings):
            told = HttpSettings(EMBEDDED, INVENTED.account, INVENTED.user, INVENTED.password)
            app = make_app(Settings(seed=3, **settings), store=store, clock=clock)
            return StudioClient(Http(told, clock, Even(), transport=httpx.WSGITransport(app)))

        sid = client().create_flow(FlowInput("Crowd", "published", DEFINITION, "why")).row.sid
        put_crowd(store, sid, Crowd(RUNS, 2, BEGIN.timestamp() - 10_000, active=2))
        bad = LiveExecutionReader(client(faults=FAULTS, quirks={"list-order": "shuffled"}))
        asked = ExportRequest((KnownFlow(sid),), ExportSettings(), lambda contact: contact)
        for _ in range(20):
            try:
                done = export(world_of(bad, clock, size=1), sink.again(), asked)
                break
            except ReconcilerError:
                continue
    assert (done.open, done.lost) == (RUNS // 2, 0)
    assert len(set(sink.sids)) == len(sink.sids) == RUNS // 2
    assert len(sink.rows["steps"]) == 2 * len(sink.sids)
    begun = [row[7] for row in sink.rows["executions"]]
    assert begun == sorted(begun)
