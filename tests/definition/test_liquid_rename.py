"""Texts that follow renamed widgets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.definition.liquid import read
from reconciler.definition.liquid_rename import renamed_references


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{{widgets.ask.inbound.Body}}", "{{widgets.menu.inbound.Body}}"),
        ("{{ widgets['ask'].x }}{{ widgets[\"ask\"].x }}", "{{ widgets['menu'].x }}{{ widgets[\"menu\"].x }}"),
        ("{% if widgets.ask.x == 'widgets.ask.x' %}", "{% if widgets.menu.x == 'widgets.ask.x' %}"),
        (
            "{{ a[widgets.ask.Digits] | default: widgets.ask.y }}",
            "{{ a[widgets.menu.Digits] | default: widgets.menu.y }}",
        ),
        ("{{ widgets.ask_again.x }}{{ my.widgets.ask }}", "{{ widgets.ask_again.x }}{{ my.widgets.ask }}"),
        ("Say widgets.ask.x", "Say widgets.ask.x"),
        ("{{ open {{ widgets.ask.x }}", "{{ open {{ widgets.menu.x }}"),
        ("{% raw %}{{ widgets.ask.x }}{% endraw %}", "{% raw %}{{ widgets.ask.x }}{% endraw %}"),
    ],
)
def test_references_follow(before, after):
    """References between braces follow a renamed widget; plain text, strings and other names do not."""
    assert renamed_references(before, {"ask": "menu"}) == after


def test_names_swap():
    """All names change at once."""
    assert (
        renamed_references("{{widgets.a.x}}{{widgets.b.x}}", {"a": "b", "b": "a"}) == "{{widgets.b.x}}{{widgets.a.x}}"
    )


def test_names_that_need_quotes():
    """A name that cannot stand behind a dot is put between quotes."""
    text = renamed_references("{{ widgets.ask.x | upcase }}", {"ask": "the menu"})
    assert text == "{{ widgets['the menu'].x | upcase }}"
    assert read(text).references[0].path == ("widgets", "the menu", "x")


@given(st.text(alphabet="{}%'\"[]. |widgetsaskb", max_size=60), st.sampled_from(["new", "n-1"]))
def test_renaming_there_and_back(text, name):
    """Renaming to a name that is not in use and back gives the same text, whatever it is."""
    there = renamed_references(text, {"ask": name})
    assert renamed_references(there, {name: "ask"}) == text
