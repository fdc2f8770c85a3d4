"""Executions run: by the API alone, for the published revision and for drafts, with steps and contexts."""

from __future__ import annotations

import json

from reconciler.emulator.happenings import ExecutionEnded, ExecutionStarted, StepEnded

ENDS = {"To": "+15550100001", "From": "+15550100009"}


def start(api, sid, status=201, **form):
    """Start an execution."""
    answer = api.post(f"/v2/Flows/{sid}/Executions", **{**ENDS, **form})
    assert answer.status_code == status, answer.text
    return answer.json()


def steps(api, execution):
    """Give the steps of an execution, the first one first."""
    return api.get(execution["links"]["steps"]).json()["steps"][::-1]


def test_an_execution_runs_until_it_waits(api, chat):
    """A start is answered as active; its steps, their contexts and its context can be read at once."""
    sid = api.create(Definition=chat())["sid"]
    made = start(api, sid, Parameters=json.dumps({"name": "Ann"}))
    assert (made["status"], made["flow_version"], made["contact_channel_address"]) == ("active", 1, "+15550100001")
    assert made["initiated_by"].startswith("RQ")
    (step,) = steps(api, made)
    assert (step["name"], step["transitioned_from"], step["transitioned_to"]) == ("incomingRequest", "Trigger", "ask")
    assert (step["type"], step["parent_step_sid"], step["execution_sid"]) == ("trigger", None, made["sid"])
    context = api.get(made["links"]["execution_context"]).json()["context"]
    assert context["flow"]["data"] == {"name": "Ann"}
    assert api.get(step["links"]["step_context"]).json()["context"] == context
    assert api.get(step["url"]).json() == step
    assert api.get(made["url"]).json()["status"] == "active"
    assert [row["sid"] for row in api.get(f"/v2/Flows/{sid}/Executions").json()["executions"]] == [made["sid"]]


def test_end_and_delete(api, chat):
    """An active execution is ended once; a deleted one is gone with its steps."""
    sid = api.create(Definition=chat())["sid"]
    made = start(api, sid)
    assert api.post(made["url"], Status="active").status_code == 400
    assert api.post(made["url"], Status="ended").json()["status"] == "ended"
    again = api.post(made["url"], Status="ended")
    assert (again.status_code, again.json()["code"]) == (409, 20409)
    assert api.delete(made["url"]).status_code == 204
    for path in (made["url"], *made["links"].values()):
        assert api.get(path).status_code == 404
    assert api.delete(made["url"]).status_code == 404


def test_a_second_one_is_a_conflict(api, chat):
    """One active execution per pair: the 409 names the one in the way, and an ended one is in nobody's."""
    sid, other = api.create(Definition=chat())["sid"], api.create(Definition=chat())["sid"]
    made = start(api, sid)
    for flow_sid in (sid, other):
        refused = start(api, flow_sid, 409)
        assert (refused["code"], refused["details"]) == (20409, {"conflicting_execution_sid": made["sid"]})
    start(api, sid, To="+15550100002")
    api.post(made["url"], Status="ended")
    assert start(api, sid)["sid"] != made["sid"]


def test_wrong_starts(api, chat):
    """A start needs To, From and a flow, and Parameters that are a JSON object."""
    sid = api.create(Definition=chat())["sid"]
    for form in ({"To": ""}, {"From": ""}, {"Parameters": "{"}, {"Parameters": "[1]"}, {"Parameters": '{"a": NaN}'}):
        assert start(api, sid, 400, **form)["code"] == 20001
    assert api.post(f"/v2/Flows/FW{'0' * 32}/Executions", **ENDS).status_code == 404


def test_a_flow_that_needs_nobody_ends(api, flow_of, widget):
    """What has a usual outcome settles by itself: messages are sent, and the execution ends with its flow."""
    say = widget("say", "send-message", {"body": "Hi"}, sent=None)
    made = start(api, api.create(Definition=flow_of("say", say))["sid"])
    assert api.get(made["url"]).json()["status"] == "ended"
    assert [step["transitioned_to"] for step in steps(api, made)] == ["say", "Ended"]
    context = api.get(made["links"]["execution_context"]).json()["context"]
    assert context["widgets"]["say"]["outbound"]["Body"] == "Hi"


