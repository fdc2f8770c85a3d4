"""Real flows run on the emulator: by request, by messages, by a call, by whatever event, and by time alone."""

from __future__ import annotations

import json
import random

CONTACTS = ("+15550100001", "+15550100002", "+15550100003")
NUMBER = "+15550100009"
MOST_EVENTS = 4


def test_real_flows_run(make_api, shared_studio):
    """Every third flow of the corpus that the emulator takes is run five ways: each answer is good, each run ends."""
    api = make_api(quirks={"unknown-widget-type": "accept"})
    chance = random.Random(1)  # noqa: S311 - repeatable, not secret
    tried = 0
    for file in sorted(shared_studio.glob("corpus*/**/*.json"))[::3]:
        form = {"FriendlyName": "x", "Status": "published", "Definition": file.read_text()}
        if api.client.post("/v2/Flows", data=form).status_code == 201:
            tried += 1
            run(api, api.get("/v2/Flows", PageSize="1").json()["flows"][0]["sid"], chance)
    assert tried >= 30


def run(api, sid, chance):
    """Run a flow, and look at everything that can be seen of it."""
    flow = api.fetch(sid)
    hook = flow["webhook_url"].partition("twilio.com")[2]
    good(api.post(f"/v2/Flows/{sid}/Executions", To=CONTACTS[0], From=NUMBER))
    for number in range(3):
        text = chance.choice(("1", "yes", "no"))
        good(api.post(hook, From=CONTACTS[1], To=NUMBER, Body=text, MessageSid=f"SM{number}"))
    good(api.post(hook, From=CONTACTS[2], To=NUMBER, CallSid="CA1"))
    good(api.post(hook, CallSid="CA1", Digits="1"))
    for execution in api.get(f"/v2/Flows/{sid}/Executions").json()["executions"]:
        steer(api, execution["sid"], chance)
        good(api.get(execution["links"]["execution_context"]))
        for step in good(api.get(execution["links"]["steps"])).json()["steps"]:
            good(api.get(step["links"]["step_context"]))
    api.clock.sleep(29 * 24 * 3600)
    found = api.get(f"/v2/Flows/{sid}/Executions").json()["executions"]
    assert {one["status"] for one in found} == {"ended"}, json.dumps(found)
    api.clock.sleep(24 * 3600)
    assert api.get(f"/v2/Flows/{sid}/Executions").json()["executions"] == []


def steer(api, execution, chance):
    """Let a few of the events happen that an execution waits for."""
    for _ in range(MOST_EVENTS):
        waiting = api.get(f"/_console/Executions/{execution}").json()["waiting"]
        if not waiting or not waiting["answers"]:
            return
        event = chance.choice(waiting["answers"])
        good(api.post(f"/_console/Executions/{execution}/Events", Event=event))


def good(answer):
    """Give an answer that must be a success."""
    assert answer.status_code in {200, 201}, answer.text
    return answer
