"""Messages and calls at a flow's webhook, and what a test may let happen: events, stubs, the clock."""

from __future__ import annotations

import json
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from xml.etree import ElementTree as ET

import pytest

from reconciler.emulator.happenings import ExecutionEnded

CONTACT, NUMBER = "+15550100001", "+15550100009"


@pytest.fixture
def hook(api):
    """Give a function that posts to the webhook of a flow as Twilio does."""

    def post(sid, status=200, **form):
        path = api.fetch(sid)["webhook_url"].partition("twilio.com")[2]
        answer = api.client.post(path, data={"From": CONTACT, "To": NUMBER, **form}, auth=None)
        assert answer.status_code == status, answer.text
        return answer.text

    return post


@pytest.fixture
def executions(api):
    """Give a function that lists the executions of a flow, the newest first."""
    return lambda sid: api.get(f"/v2/Flows/{sid}/Executions").json()["executions"]


def variables(api, execution):
    """Give the variables of an execution."""
    return api.get(execution["links"]["execution_context"]).json()["context"]


def names(api, execution):
    """Give the events of an execution's steps, the first one first."""
    return [step["name"] for step in api.get(execution["links"]["steps"]).json()["steps"]][::-1]


def test_messages(api, hook, executions, chat):
    """The first message begins an execution, the next one is the reply it waits for, and a later one begins anew."""
    sid = api.create(Definition=chat())["sid"]
    assert "<Response />" in hook(sid, Body="Hi", MessageSid="SM1", NumMedia="0")
    (one,) = executions(sid)
    assert (one["status"], one["initiated_by"], one["contact_channel_address"]) == ("active", "SM1", CONTACT)
    hook(sid, Body="Hi", MessageSid="SM1")
    hook(sid, Body="yes", MessageSid="SM2", MediaUrl0="https://media.example/1", NumMedia="1")
    (one,) = executions(sid)
    assert one["status"] == "ended"
    assert names(api, one) == ["incomingMessage", "incomingMessage", "sent"]
    inbound = variables(api, one)["widgets"]["ask"]["inbound"]
    assert (inbound["Body"], inbound["MessageSid"], inbound["MediaUrl0"]) == ("yes", "SM2", "https://media.example/1")
    hook(sid, Body="again", MessageSid="SM3")
    assert len(executions(sid)) == 2


def test_a_reply_to_what_rest_began(api, hook, chat, executions):
    """A message is the reply also of an execution that the API started."""
    sid = api.create(Definition=chat())["sid"]
    api.post(f"/v2/Flows/{sid}/Executions", To=CONTACT, From=NUMBER)
    hook(sid, Body="yes", MessageSid="SM2")
    assert names(api, executions(sid)[0]) == ["incomingRequest", "incomingMessage", "sent"]


def test_calls(api, hook, executions, flow_of, widget):
    """A call begins an execution, hears what is said, presses, speaks, and hangs up; TwiML says what follows."""
    menu = widget("menu", "gather-input-on-call", {"say": "Press & say", "timeout": 5}, keypress="menu", speech="bye")
    sid = api.create(Definition=flow_of("menu", menu, widget("bye", "say-play", {"say": "Bye"}, audioComplete=None)))[
        "sid"
    ]
    call = {"CallSid": "CA1", "CallStatus": "ringing"}
    (gather,) = ET.fromstring(hook(sid, **call))  # noqa: S314 - our own answer
    assert (gather.tag, gather[0].text) == ("Gather", "Press & say")
    assert gather.get("action").endswith(f"/Flows/{sid}")
    hook(sid, **call, Digits="1")
    last = ET.fromstring(hook(sid, **call, SpeechResult="hello", Confidence="0.9"))  # noqa: S314 - same
    assert [one.tag for one in last] == ["Say", "Hangup"]
    (one,) = executions(sid)
    assert (one["status"], one["initiated_by"]) == ("ended", "CA1")
    assert names(api, one) == ["incomingCall", "keypress", "speech", "audioComplete"]
    assert variables(api, one)["widgets"]["menu"]["SpeechResult"] == "hello"
    assert "<Hangup" in hook(sid, **call, Digits="1")
    hook(sid, CallSid="CA2", CallStatus="ringing")
    hook(sid, CallSid="CA2", CallStatus="completed")
    assert executions(sid)[0]["status"] == "ended"
    hook(sid, CallSid="CA3", CallStatus="completed")
    assert len(executions(sid)) == 2


