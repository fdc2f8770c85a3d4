"""Every type of widget: what it tells the world, what it waits for, what it saves, which events it may have."""

from __future__ import annotations

import json

import pytest

from reconciler.definition.catalogue import widget_types
from reconciler.errors import SimulationError
from reconciler.simulate import (
    Answered,
    Assumption,
    Began,
    Dialled,
    FunctionCalled,
    HungUp,
    IncomingCall,
    Outcome,
    Pressed,
    Queued,
    Redirected,
    Replied,
    Requested,
    Said,
    Sent,
    Spoke,
    TimedOut,
    Troubled,
    VariablesSet,
)
from reconciler.simulate.widgets.kinds import KINDS

from .conftest import ADDRESS, CONTACT, definition, widget

CALL = IncomingCall(CONTACT, ADDRESS)
UNDOCUMENTED = {
    "add-member-to-chat-channel",
    "create-chat-channel",
    "create-task",
    "run-function-v2",
    "understand",
    "update-sync-object",
}
IMMEDIATE = {"trigger", "split-based-on", "set-variables", "run-subflow", "fork-stream"}
WAITING = sorted(set(KINDS) - IMMEDIATE)


def one(kind, /, *events, **properties):
    """A flow of one widget, whose every event leads to a widget that is called like it."""
    targets = [widget(event, "set-variables") for event in events]
    return definition(widget("it", kind, *((event, event) for event in events), **properties), *targets)


def test_every_documented_type_is_known():
    """There is a kind for every type of the schemas, but for those of which nothing is known."""
    assert set(KINDS) == set(widget_types()) - UNDOCUMENTED


def test_the_events_are_those_of_the_catalogue(shared_studio):
    """Every widget has exactly the events that are documented for it."""
    catalogue = json.loads((shared_studio / "widget_catalogue.derived.json").read_bytes())
    documented = {entry["type"]: set(entry["events"]) for entry in catalogue["widgets"] if entry["events"]}
    assert {kind.type: set(kind.events) for kind in KINDS.values()} == documented


@pytest.mark.parametrize("kind", WAITING)
def test_every_event_leads_on(play, kind):
    """Whatever event a widget is known to have may follow, and takes its transition."""
    events = KINDS[kind].events
    for event in events:
        run = play(one(kind, *events, timeout="30"), trigger=CALL)
        assert run.state.waiting.answers == events
        run.give(Outcome(event))
        assert run.path[1] == ("it", event, event)
        assert run.state.ended == "FLOW_END" or event == "hangup"


@pytest.mark.parametrize("kind", WAITING)
def test_an_event_that_it_has_not_is_refused(play, kind):
    """A widget takes no event that it neither knows nor has a transition for, and stays as it was."""
    run = play(one(kind, *KINDS[kind].events))
    with pytest.raises(SimulationError):
        run.give(Outcome("no-such-event"))


def test_an_event_of_a_transition_that_nobody_documents(play):
    """An event that the widget has a transition for may occur although nobody documents it."""
    run = play(one("record-voicemail", "recordingComplete", "recordingError"), trigger=CALL)
    run.give(Outcome("recordingError"))
    assert run.path[1] == ("it", "recordingError", "recordingError")
    assert Assumption.UNLISTED_EVENT in run.state.assumptions


def test_send_message(play):
    """A message goes from the flow's address to the contact, unless the widget says otherwise; it is saved."""
    run = play(one("send-message", "sent", body="Hi {{trigger.message.Body}}", media_url="https://example.com/a.png"))
    details = {"media_url": "https://example.com/a.png"}
    assert run.effects == [Sent("it", ADDRESS, CONTACT, "Hi Hello", details)]
    run.settle()
    saved = run.saved["it"]["outbound"]
    assert (saved["Body"], saved["From"], saved["To"], saved["Sid"][:2]) == ("Hi Hello", ADDRESS, CONTACT, "SM")
    other = play(one("send-message", "sent", **{"from": "MG1", "to": "+15550100009", "attributes": "{}"}))
    assert other.effects == [Sent("it", "MG1", "+15550100009", "", {"attributes": "{}"})]


def test_send_and_wait_for_reply(play):
    """The reply is saved as `inbound` beside what was asked; its fields may be given."""
    run = play(one("send-and-wait-for-reply", "incomingMessage", body="Name?", timeout="60"))
    assert (run.state.waiting.need, run.state.waiting.deadline) == ("reply", 1_700_000_060.0)
    run.give(Replied("Ada", ("https://example.com/a.png",), {"ProfileName": "A."}))
    inbound = run.saved["it"]["inbound"]
    assert {key: inbound[key] for key in ("Body", "From", "To", "NumMedia", "MediaUrl0", "ProfileName")} == {
        "Body": "Ada",
        "From": CONTACT,
        "To": ADDRESS,
        "NumMedia": "1",
        "MediaUrl0": "https://example.com/a.png",
        "ProfileName": "A.",
    }
    assert run.saved["it"]["outbound"]["Body"] == "Name?"


