"""What the emulator ran, read back by our own client: it goes the same way again, and makes tests that pass."""

from __future__ import annotations

import json
import random

import httpx
import pytest

from reconciler.definition.document import of
from reconciler.scenario.flows import Flows
from reconciler.scenario.replay.follow import Against, Same, follow
from reconciler.scenario.replay.recording import recorded
from reconciler.studio.client import StudioClient
from reconciler.studio.hosts import EMBEDDED
from reconciler.studio.http import Http
from reconciler.studio.live_executions import LiveExecutionReader
from reconciler.studio.settings import HttpSettings
from reconciler.workflows.replaying import read_tape
from tests.support.world import CountedChance

ACCOUNT = "AC" + "a1" * 16
NUMBER = "+15550100009"
WHOLE = ("appointment-reminder", "opening-hours", "satisfaction-survey", "voicemail")
"""Flows of the sample that call no other."""


@pytest.fixture
def ran(make_api):
    """Give a function that lets a definition run by chance, and gives its SID and all its ended executions."""

    def run(data, seed):
        api = make_api(quirks={"unknown-widget-type": "accept"})
        answer = api.post("/v2/Flows", FriendlyName="x", Status="published", Definition=data)
        if answer.status_code != 201:
            return None
        sid = answer.json()["sid"]
        _talk(api, sid, random.Random(seed))  # noqa: S311 - repeatable, not secret
        return api, sid

    return run


def test_the_sample_goes_the_same_way_again(ran, repository):
    """Whatever the emulator ran of the sample's flows goes the same way again, and each makes a test that passes."""
    seen = 0
    for name in WHOLE:
        data = json.loads((repository / "manifests" / "flows" / f"{name}.json").read_text())
        for seed in range(3):
            seen += _check(ran(data, seed), data)
    assert seen > 20


@pytest.mark.slow
def test_real_flows_go_the_same_way_again(ran, shared_studio):
    """The same holds for real flows."""
    seen = 0
    for file in sorted(shared_studio.glob("corpus/*.json"))[1::4]:
        data = json.loads(file.read_text())
        made = ran(data, 5)
        seen += 0 if made is None else _check(made, data)
    assert seen > 10


def _check(made, data):
    api, sid = made
    told = HttpSettings(EMBEDDED, ACCOUNT, ACCOUNT, "secret")
    transport = httpx.WSGITransport(api.client._transport.app)
    client = StudioClient(Http(told, api.clock, CountedChance(), transport=transport))
    runs = LiveExecutionReader(client)
    flows = Flows({"flow": of(data)}, {"flow": sid})
    seen = 0
    for row in api.get(f"/v2/Flows/{sid}/Executions", PageSize="50").json()["executions"]:
        tape = read_tape(runs, runs.fetch_execution(sid, row["sid"]))
        if tape is None:
            continue
        found = follow(tape, Against(flows))
        assert isinstance(found, Same), found
        made_of_it = recorded(tape, flows, "recorded")
        assert made_of_it.same, made_of_it.reason
        seen += 1
    return seen


def _talk(api, sid, chance):
    """Let several contacts write, call and be called, and let whatever the executions wait for happen."""
    hook = api.fetch(sid)["webhook_url"].partition("twilio.com")[2]
    api.post(f"/v2/Flows/{sid}/Executions", To="+15550100001", From=NUMBER)
    api.post(hook, From="+15550100002", To=NUMBER, Body="Hello", MessageSid="SM1")
    api.post(hook, From="+15550100003", To=NUMBER, CallSid="CA1", CallStatus="ringing")
    for _ in range(6):
        api.clock.sleep(chance.choice((1, 20, 300, 4000)))
        for row in api.get(f"/v2/Flows/{sid}/Executions", Status="active").json()["executions"]:
            waiting = api.get(f"/_console/Executions/{row['sid']}").json()["waiting"]
            _happen(api, row["sid"], waiting or {}, chance)


def _happen(api, execution, waiting, chance):
    answers = [one for one in waiting.get("answers", ()) if one != "timeout"]
    if not answers:
        return
    event = chance.choice(answers)
    words = chance.choice(("1", "yes", "2", "no", "5", "stop it"))
    forms = {
        "incomingMessage": {"Event": "reply", "Body": words},
        "keypress": {"Event": "press", "Digits": chance.choice("1259")},
        "speech": {"Event": "speak", "SpeechResult": words},
        "success": {"Event": "answer", "Status": "200", "Body": json.dumps({"open": "true", "status": "open"})},
        "fail": {"Event": "answer", "Status": "500", "Body": "no"},
    }
    api.post(f"/_console/Executions/{execution}/Events", **forms.get(event, {"Event": event}))
