"""Reading Liquid: what a text refers to, and what is wrong with it."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reconciler.definition.liquid import read
from reconciler.definition.liquid_expression import common
from reconciler.definition.liquid_parse import by_library
from reconciler.definition.liquid_scan import pieces
from reconciler.definition.liquid_words import FILTERS, TAGS

NAMES = st.from_regex(r"[a-z]([a-z0-9_-]{0,8}[a-z0-9])?", fullmatch=True).filter(
    lambda name: name not in {"true", "false", "nil", "null", "empty", "blank", "and", "or", "not", "in", "if", "else"}
)
MARKUP = st.text(alphabet="{}%'\"[]().|: ab-_=0\n", max_size=60)
WORDS = st.lists(
    st.sampled_from(
        [*"{}%|.[]\"':=-, ", "{{", "}}", "{%", "%}", "if", "endif", "for", "in", "assign", "widgets.a", "x"]
    ),
    max_size=25,
).map("".join)


def paths(text):
    return [reference.path for reference in read(text).references]


def kinds(text):
    return [fault.kind for fault in read(text).faults]


def test_references_filters_and_tags():
    """Paths, filters and tags are found with their places; what a text names itself is no reference."""
    text = (
        "{{ widgets.ask.inbound.Body | strip | default: flow.variables.nickname }}"
        "{% assign x = widgets['http-1'].parsed.items[0].name %}{{ x }}"
        "{% for item in flow.variables.list limit: 3 %}{{ item.name }}{{ forloop.index }}{% endfor %}"
    )
    found = read(text)
    assert paths(text) == [
        ("widgets", "ask", "inbound", "Body"),
        ("flow", "variables", "nickname"),
        ("widgets", "http-1", "parsed", "items", 0, "name"),
        ("flow", "variables", "list"),
    ]
    assert [text[f.start : f.end] for f in found.filters] == ["strip", "default"]
    assert [tag.name for tag in found.tags] == ["assign", "for"]
    assert found.locals == {"x", "item"}
    assert not found.faults


def test_computed_steps():
    """A step that only the execution knows is open, and what it is computed from is a reference of its own."""
    assert paths("{{ widgets[flow.variables.which].Digits | upcase }}") == [
        ("widgets", None, "Digits"),
        ("flow", "variables", "which"),
    ]
    assert read("{{ a[b].c }}").references[0].text == "a.….c"


@pytest.mark.parametrize(
    ("text", "guarded"),
    [
        ("{{ flow.variables.x }}", False),
        ("{{ flow.variables.x | upcase }}", False),
        ("{{ flow.variables.x | default: 'y' }}", True),
        ("{{ flow.variables.x | upcase | default: 1 }}", True),
        ("{% assign y = flow.variables.x | default: 1 %}", True),
        ("{{ 'a' | default: flow.variables.x }}", False),
        ("{% if flow.variables.x %}{% endif %}", True),
        ("{% case flow.variables.x %}{% when 'a' %}{% endcase %}", True),
        ("{% if flow.variables.y %}{{ flow.variables.x }}{% endif %}", False),
        ("{% for y in flow.variables.x %}{% endfor %}", False),
    ],
)
def test_guards(text, guarded):
    """A default, or a condition on the same value, copes with its absence; one on another value does not."""
    found = [r for r in read(text).references if r.path == ("flow", "variables", "x")]
    assert [r.guarded for r in found] == [guarded]


def test_guarded_blocks():
    """Whatever stands in a block is guarded by the conditions of that block, also in its other branches."""
    text = "{% if widgets.a.x %}{{ widgets.a.y }}{% else %}{{ widgets.a.z.q }}{% endif %}{{ widgets.a.y }}"
    assert [r.guarded for r in read(text).references] == [True, True, True, False]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": {"b": {{ flow.variables.x }}}}', []),
        ('{"a": {"b": "{{ flow.variables.x }}"}}', []),
        ("no Liquid, only }} and {", ["braces"]),
        ("Hello {{ contact.name", ["braces"]),
        ("Hello {{ contact.name and {{ flow.x }}", ["braces"]),
        ("Hello {{ contact.name }}}", ["braces"]),
        ("Hello {contact.name}}", ["braces"]),
        ("Hello {{{ contact.name }}", ["braces"]),
        ("{% if x", ["braces"]),
        ("x %} y", ["braces"]),
        ("{% if x %}", ["block"]),
        ("{% endif %}", ["block"]),
        ("{% else %}", ["block"]),
        ("{% if a %}{% for b in c %}{% endif %}{% endfor %}", ["block", "block"]),
        ("{% %}", ["syntax"]),
        ("{{ a | }}", ["syntax"]),
        ("{{ 1 + 2 }}", ["syntax"]),
        ("{{ widgets.my widget.body }}", ["syntax"]),
        ("{{}}", []),
        ("{% raw %}{{ not.liquid }{% endraw %}", []),
        ("{% comment %}{{ not.liquid {% endcomment %}", []),
    ],
)
def test_faults(text, expected):
    """Braces, blocks and syntax are told apart; JSON next to Liquid is no fault."""
    assert kinds(text) == expected


def test_references_survive_faults():
    """What the library refuses loses neither its own references nor others."""
    text = "{{widgets.one.x}}{{widgets.two.y + 'widgets.no.z'}}{% nonsense widgets.three %}{{ open {{widgets.four.z}}"
    assert [path[1] for path in paths(text)] == ["one", "two", "three", "four"]
    assert "nonsense" in {tag.name for tag in read(text).tags}


def test_loops():
    """The turns of a loop are counted where the text says them."""
    text = "{% for i in (1..20) %}{% endfor %}{% for i in (1..20) limit: 4 %}{% endfor %}{% for i in a.b %}{% endfor %}"
    assert [loop.items for loop in read(text).loops] == [20, 4, None]


def test_words_of_the_language():
    """Studio's own filter is known, and so are the tags of the language; partials are not."""
    assert {"to_json", "default", "date"} <= FILTERS
    assert {"if", "elsif", "case", "assign"} <= TAGS
    assert not {"include", "render"} & TAGS


