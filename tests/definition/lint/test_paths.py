"""Rules 5 to 7."""

import pytest


def test_a_failure_that_cuts_a_path_is_found(flow, widget, say):
    """All events of one widget that lead nowhere are one finding."""
    call = widget("call", ("answered", "b"), ("failed", None), kind="make-outgoing-call-v2")
    (problem,) = say("missing-error-path", flow(call, widget("b")))
    assert (problem.widget, problem.property) == ("call", "transitions.busy")
    assert problem.message.startswith("busy, noAnswer and failed of")


@pytest.mark.parametrize(
    "made",
    [
        {"kind": "run-function", "to": [("success", "b"), ("fail", "b")]},
        {"kind": "run-function", "to": [("success", None), ("fail", None)]},
        {"kind": "split-based-on", "to": [("noMatch", "b")]},
        {"kind": "some-new-widget", "to": [("success", "b")]},
    ],
    ids=["wired", "nothing follows anyway", "cannot fail", "unknown"],
)
def test_what_needs_no_error_path(flow, widget, say, made):
    """A widget whose failure is connected, changes nothing or is not known is no finding."""
    assert say("missing-error-path", flow(widget("a", *made["to"], kind=made["kind"]), widget("b"))) == []


def test_a_handoff_counts_even_at_the_end(flow, widget, say):
    """A task that is not queued strands somebody, although nothing follows; callFailure matters to calls alone."""
    data = flow(widget("flex", kind="send-to-flex"))
    assert [p.message.split(" of ")[0] for p in say("missing-error-path", data)] == ["failedToEnqueue"]
    data["states"][0]["transitions"][1]["next"] = "flex"
    assert [p.message.split(" of ")[0] for p in say("missing-error-path", data)] == ["failedToEnqueue and callFailure"]


def test_a_misspelt_next_is_told_once(flow, widget, say):
    """An error path that is only misspelt has a rule of its own."""
    data = flow(widget("a", ("success", "b"), kind="make-http-request"), widget("b"))
    data["states"][1]["transitions"].append({"event": "failed", "name": "b"})
    assert say("missing-error-path", data) == []


def test_unreachable_widgets_are_told_once(flow, widget, say):
    """What never runs never fails."""
    data = flow(widget("b"), widget("a", ("success", "b"), kind="make-http-request"))
    assert say("missing-error-path", data) == []


def test_messages_that_do_not_arrive(flow, widget, places):
    """A message with other work behind it is a finding; a last one, and one before more messages, is none."""
    message = widget("m", ("sent", "b"), kind="send-message")
    more = widget("b", ("sent", "m"), kind="send-message")
    save = widget("b", kind="run-function")
    assert places("missing-delivery-path", flow(message, save)) == [("m", "transitions.failed")]
    assert places("missing-delivery-path", flow(message, more)) == []
    assert places("missing-delivery-path", flow(widget("m", ("sent", None), kind="send-message"))) == []


def test_silence_on_a_call_and_in_a_chat(flow, widget, places):
    """A gather without timeout is found; a chat may end by itself, unless others in the flow are led on."""
    gather = widget("g", ("keypress", "b"), kind="gather-input-on-call")
    ask = widget("ask", ("incomingMessage", "b"), kind="send-and-wait-for-reply")
    assert places("missing-timeout-path", flow(gather, widget("b"))) == [("g", "transitions.timeout")]
    assert places("missing-timeout-path", flow(ask, widget("b"))) == []
    other = widget("b", ("incomingMessage", "g"), ("timeout", "g"), kind="send-and-wait-for-reply")
    assert places("missing-timeout-path", flow(ask, other, widget("g"))) == [("ask", "transitions.timeout")]


def test_a_loop_in_which_nothing_waits(flow, widget, say):
    """A retry without end is found, with its path, once."""
    fetch = widget("fetch", ("success", None), ("failed", "sorry"), kind="make-http-request")
    (problem,) = say("loop-without-wait", flow(fetch, widget("sorry", ("audioComplete", "fetch"))))
    assert problem.message.endswith("fetch → sorry → fetch")