@pytest.mark.parametrize(
    ("timeout", "seconds"), [(13, 13.0), ("{{10 | plus: 5}}", 15.0), ("soon", 3600.0), (None, 3600.0)]
)
def test_time_outs(play, timeout, seconds):
    """A time-out is a number, a text or Liquid, else an hour; the moment of the deadline is when it happens."""
    run = play(one("send-and-wait-for-reply", "timeout", timeout=timeout))
    run.give(TimedOut())
    assert run.state.now == 1_700_000_000.0 + seconds
    assert run.path[1] == ("it", "timeout", "timeout")


@pytest.mark.parametrize(
    ("event", "name", "saved"),
    [
        (Pressed("12#34"), "keypress", {"Digits": "12"}),
        (Pressed("987654"), "keypress", {"Digits": "987"}),
        (Pressed("#"), "timeout", {}),
        (Spoke("Billing.", 0.9), "speech", {"SpeechResult": "Billing.", "Confidence": 0.9}),
        (Spoke("Yes", data={"Language": "en"}), "speech", {"SpeechResult": "Yes", "Language": "en"}),
        (TimedOut(), "timeout", {}),
    ],
)
def test_gather(play, event, name, saved):
    """Keys end at the finishing key or at their number, no keys are no input, and the call's fields are saved too."""
    data = one("gather-input-on-call", "keypress", "speech", "timeout", say="?", finish_on_key="#", number_of_digits=3)
    run = play(data, trigger=CALL)
    assert run.effects == [Said("it", "?", details={"finish_on_key": "#", "number_of_digits": 3})]
    assert run.state.waiting.need == "input"
    run.give(event)
    assert run.path[1] == ("it", name, name)
    call = run.state.context["trigger"]["call"]
    assert run.saved["it"] == {**call, **saved}


@pytest.mark.parametrize("kind", ["send-and-wait-for-reply", "gather-input-on-call"])
def test_saving_a_response_under_a_name(play, kind):
    """`save_response_as` is accepted, and the run says that nothing is known of it."""
    run = play(one(kind, "timeout", save_response_as="answer"), trigger=CALL)
    assert Assumption.SAVE_AS in run.state.assumptions


def test_hanging_up_does_not_end_a_wait_for_messages(play):
    """Who waits for a message goes on waiting when a call is over."""
    run = play(one("send-and-wait-for-reply", "incomingMessage"), trigger=CALL).give(HungUp())
    assert (run.state.waiting.widget, run.state.hung_up) == ("it", True)
    assert run.give(Replied("x")).path[1][1] == "incomingMessage"


def test_say_play(play):
    """What is said is rendered; its end is usual."""
    run = play(one("say-play", "audioComplete", say="Hi {{contact.channel.address}}", loop=2), trigger=CALL)
    assert run.effects == [Said("it", f"Hi {CONTACT}", details={"loop": 2})]
    assert run.state.waiting.usual == "audioComplete"


@pytest.mark.parametrize(
    ("kind", "properties", "effect"),
    [
        ("connect-call-to", {"noun": "sip", "sip_endpoint": "sip:a@b", "sip_password": "secret", "caller_id": "+1"},
         Dialled("it", "sip", "+1", "sip:a@b")),
        ("connect-call-to", {"noun": "number", "to": "+15550100003", "caller_id": "{{contact.channel.address}}"},
         Dialled("it", "number", CONTACT, "+15550100003")),
        ("make-outgoing-call-v2", {"timeout": 60}, Dialled("it", "number", ADDRESS, CONTACT, {"timeout": 60})),
        ("enqueue-call", {"queue_name": "help", "task_attributes": "{}"}, Queued("it", "help", "{}")),
        ("send-to-flex", {"workflow": "WW1", "channel": "TC1", "attributes": '{"a":"{{contact.channel.address}}"}'},
         Queued("it", "WW1", f'{{"a":"{CONTACT}"}}', {"channel": "TC1"})),
        ("add-twiml-redirect", {"url": "https://example.com/t"}, Redirected("it", "POST", "https://example.com/t")),
        ("record-voicemail", {"max_length": 60}, Began("it", "record-voicemail", {"max_length": 60})),
        ("record-call", {"record_call": True}, Began("it", "record-call", {"record_call": True})),
        ("capture-payments", {"currency": "usd"}, Began("it", "capture-payments", {"currency": "usd"})),
        ("start-conversation", {"participants": [{"type": "sms", "identity": "{{contact.channel.address}}"}]},
         Began("it", "start-conversation", {"participants": [{"type": "sms", "identity": CONTACT}]})),
        ("resume-conversation", {"conversation_sid": "CH1"},
         Began("it", "resume-conversation", {"conversation_sid": "CH1"})),
        ("connect-virtual-agent", {"connector": "c"}, Began("it", "connect-virtual-agent", {"connector": "c"})),
        ("connect-virtual-agent-v2", {"connector_name": "c"},
         Began("it", "connect-virtual-agent-v2", {"connector_name": "c"})),
        ("run-conversation-relay", {"url": "wss://example.com"},
         Began("it", "run-conversation-relay", {"url": "wss://example.com"})),
        ("send-to-auto-pilot", {"body": "x"}, Began("it", "send-to-auto-pilot", {"body": "x"})),
    ],
)  # fmt: skip
def test_what_others_do(play, kind, properties, effect):
    """Each widget tells what it does, rendered, without passwords; its usual outcome is one of its events."""
    run = play(one(kind, *KINDS[kind].events, **properties), trigger=CALL)
    assert run.effects == [effect]
    assert run.state.waiting.usual in KINDS[kind].events
    assert run.settle().state.ended == "FLOW_END"


