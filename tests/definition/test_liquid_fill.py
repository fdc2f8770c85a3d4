"""JSON with Liquid in it, filled."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.definition.liquid_fill import filled


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": "{{ x }}", "b": {{ y | to_json }}}', '{"a": "x", "b": 0}'),
        ('{"a": "\\"{{ x }}"}', '{"a": "\\"x"}'),
        ('{"a": "${NAME}", "b": ${NUMBER}}', '{"a": "x", "b": 0}'),
        ('{{ x["a"] }}', "0"),
        ('{% if x %}{"a": 1}{% else %}{"b": 2}{% endif %}', '{"a": 1}'),
        ("{% case x %} {% when 1 %}a{% when 2 %}b{% else %}c{% endcase %}", "a"),
        ("{% comment %}x{% endcomment %}{% raw %}{{{% endraw %}{% capture y %}z{% endcapture %}", "{{"),
        ("{% assign x = 1 %}1", "1"),
    ],
)
def test_filled(text, expected):
    """Between quotes comes a letter, elsewhere a number; of a block the first branch."""
    assert filled(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{% if x %}a{% else %}b{% endif %}", "b"),
        ("{% if x %}a{% endif %}", ""),
        ("{% unless x %}a{% endunless %}", ""),
        ("{% case x %}{% when 1 %}a{% else %}c{% endcase %}", "c"),
        ("{% if x %}a{% elsif y %}b{% endif %}c", "c"),
        ("{% if x %}a{% else %}{% if y %}b{% else %}c{% endif %}{% endif %}", "c"),
    ],
)
def test_filled_otherwise(text, expected):
    """Otherwise comes the last branch, or nothing."""
    assert filled(text, otherwise=True) == expected


@given(
    st.recursive(
        st.text(), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
    ).map(json.dumps)
)
def test_json_without_liquid_stays_json(text):
    """JSON stays JSON."""
    json.loads(filled(text) if "{{" not in text and "{%" not in text and "${" not in text else text)


@given(st.text(alphabet='{}%"$ ifelsendraw\\x', max_size=50), st.booleans())
def test_any_text_is_filled(text, otherwise):
    """Any text can be filled."""
    assert isinstance(filled(text, otherwise=otherwise), str)
