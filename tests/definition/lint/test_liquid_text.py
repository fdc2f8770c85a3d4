"""Rules 10, 11 and 15: Liquid that cannot be read, and what it makes of JSON."""

from __future__ import annotations

import pytest

from reconciler.definition.lint import attributes, liquid_text
from reconciler.definition.lint.engine import problems

RULES = (*liquid_text.RULES, *attributes.RULES)


def found(data):
    return [rule.id for rule, _ in problems(data, RULES)]


@pytest.fixture
def message(flow, widget):
    """Make a flow that says something."""

    def make(body):
        return flow(widget("say", kind="send-message", body=body))

    return make


@pytest.fixture
def task(flow, widget):
    """Make a flow that hands over to an agent."""

    def make(attributes):
        return flow(widget("agent", kind="send-to-flex", attributes=attributes))

    return make


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("{{ contact.channel.address | upcase | to_json }}", []),
        ("{{ contact.channel.address | uppercase }}", ["unknown-filter"]),
        ("{% if x.y %}a{% elseif x.z %}b{% endif %}", ["unknown-tag"]),
        ("{% include 'x' %}", ["unknown-tag"]),
        ("{% widget %}a{% endwidget %}", ["unknown-tag"]),
        ("Hello {{ contact.name }", ["unbalanced-braces"]),
        ("{{ flow.variables.n + 1 }}", ["liquid-syntax"]),
        ("{% if x.y %}a", ["liquid-syntax"]),
        ('{"a": {"b": "{{ contact.name }}"}}', []),
    ],
)
def test_texts(message, body, expected):
    """Unknown words, braces and syntax are told apart."""
    assert found(message(body)) == expected


def test_what_is_meant(message):
    """The nearest known word is offered."""
    hints = {problem.hint for _, problem in problems(message("{{a.b | strips}}{% asign x = 1 %}"), RULES)}
    assert hints == {"Did you mean 'strip'?", "Did you mean 'assign'?"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        '{"a": "{{x.y}}", "b": {{x.z | to_json}}, "c": ${NUMBER}}',
        "{{widgets.make.parsed | to_json}}",
        '{% if x.y %}{"a": 1}{% else %}{"b": 2}{% endif %}',
        '{"a": [{% for b in c.d %}"{{b}}"{% unless forloop.last %},{% endunless %}{% endfor %}]}',
        '{"a": "two\nlines"}',
    ],
)
def test_attributes_that_are_json(task, text):
    """What may become JSON is no finding."""
    assert found(task(text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "name={{x.y}}",
        '{"a": "{{x.y}}" "b": 1}',
        '{"a": 1,}',
        '["{{x.y}}"]',
        "{'a': '{{x.y}}'}",
        '{"a": 1, {% if x.y %}"b": 2{% endif %}}',
    ],
)
def test_attributes_that_are_not(task, text):
    """What cannot become a JSON object is, also when only one branch of it cannot."""
    assert found(task(text)) == ["attributes-not-json"]


def test_attributes_of_calls(flow, widget):
    """Attributes of a call in a queue are judged as well; an unknown Liquid is told once, by its own rule."""
    assert found(flow(widget("queue", kind="enqueue-call", task_attributes="{"))) == ["attributes-not-json"]
    assert found(flow(widget("queue", kind="enqueue-call", task_attributes='{"a": {{x.y + 1}}}'))) == ["liquid-syntax"]


def test_messages_show_no_values(message, task):
    """What stands between quotes is in no message: it may be a secret."""
    for data in (task('{"token": "s3cr3t" "a": 1}'), message("{{ 's3cr3t' + 'x }}"), message("{{ a.b | = 's3cr3t' }}")):
        told = [problem.message for _, problem in problems(data, RULES)]
        assert told
        assert not any("s3cr3t" in text for text in told)