def test_fork_stream(play):
    """A stream is started without waiting for anybody."""
    run = play(one("fork-stream", "next", stream_action="start"), trigger=CALL)
    assert run.effects[0] == Began("it", "fork-stream", {"stream_action": "start"})
    assert run.state.ended == "FLOW_END"


@pytest.mark.parametrize(("kind", "failure"), [("run-function", "fail"), ("make-http-request", "failed")])
def test_answers_decide(play, kind, failure):
    """2xx and 3xx succeed, others fail, silence for ten seconds and more than 64 kB fail and save nothing."""
    data = one(kind, "success", failure, url="https://example.com/{{contact.channel.address}}")
    for status, name in ((200, "success"), (204, "success"), (302, "success"), (404, failure), (500, failure)):
        run = play(data).give(Answered(status, "x", "text/plain"))
        assert run.path[1][1] == name
        assert run.saved["it"] == {"body": "x", "content_type": "text/plain", "status_code": status}
    run = play(data).give(TimedOut())
    assert (run.path[1][1], run.saved, run.state.now) == (failure, {}, 1_700_000_010.0)
    assert isinstance(run.effects[1], Troubled)
    big = play(data).give(Answered(200, "x" * 65_537, "text/plain"))
    assert (big.path[1][1], big.saved) == (failure, {})


def test_requests_tell_what_they_send(play):
    """A request tells method, URL, body and parameters, a Function URL and parameters; all rendered."""
    parameters = [{"key": "who", "value": "{{contact.channel.address}}"}, {"key": "n", "value": "1"}]
    asked = {"method": "POST", "url": "https://example.com", "content_type": "application/json"}
    run = play(one("make-http-request", "success", body="{{trigger.message.Body}}", parameters=parameters, **asked))
    given = {"who": CONTACT, "n": "1"}
    assert run.effects == [Requested("it", "POST", "https://example.com", "Hello", given, "application/json")]
    called = play(one("run-function", "success", url="https://x.twil.io/y", parameters=parameters))
    assert called.effects == [FunctionCalled("it", "https://x.twil.io/y", given)]


@pytest.mark.parametrize("kind", ["run-function", "make-http-request"])
def test_parsed_merges_over_runs(play, kind):
    """JSON objects are parsed and merge with those of earlier runs; arrays and other texts leave `parsed` as it was."""
    data = definition(widget("it", kind, ("success", "it"), ("failed", "it"), ("fail", "it"), url="u"))
    run = play(data).give(Answered(200, '{"foo": "bar"}', "application/json; charset=utf-8"))
    assert run.saved["it"]["parsed"] == {"foo": "bar"}
    run.give(Answered(404, "not found", "text/plain"))
    assert (run.saved["it"]["parsed"], run.saved["it"]["body"]) == ({"foo": "bar"}, "not found")
    run.give(Answered(201, '{"created": true}'))
    assert run.saved["it"]["parsed"] == {"foo": "bar", "created": True}
    run.give(Answered(200, "[1]")).give(Answered(200, "{")).give(Answered(200, '{"x": 1}', "text/plain"))
    assert run.saved["it"]["parsed"] == {"foo": "bar", "created": True}


def test_headers_of_a_function(play):
    """A Function's headers are saved in lower case."""
    run = play(one("run-function", "success")).give(Answered(headers={"X-Twilio-Function-Concurrency": "3"}))
    assert run.saved["it"]["headers"] == {"x-twilio-function-concurrency": "3"}