def test_circles_that_share_a_widget_are_one_loop(flow, widget, say):
    """Loops within loops are one finding; a loop elsewhere is another."""
    data = flow(
        widget("a", ("audioComplete", "b"), ("other", "a")),
        widget("b", ("audioComplete", "c")),
        widget("c", ("audioComplete", "a"), ("other", "b"), ("third", "d")),
        widget("d", ("audioComplete", "d"), ("other", "end")),
        widget("end"),
    )
    assert [problem.widget for problem in say("loop-without-wait", data)] == ["a", "d"]


@pytest.mark.parametrize("event", ["deliveryFailure", "timeout"])
def test_a_failure_of_what_waits_does_not_wait(flow, widget, say, event):
    """A message that is sent again whenever it fails is a loop; one that is sent again after a time-out is none."""
    ask = widget("ask", ("incomingMessage", None), (event, "ask"), kind="send-and-wait-for-reply")
    assert len(say("loop-without-wait", flow(ask))) == (event == "deliveryFailure")


@pytest.mark.parametrize(
    "middle",
    [
        {"kind": "gather-input-on-call"},
        {"kind": "set-variables", "variables": [{"key": "n", "value": "{{flow.variables.n | plus: 1}}"}]},
        {"kind": "run-function", "url": "https://x-1.twil.io/sleep5"},
        {"kind": "a-new-widget"},
    ],
    ids=["waits", "counts", "sleeps", "unknown"],
)
def test_loops_that_somebody_stops(flow, widget, say, middle):
    """A loop with a question, a counter, a sleeping Function or an unknown widget in it is no finding."""
    kind = middle.pop("kind")
    data = flow(widget("a", ("audioComplete", "m")), widget("m", ("success", "a"), ("next", "a"), kind=kind, **middle))
    for transition in data["states"][2]["transitions"]:
        transition["event"] = {"gather-input-on-call": "keypress"}.get(kind, transition["event"])
    assert say("loop-without-wait", data) == []


def test_a_widget_that_every_answer_leads_back_to(flow, widget, places):
    """A question without a way out is found; asking again after silence is none."""
    asks = widget("g", ("keypress", "g"), ("speech", "g"), ("timeout", "b"), kind="gather-input-on-call")
    assert places("repeats-itself", flow(asks, widget("b"))) == [("g", "transitions.keypress")]
    again = widget("g", ("keypress", "b"), ("timeout", "g"), kind="gather-input-on-call")
    assert places("repeats-itself", flow(again, widget("b"))) == []


def test_limits_of_size(flow, widget, say):
    """2,000 widgets are right and 2,001 are not; so are bytes, counted as they are sent."""
    names = [widget(f"w{number}", ("next", f"w{number + 1}")) for number in range(2_000)]
    data = flow(*names)
    assert len(say("too-many-widgets", data)) == 1
    assert say("too-many-widgets", flow(*names[1:])) == []
    assert say("too-large", data) == []
    data["states"][1]["properties"]["say"] = "x" * 1_000_000
    assert len(say("too-large", data)) == 1
    assert len(say("too-many-steps", data)) == 1


def test_a_short_way_to_a_far_widget_counts(flow, widget, say):
    """Steps are counted along the shortest way."""
    data = flow(*[widget(f"w{number}", ("next", f"w{number + 1}")) for number in range(1_200)])
    data["states"][0]["transitions"][1]["next"] = "w600"
    assert say("too-many-steps", data) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{% for i in (1..16) %}x{% endfor %}", 1),
        ("{%- for i in (1..15) -%}x{% endfor %}", 0),
        ("{% for i in (1..99) limit: 10 %}x{% endfor %}", 0),
        ("{% for item in widgets.a.parsed.items %}x{% endfor %}", 0),
    ],
)
def test_liquid_loops(flow, widget, say, text, found):
    """A loop over a range of more than 15 is found; of what comes at run time nobody knows."""
    assert len(say("liquid-loop-limit", flow(widget("a", say=text)))) == found