def test_what_a_webhook_refuses(api, hook, chat):
    """A flow that is not there, or an address that is missing, is an error; a wrong number is not parsed."""
    sid = api.create(Definition=chat())["sid"]
    assert api.post(f"/v1/Accounts/AC{'0' * 32}/Flows/{sid}", From=CONTACT, To=NUMBER).status_code == 404
    hook(sid, 400, From="")
    hook(sid, CallSid="CA1")
    hook(sid, 400, CallSid="CA1", SpeechResult="x", Confidence="very")


def test_events_by_name(api, executions, flow_of, widget):
    """A test lets anything happen by name, outcomes too that were held back, and reads what is waited for."""
    call = widget("call", "make-outgoing-call-v2", {"from": "{{flow.channel.address}}", "to": CONTACT}, noAnswer="note")
    sid = api.create(Definition=flow_of("call", call, widget("note", "send-message", {"body": "x"}, failed=None)))[
        "sid"
    ]
    api.post("/_console/Stubs", Widget="call", Event="hold").raise_for_status()
    api.post("/_console/Stubs", FlowSid=sid, Widget="note", Event="failed").raise_for_status()
    made = api.post(f"/v2/Flows/{sid}/Executions", To=CONTACT, From=NUMBER).json()
    path = f"/_console/Executions/{made['sid']}"
    waiting = api.get(path).json()["waiting"]
    assert (waiting["widget"], waiting["need"]) == ("call", "outcome")
    wrong = api.post(f"{path}/Events", Event="sent")
    assert (wrong.status_code, wrong.json()["code"]) == (409, 20409)
    told = api.post(f"{path}/Events", Event="noAnswer", Data='{"CallStatus": "no-answer"}').json()
    assert (told["status"], told["ended_reason"], told["waiting"]) == ("ended", "FLOW_END", None)
    assert names(api, executions(sid)[0]) == ["incomingRequest", "noAnswer", "failed"]
    assert variables(api, made)["widgets"]["call"]["CallStatus"] == "no-answer"
    assert api.post(f"{path}/Events", Event="hangup").status_code == 409
    assert api.post(f"{path}/Events").status_code == 400
    assert api.get("/_console/Executions/FN1").status_code == 404


def test_stubs_answer_for_urls(api, flow_of, widget):
    """URLs answer 200 and {}, or what a stub says: for all, for a flow, a widget, a URL; the last that fits counts."""
    ask = widget(
        "ask", "make-http-request", {"url": "https://api.example/x", "method": "GET"}, success="fun", failed=None
    )
    fun = widget("fun", "run-function", {"url": "https://f-1234.twil.io/f"}, success=None, fail=None)
    sid = api.create(Definition=flow_of("ask", ask, fun))["sid"]

    def run():
        made = api.post(f"/v2/Flows/{sid}/Executions", To=CONTACT, From=NUMBER).json()
        return variables(api, made)["widgets"]

    assert {name: saved["status_code"] for name, saved in run().items()} == {"ask": 200, "fun": 200}
    api.post("/_console/Stubs", Body="plain", ContentType="text/plain")
    api.post("/_console/Stubs", Url="https://f-1234.twil.io/f", Status="404", Body='{"a": 1}')
    found = run()
    assert (found["ask"]["body"], "parsed" in found["ask"]) == ("plain", False)
    assert (found["fun"]["status_code"], found["fun"]["parsed"]) == (404, {"a": 1})
    assert len(api.get("/_console/Stubs").json()["stubs"]) == 2
    assert api.delete("/_console/Stubs").status_code == 204
    assert run()["fun"]["status_code"] == 200
    assert api.post("/_console/Stubs", Status="x").status_code == 400


