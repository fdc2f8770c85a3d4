"""Rule 8: what Liquid reads from widgets."""

from __future__ import annotations

import pytest

from reconciler.definition.lint.engine import problems
from reconciler.definition.lint.outputs import outputs
from reconciler.definition.lint.references import RULES


def found(data):
    return [(rule.id, problem.widget, problem.property) for rule, problem in problems(data, RULES)]


def hints(data):
    return [problem.hint for _, problem in problems(data, RULES)]


@pytest.fixture
def ask(widget):
    """Make a widget that waits for a reply."""

    def make(name="ask", to="say", **properties):
        return widget(name, ("incomingMessage", to), ("timeout", None), kind="send-and-wait-for-reply", **properties)

    return make


@pytest.fixture
def say(widget):
    """Make a message that says something."""

    def make(body, name="say", to=None):
        return widget(name, ("sent", to), kind="send-message", body=body)

    return make


@pytest.fixture
def reading(flow, widget, say):
    """Make a flow that says what a widget of some kind left behind."""

    def make(kind, output):
        return flow(widget("it", ("next", "say"), kind=kind), say(f"{{{{ widgets.it.{output} }}}}"))

    return make


def test_unknown_widget(flow, ask, say):
    """A reference to no widget is found, with the name that may be meant; one to a widget that ran is none."""
    assert found(flow(ask(), say("{{widgets.ask.inbound.Body}}"))) == []
    data = flow(ask(), say("{{ widgets['aks'].inbound.Body | default: 'x' }}"))
    assert found(data) == [("unknown-widget-reference", "say", "properties.body")]
    assert hints(data) == ["Did you mean 'ask'?"]


def test_the_same_reference_is_told_once(flow, ask, say):
    """A reference that a text repeats is told once, another text tells it again."""
    data = flow(ask(body="{{widgets.gone.x}}"), say("{{widgets.gone.x}} {{widgets.gone.x}}"))
    assert [place for _, place, _ in found(data)] == ["ask", "say"]


@pytest.mark.parametrize(
    ("kind", "output", "hint"),
    [
        ("gather-input-on-call", "Digitss", "Did you mean 'Digits'?"),
        ("gather-input-on-call", "inbound.Body", None),
        ("make-http-request", "name", "Fields of a JSON answer are below 'parsed': widgets.it.parsed.name."),
        ("send-and-wait-for-reply", "inbound.body", "Did you mean 'Body'?"),
        ("send-and-wait-for-reply", "Body", "The reply is widgets.it.inbound.Body."),
        ("split-based-on", "input", None),
    ],
)
def test_unknown_output(reading, kind, output, hint):
    """An output that a kind of widget does not have is found, with what may be meant."""
    data = reading(kind, output)
    assert found(data) == [("unknown-widget-output", "say", "properties.body")]
    assert hints(data) == [hint]


@pytest.mark.parametrize(
    ("kind", "output"),
    [
        ("gather-input-on-call", "SpeechResult"),
        ("make-http-request", "parsed.a.b"),
        ("run-function", "body"),
        ("send-and-wait-for-reply", "inbound.MediaUrl3"),
        ("send-and-wait-for-reply", "inbound.ButtonPayload"),
        ("connect-call-to", "DialCallStatus"),
        ("record-voicemail", "RecordingUrl"),
        ("run-subflow", "whatever"),
        ("add-twiml-redirect", "whatever"),
        ("not-invented-yet", "whatever"),
        ("send-to-flex", "sid"),
    ],
)
def test_known_output(reading, kind, output):
    """What a kind of widget has is no finding, nor is anything of a kind that may leave anything behind."""
    assert found(reading(kind, output)) == []


def test_variables_are_not_outputs(flow, widget, say):
    """What was set as a variable is named where it is read."""
    it = widget("it", ("next", "say"), kind="set-variables", variables=[{"key": "a", "value": "1"}])
    assert hints(flow(it, say("{{ widgets.it.variables.a }}"))) == ["Variables are read as flow.variables.a."]


def test_kinds_are_told_apart():
    """Kinds without a table may leave anything, those with an empty one nothing."""
    assert outputs("run-subflow") is None
    assert outputs("split-based-on") == frozenset()


def test_never_ran(flow, ask, say):
    """A widget that comes later, or that reads itself before it ran, is told; a loop makes it possible."""
    data = flow(say("{{widgets.ask.inbound.Body}}", "first", "ask"), ask(to="last"), say("bye", "last"))
    assert found(data) == [("widget-never-ran", "first", "properties.body")]
    looped = flow(say("{{widgets.ask.inbound.Body | default: '-'}}", "first", "ask"), ask(to="first"))
    assert found(looped) == []
    assert found(flow(ask(body="{{widgets.ask.inbound.Body}}", to=None))) == [
        ("widget-never-ran", "ask", "properties.body")
    ]


def test_may_not_have_run(flow, widget, ask, say):
    """A widget that a path leads around is told, unless a default, a condition or a split copes with it."""

    def around(body):
        start = widget("start", ("success", "ask"), ("fail", "say"), kind="run-function")
        return flow(start, ask(), say(body))

    assert found(around("{{widgets.ask.inbound.Body}}")) == [("widget-may-not-have-run", "say", "properties.body")]
    assert found(around("{{widgets.ask.inbound.Body | default: '-'}}")) == []
    assert found(around("{% if widgets.ask.inbound %}{{widgets.ask.inbound.Body}}{% endif %}")) == []
    assert found(around("{{widgets.start.parsed.x}}")) == []


def test_splits_tell_what_is_there(flow, widget, ask, say, match):
    """A split may ask for what is not there; behind a condition that found it, it is."""

    def asking(kind, body):
        split = widget("split", ("noMatch", "no"), kind="split-based-on", input="{{widgets.ask.inbound.Body}}")
        condition = match("x", "say", kind=kind)
        condition["conditions"][0]["arguments"] = ["{{widgets.ask.inbound.Body}}"]
        split["transitions"].append(condition)
        start = widget("start", ("success", "ask"), ("fail", "split"), kind="run-function")
        return flow(start, ask(to="split"), split, say(body), say(body, "no"))

    body = "{{widgets.ask.inbound.Body}}"
    rule = "widget-may-not-have-run"
    assert found(asking("equal_to", body)) == [(rule, "no", "properties.body")]
    assert found(asking("is_not_blank", body)) == [(rule, "no", "properties.body")]
    assert found(asking("is_blank", body)) == [(rule, "say", "properties.body")]
    assert [place for _, place, _ in found(asking("not_equal_to", body))] == ["say", "no"]


def test_what_cannot_run_is_not_judged(flow, ask, say):
    """Of widgets that nothing leads to, only names and outputs are judged."""
    data = flow(say("hello"), say("{{widgets.ask.inbound.Body}} {{widgets.gone.x}}", "lost"), ask())
    assert found(data) == [("unknown-widget-reference", "lost", "properties.body")]