def test_test_users_run_drafts(api, chat):
    """The published revision runs for most contacts, the latest draft for test users; both keep their number."""
    sid = api.create(Definition=chat("published"))["sid"]
    api.update(sid, "draft", Definition=chat("draft"))
    api.post(f"/v2/Flows/{sid}/TestUsers", TestUsers="+15550100002")
    assert start(api, sid)["flow_version"] == 1
    assert start(api, sid, To="+15550100002")["flow_version"] == 2


def test_starts_are_limited(api, chat):
    """The 21st start by REST within a second is 429 and leaves nothing; a second later there is room again."""
    sid = api.create(Definition=chat())["sid"]
    for number in range(20):
        start(api, sid, To=f"+1555010{number:04d}")
    assert start(api, sid, 429, To="+15550109999")["code"] == 20429
    api.clock.sleep(1)
    start(api, sid, To="+15550109999")


def test_execution_conflict_flow(make_api, chat):
    """execution-conflict=flow: the same pair may be active in two flows, not twice in one."""
    api = make_api(quirks={"execution-conflict": "flow"})
    sid, other = api.create(Definition=chat())["sid"], api.create(Definition=chat())["sid"]
    start(api, sid)
    start(api, sid, 409)
    start(api, other)


def test_start_unpublished(make_api, chat):
    """start-unpublished: a flow that was never published is refused, not found, or runs as a draft."""
    for value, status in (("refuse", 400), ("not-found", 404), ("draft", 201)):
        api = make_api(quirks={"start-unpublished": value})
        start(api, api.create("x", "draft", Definition=chat())["sid"], status)


def test_what_happens_is_in_the_outbox(make_api, store_of, flow_of, widget):
    """Start, steps and end are announced in the order in which they happened, with what Event Streams tells."""
    api = make_api()
    sid = api.create(Definition=flow_of("say", widget("say", "send-message", {"body": "Hi"}, sent=None)))["sid"]
    made = start(api, sid)
    with store_of(api).read() as t:
        posted = t.runs.outbox()
    began, *between, ended = (one.happening for one in posted)
    assert (type(began), type(ended)) == (ExecutionStarted, ExecutionEnded)
    assert (began.execution_sid, began.flow_sid, began.status) == (made["sid"], sid, "active")
    assert began.started_by == made["initiated_by"]
    assert [(type(one), one.name, one.transitioned_to) for one in between] == [
        (StepEnded, "incomingRequest", "say"),
        (StepEnded, "sent", "Ended"),
    ]
    assert (ended.status, ended.ended_reason, ended.flow_revision) == ("ended", "FLOW_END", 1)
    with store_of(api).write() as t:
        t.runs.forget(posted[1].seq)
        assert [one.seq for one in t.runs.outbox()] == [one.seq for one in posted[2:]]


def test_running_executions(make_api, flow_of, widget):
    """running-executions: a running execution stays on its revision after a publish, or goes on with the new one."""
    for value, said in (("stay", "old"), ("move", "new")):
        api = make_api(quirks={"running-executions": value})
        ask = widget("ask", "send-and-wait-for-reply", {"body": "?", "timeout": "3600"}, timeout="late")
        old, new = (widget("late", "send-message", {"body": text}, sent=None) for text in ("old", "new"))
        sid = api.create(Definition=flow_of("ask", ask, old))["sid"]
        made = start(api, sid)
        api.update(sid, Definition=flow_of("ask", ask, new))
        api.clock.sleep(3600)
        context = api.get(made["links"]["execution_context"]).json()["context"]
        assert context["widgets"]["late"]["outbound"]["Body"] == said
        assert api.get(made["url"]).json()["flow_version"] == 1