def test_time_passes(api, chat, store_of):
    """The clock is moved on: what was due happens at its own time; after 30 days an execution ends and is gone."""
    sid = api.create(Definition=chat())["sid"]
    made = api.post(f"/v2/Flows/{sid}/Executions", To=CONTACT, From=NUMBER).json()
    assert api.post("/_console/Clock", Advance="59m").json() == {"now": "2026-03-01T12:59:00Z", "ahead": 3540.0}
    assert api.get(made["url"]).json()["status"] == "active"
    api.post("/_console/Clock", Set="2026-03-02T00:00:00Z")
    ended = api.get(made["url"]).json()
    assert (ended["status"], ended["date_updated"]) == ("ended", "2026-03-01T13:00:00Z")
    assert names(api, made) == ["incomingRequest", "timeout"]
    for wrong in ({}, {"Advance": "soon"}, {"Set": "2026-03-01T00:00:00Z"}, {"Advance": "1h", "Set": "2027-01-01"}):
        assert api.post("/_console/Clock", **wrong).status_code == 400
    api.post("/_console/Clock", Advance="30d")
    assert api.get(made["url"]).status_code == 404
    with store_of(api).read() as t:
        assert t._connection.execute("SELECT count(*) FROM steps").fetchone() == (0,)


def test_a_held_execution_expires(api, flow_of, widget, store_of):
    """An execution that waits for ever ends after 30 days, which is told, and is gone at once."""
    sid = api.create(Definition=flow_of("say", widget("say", "send-message", {"body": "x"}, sent=None)))["sid"]
    api.post("/_console/Stubs", Event="hold")
    made = api.post(f"/v2/Flows/{sid}/Executions", To=CONTACT, From=NUMBER).json()
    api.post("/_console/Clock", Advance="30d")
    assert api.get(made["url"]).status_code == 404
    with store_of(api).read() as t:
        last = t.runs.outbox()[-1].happening
    assert isinstance(last, ExecutionEnded)
    assert (last.ended_reason, last.date_updated - last.date_created) == ("EXPIRED", 30 * 24 * 3600)


@pytest.mark.socket
def test_servers_on_this_machine(make_api, flow_of, widget):
    """Only with --call-local, and only by make-http-request, a server on this machine is asked; elsewhere never."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            asked.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(201)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(b'{"a": 1}')

        def log_message(self, *_):
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/x"
        pairs = [{"key": "who", "value": "{{contact.channel.address}}"}]
        ask = widget("ask", "make-http-request", {"url": url, "method": "POST", "parameters": pairs}, success=None)
        found = []
        for call_local in (False, True):
            api = make_api(call_local=call_local)
            sid = api.create(Definition=flow_of("ask", ask))["sid"]
            made = api.post(f"/v2/Flows/{sid}/Executions", To=CONTACT, From=NUMBER).json()
            found.append(variables(api, made)["widgets"]["ask"])
        server.shutdown()
    assert [one["status_code"] for one in found] == [200, 201]
    assert json.loads(found[1]["body"]) == {"a": 1}
    assert asked == [b"who=%2B15550100001"]


def test_messages_of_conversations(hook, api, executions, chat):
    """A message in a Conversation begins an execution by its own trigger, and the author's next one is the reply."""
    definition = chat()
    trigger = definition["states"][0]
    trigger["transitions"].append({"event": "incomingConversationMessage", "next": "ask"})
    sid = api.create(Definition=definition)["sid"]
    for number in ("1", "2"):
        hook(sid, From="", Author="ann", ConversationSid="CH1", Body=number, MessageSid=f"IM{number}")
    (one,) = executions(sid)
    assert names(api, one) == ["incomingConversationMessage", "incomingMessage", "sent"]
    assert one["contact_channel_address"] == "ann"
    assert variables(api, one)["trigger"]["conversation"]["ConversationSid"] == "CH1"