@given(st.text() | MARKUP | WORDS)
def test_any_text_is_read(text):
    """Any text is read, its pieces have no gaps, and everything that is found stands inside of it."""
    cut = list(pieces(text))
    assert "".join(text[piece.start : piece.end] for piece in cut) == text
    found = read(text)
    for thing in (*found.references, *found.filters, *found.tags, *found.faults, *found.loops):
        assert 0 <= thing.start < thing.end <= len(text)
    for used in found.filters:
        assert text[used.start : used.end] == used.name
    for reference in found.references:
        assert reference.path[0] is None or text[reference.start :].startswith(str(reference.path[0]))


@given(
    st.lists(
        st.tuples(NAMES, NAMES, st.sampled_from(["{{%s}}", "{{ %s | upcase }}", "{%% if %s == 'a' %%}b{%% endif %%}"]))
    )
)
def test_generated_references_are_found(parts):
    """Every reference that a text was made of is found, in order."""
    text = "text ".join(form % f"widgets.{widget}.{output}" for widget, output, form in parts)
    assert paths(text) == [("widgets", widget, output) for widget, output, _ in parts]
    assert not read(text).faults


OPERANDS = [
    "a",
    "b.c",
    "b[d.e]",
    "f['g']",
    "x[0]",
    "'s|t'",
    '"q"',
    "1",
    "-2.5",
    "true",
    "nil",
    "empty.z",
    "not",
    "default",
]
OPERATORS = ["==", "!=", "<", "contains", "and", "or", "in", "=", "|default:", "|upcase", "|plus:1", ",", "limit"]
EXPRESSIONS = st.lists(
    st.sampled_from([*"|:,=<[]()' -", *OPERANDS, *(f" {operator} " for operator in OPERATORS)]), max_size=7
).map(lambda words: "".join(words).strip())


@given(st.sampled_from(["output", "condition", "assign", "loop"]), EXPRESSIONS)
@example("output", "a.b | default: 'c | d', e['f | g']")
@example("condition", "a == b and c contains 'd' or empty")
@example("assign", "x = a[b.c].d | default: e | plus: 1")
def test_common_forms_are_read_as_the_library_reads_them(form, body):
    """What is read without the library is what the library would have read."""
    simple = common(form, body)
    assert simple is None or simple == by_library(form, body)


@pytest.mark.parametrize(
    "text",
    [
        "{{" * 20_000,
        "{% raw %}" * 5_000,
        "{{ a }} {{" * 5_000,
        "{{a" + "[a" * 5_000 + "}}",
        "{{x" + " " * 20_000 + "y}}",
    ],
)
def test_hostile_texts_take_no_longer(text):
    """A text of nothing but braces takes a time that grows with its length."""
    began = time.process_time()
    read(text)
    assert time.process_time() - began < 3


def test_common_texts_need_no_library():
    """What nearly all texts say is read without the library, whose import would be felt in every plan."""
    script = (
        "import sys; from reconciler.definition.liquid import read; "
        "read(\"{{a.b | default: 'c'}}{% if a.b == 'x' %}{% assign d = e.f | plus: 1 %}{% endif %}\"); "
        "raise SystemExit('liquid' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0  # noqa: S603 - our own script
