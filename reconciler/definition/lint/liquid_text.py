"""Rules 10 and 11: Liquid that Studio cannot read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from reconciler.definition.lint.context import Context
from reconciler.definition.lint.flow import Text, Widget
from reconciler.definition.lint.rule import Problem, Rule
from reconciler.definition.liquid import Kind, Liquid, read
from reconciler.definition.liquid_words import FILTERS, TAGS
from reconciler.definition.remarks import did_you_mean


def _texts(context: Context) -> Iterator[tuple[Widget, Text, Liquid]]:
    for widget in context.flow.widgets:
        for text in widget.texts():
            if "}" in text.value or "{" in text.value:
                yield widget, text, read(text.value)


def _filters(context: Context) -> Iterator[Problem]:
    for widget, text, liquid in _texts(context):
        for name in dict.fromkeys(used.name for used in liquid.filters if used.name not in FILTERS):
            hint = did_you_mean(name, sorted(FILTERS))
            yield Problem(f"unknown filter {name!r}", text.path, widget.name, text.property, hint)


def _tags(context: Context) -> Iterator[Problem]:
    for widget, text, liquid in _texts(context):
        for name in dict.fromkeys(used.name for used in liquid.tags if used.name not in TAGS):
            hint = did_you_mean(name, sorted(TAGS))
            yield Problem(f"unknown tag {name!r}", text.path, widget.name, text.property, hint)


def _braces(context: Context) -> Iterator[Problem]:
    return _faults(context, "braces")


def _syntax(context: Context) -> Iterator[Problem]:
    yield from _faults(context, "syntax")
    yield from _faults(context, "block")


def _faults(context: Context, kind: Kind) -> Iterator[Problem]:
    for widget, text, liquid in _texts(context):
        for fault in liquid.faults:
            if fault.kind == kind:
                message = f"{fault.message} (character {fault.start + 1})"
                yield Problem(message, text.path, widget.name, text.property)


RULES: Final = (
    Rule(
        id="unknown-filter",
        number=10,
        severity="warning",
        summary="A Liquid filter that Studio is not known to have",
        why=(
            "Studio passes the value on unchanged, or logs an error and sends nothing. Taken for known: the filters of "
            "Shopify's Liquid and `to_json`; Twilio's own list could not be had."
        ),
        example="{{flow.variables.name | uppercase}}",
        remedy="Use a filter of Liquid, here upcase, or do it in a Function.",
        check=_filters,
    ),
    Rule(
        id="unknown-tag",
        number=10,
        severity="warning",
        summary="A Liquid tag that Studio is not known to have",
        why=(
            "The whole text cannot be rendered. Taken for known: the tags of Shopify's Liquid that need no other "
            "template; include and render have nothing to include."
        ),
        example="{% elseif flow.variables.lang == 'es' %}",
        remedy="Use a tag of Liquid, here elsif.",
        check=_tags,
    ),
    Rule(
        id="unbalanced-braces",
        number=11,
        severity="warning",
        summary="Braces of Liquid that are opened and not closed, or closed and not opened",
        why="The text is sent as it stands, braces included, or not at all. JSON next to Liquid is not meant.",
        example="Hello {{contact.channel.address}",
        remedy="Close what is open. To send braces as they are, put them between {% raw %} and {% endraw %}.",
        check=_braces,
    ),
    Rule(
        id="liquid-syntax",
        number=11,
        severity="warning",
        summary="Liquid that cannot be read: an expression that is none, a block without its end",
        why="Studio logs an error, and the value is empty or the text is sent as it stands.",
        example="{{flow.variables.count + 1}}",
        remedy="Write it as Liquid does: filters instead of operators, {% endif %} for every {% if %}.",
        check=_syntax,
    ),
)