def test_odd_input_ends_nothing_but_itself(api, flow_of, widget):
    """Parameters deep in one another are refused, or run; halves of characters are kept as well as may be."""
    half = "\ud800"
    say = widget(half, "send-message", {"body": "{{flow.data}}" + half}, sent=None)
    sid = api.create(Definition=flow_of(half, say))["sid"]
    for depth in (1, 100, 400, 900):
        deep = '{"a":' * depth + '"\\ud800"' + "}" * depth
        ends = {"To": f"+1555010{depth:04d}", "From": NUMBER}
        answer = api.post(f"/v2/Flows/{sid}/Executions", **ends, Parameters=deep)
        assert answer.status_code in {201, 400}, depth
        if answer.status_code == 201:
            steps = api.get(answer.json()["links"]["steps"]).json()["steps"]
            assert depth > 100 or [step["transitioned_to"] for step in steps] == ["Ended", "?"]
            api.get(answer.json()["links"]["execution_context"]).raise_for_status()
    assert api.get(f"/v2/Flows/{sid}/Executions").status_code == 200


def test_a_message_that_nobody_waits_for_is_dropped(api, hook, executions, flow_of, widget):
    """While an execution waits for something else, a message changes nothing."""
    sid = api.create(Definition=flow_of("say", widget("say", "send-message", {"body": "x"}, sent=None)))["sid"]
    api.post("/_console/Stubs", Event="hold")
    hook(sid, Body="Hi", MessageSid="SM1")
    hook(sid, Body="there?", MessageSid="SM2")
    (one,) = executions(sid)
    assert names(api, one) == ["incomingMessage"]


def test_keys_and_speech_of_a_call_that_rest_began(api, executions, flow_of, widget):
    """What is pressed and spoken in a call that the flow itself made is told by events; a hang-up ends it."""
    menu = widget("menu", "gather-input-on-call", {"say": "?", "timeout": 5}, keypress="menu", speech="menu")
    call = widget("call", "make-outgoing-call-v2", {"from": NUMBER, "to": CONTACT}, answered="menu")
    sid = api.create(Definition=flow_of("call", call, menu))["sid"]
    made = api.post(f"/v2/Flows/{sid}/Executions", To=CONTACT, From=NUMBER).json()
    path = f"/_console/Executions/{made['sid']}/Events"
    for form in ({"Event": "press", "Digits": "1"}, {"Event": "speak", "SpeechResult": "one", "Confidence": "0.5"}):
        api.post(path, **form).raise_for_status()
    assert variables(api, made)["widgets"]["menu"]["Confidence"] == 0.5
    assert api.post(path, Event="hangup").json()["ended_reason"] == "CONTACT_HUNG_UP"
    assert names(api, executions(sid)[0]) == ["incomingRequest", "answered", "keypress", "speech"]


