"""Rule 9: variables that nothing sets, or not on every path."""

from __future__ import annotations

import pytest

from reconciler.definition import document
from reconciler.definition.lint.context import Neighbour, Surroundings
from reconciler.definition.lint.engine import problems
from reconciler.definition.lint.variables import RULES


def found(data, **more):
    return [(rule.id, problem.widget) for rule, problem in problems(data, RULES, **more)]


@pytest.fixture
def keep(widget):
    """Make a widget that sets variables."""

    def make(name, to, **values):
        variables = [{"key": key, "value": value} for key, value in values.items()]
        return widget(name, ("next", to), kind="set-variables", variables=variables)

    return make


@pytest.fixture
def say(widget):
    """Make a message that says something."""

    def make(body, name="say", to=None):
        return widget(name, ("sent", to), kind="send-message", body=body)

    return make


def test_never_set(flow, keep, say):
    """A variable that nothing sets is told with the one that may be meant; a default copes with it."""
    data = flow(keep("set", "say", lang="en"), say("{{flow.variables.langs}}"))
    assert [(rule.id, p.widget, p.hint) for rule, p in problems(data, RULES)] == [
        ("variable-never-set", "say", "Did you mean 'lang'?")
    ]
    assert (
        found(flow(keep("set", "say", lang="en"), say("{{flow.variables.lang}}{{flow.variables.x | default: 1}}")))
        == []
    )


def test_parts_of_objects(flow, keep, say):
    """A part of a variable is set with it."""
    assert found(flow(keep("set", "say", a="{}"), say("{{flow.variables.a.b.c}}"))) == []


def test_set_too_late(flow, keep, say):
    """A variable that is set only afterwards is told."""
    data = flow(say("{{flow.variables.a}}", to="set"), keep("set", None, a="1"))
    assert found(data) == [("variable-never-set", "say")]


def test_not_on_every_path(flow, widget, keep, say):
    """A variable that one path does not set is told where it is read, not where a split asks for it."""
    start = widget("start", ("success", "set"), ("fail", "say"), kind="run-function")
    assert found(flow(start, keep("set", "say", a="1"), say("{{flow.variables.a}}"))) == [
        ("variable-may-be-unset", "say")
    ]
    split = widget("say", ("noMatch", None), kind="split-based-on", input="{{flow.variables.a}}")
    assert found(flow(start, keep("set", "say", a="1"), split)) == []


def test_counters_start_from_nothing(flow, keep, say):
    """A widget that adds to a variable may be the first to set it."""
    data = flow(keep("count", "say", n="{{flow.variables.n | plus: 1}}"), say("{{flow.variables.n}}", to="count"))
    assert found(data) == []


def test_keys_with_liquid(flow, keep, say):
    """When only the execution knows what is set, nothing is told."""
    assert found(flow(keep("set", "say", **{"{{contact.x}}": "1"}), say("{{flow.variables.a}}"))) == []


def test_saved_responses(flow, widget, say):
    """A response that is saved under a name is set."""
    ask = widget("ask", ("keypress", "say"), kind="gather-input-on-call", save_response_as="a")
    assert found(flow(ask, say("{{flow.variables.a}}"))) == []


def test_results_of_subflows(flow, widget, keep, say):
    """What a sub-flow sets is not the caller's, and the hint says where it is."""
    called = document.of(flow(keep("set", None, result="1")))
    call = widget("call", ("completed", "say"), kind="run-subflow", flow_sid="${flow.sub.sid}")
    data = flow(call, say("{{flow.variables.result}}"))
    around = Surroundings(flows={"sub": Neighbour(called)})
    [(rule, problem)] = problems(data, RULES, around=around)
    assert rule.id == "variable-never-set"
    assert problem.hint is not None
    assert "widgets.call.result" in problem.hint