def test_redirect_returns_with_parameters(play):
    """What TwiML returns with stands below the widget; a time-out of 0 is due at once."""
    run = play(one("add-twiml-redirect", "return", "timeout", url="u")).give(Outcome("return", {"foo": "bar"}))
    assert run.saved["it"] == {"foo": "bar"}
    at_once = play(one("add-twiml-redirect", "return", "timeout", url="u", timeout="0")).give(TimedOut())
    assert (at_once.path[1][1], at_once.state.now) == ("timeout", 1_700_000_000.0)


def test_a_widget_that_nobody_documents(play):
    """An unknown widget waits for one of the events of its transitions; without any it leads nowhere."""
    run = play(one("create-task", "created", "failed", name="x"))
    assert run.effects == [Began("it", "create-task", {"name": "x"})]
    assert run.state.waiting.answers == ("created", "failed")
    run.give(Outcome("failed"))
    assert run.path[1] == ("it", "failed", "failed")
    assert Assumption.UNKNOWN_WIDGET in run.state.assumptions
    assert play(one("hang-up")).state.ended == "FLOW_END"


def test_running_again_replaces_what_was_saved(play):
    """What a widget saves replaces all that it had saved before."""
    data = definition(widget("it", "gather-input-on-call", ("keypress", "it"), ("speech", "it"), say="?"))
    run = play(data, trigger=CALL).give(Pressed("1")).give(Spoke("two"))
    assert "Digits" not in run.saved["it"]
    assert run.saved["it"]["SpeechResult"] == "two"


def variables(*pairs):
    return [{"key": key, "value": value, **({"type": kind} if kind else {})} for key, value, kind in pairs]


def test_set_variables(play):
    """Texts that read as numbers are numbers, others stay as they are; JSON is parsed where the widget says so."""
    values = variables(
        ("count", " {{flow.variables.count | plus: 1}}\n", None),
        ("text", "{{trigger.message.Body}} ", "string"),
        ("quoted", '"1"', None),
        ("phone", CONTACT, None),
        ("zip", "01234", None),
        ("price", "1.50", None),
        ("half", "0.5", None),
        ("huge", "1" * 30, None),
        ("object", '{"a": [{{1 | plus: 1}}]}', "json_object"),
        ("broken", "{", "json_object"),
        ("nan", "NaN", "json_object"),
        ("literal", True, None),
        ("absent", None, None),
    )
    run = play(definition(widget("it", "set-variables", ("next", None), variables=values)))
    assert run.variables == {
        "count": 1, "text": "Hello ", "quoted": '"1"', "phone": CONTACT, "zip": "01234", "price": "1.50", "half": 0.5,
        "huge": "1" * 30, "object": {"a": [2]}, "broken": "{", "nan": "NaN", "literal": "true", "absent": "",
    }  # fmt: skip
    assert run.effects == [VariablesSet("it", run.variables)]
    assert {Assumption.JSON_VARIABLE, Assumption.NUMERIC_VARIABLE} <= run.state.assumptions


def test_variables_of_one_widget_do_not_see_each_other(play):
    """All values are rendered before the first is set; a later widget sees them, and may set them anew."""
    values = variables(("a", "1", None), ("b", "[{{flow.variables.a}}]", None))
    again = widget("again", "set-variables", ("next", None), variables=values)
    run = play(definition(widget("it", "set-variables", ("next", "again"), variables=values), again))
    assert run.steps[1].context["flow"]["variables"] == {"a": 1, "b": "[]"}
    assert run.variables == {"a": 1, "b": "[1]"}


def test_a_counter(play):
    """The documented counter counts, and a split compares it."""
    count = "{% if flow.variables.num %}\n  {{flow.variables.num | plus: 1}}\n{% else %}\n  0\n{% endif %}"
    enough = {"type": "greater_than", "value": "2", "arguments": ["{{flow.variables.num}}"], "friendly_name": "x"}
    split = widget("split", "split-based-on", ("noMatch", "it"), {"event": "match", "conditions": [enough]})
    loop = widget("it", "set-variables", ("next", "split"), variables=variables(("num", count, None)))
    run = play(definition(loop, split))
    assert (run.variables, len(run.steps), run.state.ended) == ({"num": 3}, 9, "FLOW_END")


def test_hanging_up(play):
    """A hang-up takes the widget's own event where it has one; else it ends the execution, without a step."""
    data = one("record-voicemail", "hangup")
    assert play(data, trigger=CALL).give(HungUp()).path[1] == ("it", "hangup", "hangup")
    run = play(one("say-play", "audioComplete", say="x"), trigger=CALL).give(HungUp())
    assert (run.state.ended, len(run.steps)) == ("CONTACT_HUNG_UP", 1)