@pytest.mark.socket
def test_a_server_that_is_not_there(make_api, flow_of, widget):
    """A server on this machine that cannot be reached, or speaks no HTTP, makes the request fail, and nothing else."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    ask = widget("ask", "make-http-request", {"url": f"http://127.0.0.1:{port}/x", "method": "GET"}, failed=None)
    api = make_api(call_local=True)
    sid = api.create(Definition=flow_of("ask", ask))["sid"]
    made = api.post(f"/v2/Flows/{sid}/Executions", To=CONTACT, From=NUMBER).json()
    assert names(api, made) == ["incomingRequest", "failed"]
    assert variables(api, made)["widgets"]["ask"]["status_code"] == 502


def test_a_reply_that_comes_twice_is_taken_once(api, hook, executions, flow_of, widget):
    """A reply that is delivered again does not answer the next question."""
    ask = widget("ask", "send-and-wait-for-reply", {"body": "?", "timeout": "3600"}, incomingMessage="more")
    more = widget("more", "send-and-wait-for-reply", {"body": "?", "timeout": "3600"}, incomingMessage=None)
    sid = api.create(Definition=flow_of("ask", ask, more))["sid"]
    for number in ("1", "1", "2", "2"):
        hook(sid, Body=number, MessageSid=f"SM{number}")
    (one,) = executions(sid)
    assert (one["status"], names(api, one)) == ("active", ["incomingMessage", "incomingMessage"])
    hook(sid, Body="3", MessageSid="SM3")
    assert executions(sid)[0]["status"] == "ended"


def test_a_reply_is_taken_once_by_a_widget_that_asks_again(make_api, flow_of, widget, tmp_path):
    """One message, delivered again and to several servers at once, answers a question once, and begins nothing new."""
    path = tmp_path / "loop.sqlite"
    apis = [make_api(path, seed=None) for _ in range(4)]
    ask = widget("ask", "send-and-wait-for-reply", {"body": "?", "timeout": "3600"}, incomingMessage="ask")
    sid = apis[0].create(Definition=flow_of("ask", ask))["sid"]
    hook = f"/v1/Accounts/{apis[0].fetch(sid)['account_sid']}/Flows/{sid}"
    form = {"From": CONTACT, "To": NUMBER, "Body": "yes"}
    apis[0].post(hook, **form, MessageSid="SM1").raise_for_status()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda api: api.post(hook, **form, MessageSid="SM2").raise_for_status(), apis))
    apis[0].post(hook, **form, MessageSid="SM2").raise_for_status()
    (one,) = apis[0].get(f"/v2/Flows/{sid}/Executions").json()["executions"]
    assert names(apis[0], one) == ["incomingMessage", "incomingMessage"]
    apis[0].post(one["url"], Status="ended").raise_for_status()
    apis[0].post(hook, **form, MessageSid="SM2").raise_for_status()
    assert len(apis[0].get(f"/v2/Flows/{sid}/Executions").json()["executions"]) == 1


def test_what_a_run_took_for_granted_is_told_after_its_end(api, hook, chat, executions):
    """The assumptions of a run are known as long as its execution is."""
    sid = api.create(Definition=chat())["sid"]
    hook(sid, Body="Hi", MessageSid="SM1")
    path = f"/_console/Executions/{executions(sid)[0]['sid']}"
    before = set(api.get(path).json()["assumptions"])
    refused = api.post(f"{path}/Events", Event="press", Digits="4242").json()["message"]
    assert "4242" not in refused
    assert "incomingMessage" in refused
    hook(sid, Body="yes", MessageSid="SM2")
    told = api.get(path).json()
    assert told["status"] == "ended"
    assert before
    assert before <= set(told["assumptions"])


def test_messages_at_once(make_api, chat, tmp_path):
    """Of several first messages at the same moment one begins, another is the reply, and none is an error."""
    path = tmp_path / "once.sqlite"
    apis = [make_api(path, seed=None) for _ in range(4)]
    sid = apis[0].create(Definition=chat())["sid"]
    hook = f"/v1/Accounts/{apis[0].fetch(sid)['account_sid']}/Flows/{sid}"
    forms = [{"From": CONTACT, "To": NUMBER, "Body": str(n), "MessageSid": f"SM{n}"} for n in range(4)]
    with ThreadPoolExecutor(4) as pool:
        answers = [*pool.map(lambda api, form: api.post(hook, **form), apis, forms)]
    assert {answer.status_code for answer in answers} == {200}
    found = apis[0].get(f"/v2/Flows/{sid}/Executions").json()["executions"]
    begun = {names(apis[0], one)[0] for one in found}
    assert begun == {"incomingMessage"}
    assert sum(one["status"] == "active" for one in found) <= 1
