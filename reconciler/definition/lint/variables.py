"""Rule 9: `flow.variables` that nothing sets, or not on every path."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from reconciler.definition.lint.context import Context
from reconciler.definition.lint.flow import Flow
from reconciler.definition.lint.flow import read as read_flow
from reconciler.definition.lint.history import History, Read, fact_of, history, reads, set_by
from reconciler.definition.lint.rule import Problem, Rule
from reconciler.definition.lint.subflows import name_of
from reconciler.definition.remarks import did_you_mean


def _to_variables(context: Context) -> Iterator[tuple[Read, str]]:
    """Give what reads variables, each variable once for each widget, with its name."""
    seen: set[tuple[str, str]] = set()
    for read in reads(context.flow):
        fact = fact_of(read.reference)
        if fact is None or fact[0] != "flow.variables" or read.reference.guarded:
            continue
        if (read.widget.name, fact[1]) not in seen:
            seen.add((read.widget.name, fact[1]))
            yield read, fact[1]


def _keys(context: Context) -> set[str] | None:
    """Give the variables that the flow sets; None when only the execution knows them."""
    keys = _keys_of(context.flow)
    return None if any("{" in key for key in keys) else keys


def _never(context: Context) -> Iterator[Problem]:
    keys = _keys(context)
    if keys is None:
        return
    past = history(context.flow)
    for read, key in _to_variables(context):
        if key not in keys:
            message = f"flow.variables.{key} is read, and no widget of this flow sets it"
            yield _problem(read, message, _instead(context, key) or did_you_mean(key, sorted(keys)))
        elif _too_early(past, read, key):
            yield _problem(read, f"flow.variables.{key} is read before any widget can have set it")


def _too_early(past: History, read: Read, key: str) -> bool:
    if read.testing or read.widget.name not in past.may or key in set_by(read.widget):
        return False
    return not past.possible(read, ("flow.variables", key))


def _sometimes(context: Context) -> Iterator[Problem]:
    if _keys(context) is None:
        return
    past = history(context.flow)
    for read, key in _to_variables(context):
        # A widget that adds to a variable starts from nothing: every counter does.
        if read.testing or read.widget.name not in past.may or key in set_by(read.widget):
            continue
        fact = ("flow.variables", key)
        if past.possible(read, fact) and not past.certain(read, fact):
            yield _problem(read, f"flow.variables.{key} is not set on every path that leads here")


def _instead(context: Context, key: str) -> str | None:
    """Say where the value is when a sub-flow sets a variable of that name."""
    for widget in context.flow.widgets:
        name = name_of(context, widget.text("flow_sid")) if widget.type == "run-subflow" else ""
        called = context.around.flows.get(name)
        if called is not None and key in _keys_of(read_flow(called.definition.data())):
            return f"What a sub-flow sets is read from its widget: widgets.{widget.name}.{key}."
    return None


def _keys_of(flow: Flow) -> set[str]:
    return {key for widget in flow.widgets for key in set_by(widget)}


def _problem(read: Read, message: str, hint: str | None = None) -> Problem:
    return Problem(message, read.text.path, read.widget.name, read.text.property, hint)


RULES: Final = (
    Rule(
        id="variable-never-set",
        number=9,
        severity="warning",
        summary="`flow.variables.x` that no set-variables widget sets, or none that can run before",
        why=(
            "The value is empty in every execution. Only a flow's own widgets set its variables. Parameters of a "
            "sub-flow are `trigger.parent.parameters.x`, those of the REST API `flow.data.x`; what a sub-flow sets is "
            "`widgets.NAME.x`."
        ),
        example="{{flow.variables.langauge}}",
        remedy="Write the name of the variable that is meant, set it first, or give it a default.",
        check=_never,
    ),
    Rule(
        id="variable-may-be-unset",
        number=9,
        severity="note",
        summary="`flow.variables.x` that is not set on every path to the place that reads it",
        why=(
            "On that path the value is empty. Not told: splits that ask for it, widgets that add to it, and what a "
            "default or an if copes with."
        ),
        example="{{flow.variables.name}} in a message that is also reached when asking for the name timed out",
        remedy="Set it on every path, best at the start, or add a default filter.",
        check=_sometimes,
    ),
)
