"""Liquid as Studio has it, without a clock."""

from __future__ import annotations

import pytest

from reconciler.definition.liquid_words import FILTERS
from reconciler.simulate import Assumption
from reconciler.simulate.liquid import render
from reconciler.simulate.liquid_tags import environment
from reconciler.simulate.moments import pacific

WINTER, SUMMER = 1_700_000_000.0, 1_720_000_000.0  # 2023-11-14 22:13:20 UTC, 2024-07-03 09:46:40 UTC
CONTEXT = {
    "trigger": {"message": {"Body": "Hi"}},
    "flow": {"variables": {"n": 3, "text": "4", "index": 1, "obj": {"b": [1, True], "a": None}}, "channel": {}},
    "widgets": {"my-http": {"parsed": {"sites": [{"name": "A"}, {"name": "B"}], "many": list(range(40))}}},
    "contact": {"channel": {"address": "+15550100001"}},
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain { text }", "plain { text }"),
        ("{{contact.channel.address}}", "+15550100001"),
        ("{{widgets.my-http.parsed.sites[flow.variables.index].name}}", "B"),
        ("{{widgets['my-http'].parsed.sites.size}}", "2"),
        ("{{flow.variables. n | plus: 1}}", "4"),
        ("{{flow.variables.text | plus: 1}}", "5"),
        ("[{{flow.variables.nothing}}{{nobody.at.all}}]", "[]"),
        ("{{flow.variables.nothing | default: 'you'}}", "you"),
        ("{% if flow.variables.n > 2 %}many{% else %}few{% endif %}", "many"),
        ("{{flow.variables.obj | to_json}}", '{"b":[1,true],"a":null}'),
        ("{{flow.variables.nothing | to_json}}", "null"),
        ("{{'é' | to_json}}", '"é"'),
        ("{{flow.variables.obj}}", '{"b":[1,true],"a":null}'),
        ("{{flow.variables.obj.b}}", "1true"),
        ("{{(1..3)}}", "1..3"),
        ("{{now}}{{today}}", ""),
        ("{% assign x = 'a' | upcase %}{{x}}", "A"),
        ("{{ 'now' | date: '%Y-%m-%d %H:%M:%S %Z' }}", "2023-11-14 14:13:20 PST"),
        ("{{ 'now' | date: '%s' }}", "1700000000"),
        ("{{ 1720000000 | date: '%H %Z' }}", "02 PDT"),
        ("{{ '1720000000' | date: '%H %Z' }}", "02 PDT"),
        ("{{ '2024-01-31T10:00:00+02:00' | date: '%d.%m. %H' }}", "31.01. 10"),
        ("{{ 'Wed, 02 Oct 2019 08:00:00 GMT' | date: '%a %H' }}", "Wed 08"),
        ("{{ 'soon' | date: '%d' }}", "soon"),
        ("{{ 'now' | date }}", "now"),
    ],
)
def test_texts(text, expected):
    """Variables, filters and tags render as Shopify's Liquid has them, objects as JSON, dates in Pacific time."""
    rendered = render(text, CONTEXT, WINTER)
    assert (rendered.text, rendered.fault) == (expected, None)


def test_loops_end_after_fifteen_items():
    """A loop gives at most 15 items, nested or not, and the rendering says that it left some out."""
    loop = "{% for i in widgets.my-http.parsed.many %}{{forloop.length}} {% endfor %}"
    rendered = render(loop, CONTEXT, WINTER)
    assert rendered.text == "15 " * 15
    assert Assumption.LOOP_LIMIT in rendered.assumptions
    assert Assumption.LOOP_LIMIT not in render("{% for i in (1..15) %}{{i}}{% endfor %}", CONTEXT, WINTER).assumptions
    nested = "{% for i in (1..10) %}{% for j in (1..10) %}x{% endfor %}{% endfor %}"
    assert render(nested, CONTEXT, WINTER).text == "x" * 100
    table = render("{% tablerow i in (1..40) %}{{i}}{% endtablerow %}", CONTEXT, WINTER)
    assert table.text.count("<td") == 15


@pytest.mark.parametrize(
    "text",
    [
        "{{ a | }}",
        "{{ a | no_such_filter }}",
        "{% if a %}",
        "{% include 'x' %}",
        "{% render 'x' %}",
        "{{ 5 | divided_by: 0 }}",
        "{% if flow.variables.text > 2 %}x{% endif %}",
        "{{ 'now' | date: '%Y', 1, 2 }}",
        "{{" + "a." * 100_001 + "}}",
        "{{ " + "9" * 5_000 + " }}",
        "{{ a" + "[a" * 2_000 + "]" * 2_000 + " }}",
        "{{ 'now' | date: '\ud800' }}",
        "{% for i in flow.variables.n %}" * 40 + "{% endfor %}" * 40,
    ],
)
def test_what_cannot_be_rendered_stays(text):
    """A text whose Liquid is wrong is used as it stands, with the reason."""
    rendered = render(text, CONTEXT, WINTER)
    assert rendered.text == text
    assert rendered.fault
    assert Assumption.FAULT in rendered.assumptions


def test_the_filters_are_those_that_lint_knows():
    """Rendering and analysis know the same filters, so that lint and a run never disagree about one."""
    assert set(environment().filters) == FILTERS


def test_pacific_time():
    """Summer time begins on the second Sunday of March at two and ends on the first of November at two."""
    assert pacific(SUMMER).tzname() == "PDT"
    assert [pacific(at).tzname() for at in (1710064799, 1710064800)] == ["PST", "PDT"]
    assert [pacific(at).tzname() for at in (1730624399, 1730624400)] == ["PDT", "PST"]


def test_the_same_moment_renders_the_same():
    """Nothing but the moment that is given decides what `now` is."""
    text = "{{ 'today' | date: '%c %s' }}"
    assert render(text, CONTEXT, SUMMER) == render(text, CONTEXT, SUMMER)
    assert render(text, CONTEXT, SUMMER) != render(text, CONTEXT, WINTER)


def test_a_text_does_not_grow_for_ever():
    """A text that would come to more than a megabyte stands as it is, however it is written."""
    long = {"flow": {"variables": {"x": "y" * 400_000}}}
    assert len(render("{{flow.variables.x}}{{flow.variables.x}}", long, 0).text) == 800_000
    for text in ("{{flow.variables.x}}" * 3, "{% for i in (1..9) %}{{flow.variables.x}}{% endfor %}"):
        rendered = render(text, long, 0)
        assert rendered.text == text
        assert rendered.fault is not None
        assert Assumption.FAULT in rendered.assumptions
