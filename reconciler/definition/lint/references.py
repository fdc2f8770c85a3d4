"""Rule 8: references in Liquid to widgets that are not there, have no such output, or cannot have run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from reconciler.definition.lint.context import Context
from reconciler.definition.lint.history import Read, history, reads, set_by
from reconciler.definition.lint.outputs import misspelt, outputs
from reconciler.definition.lint.rule import Problem, Rule
from reconciler.definition.remarks import did_you_mean


def _to_widgets(context: Context) -> Iterator[tuple[Read, str]]:
    """Give the references to widgets, the same one in the same text once, with the widget's name."""
    seen: set[tuple[object, ...]] = set()
    for read in reads(context.flow):
        path = read.reference.path
        if len(path) > 1 and path[0] == "widgets" and isinstance(path[1], str):
            key = (read.text.path, path[:4])
            if key not in seen:
                seen.add(key)
                yield read, path[1]


def _unknown(context: Context) -> Iterator[Problem]:
    for read, name in _to_widgets(context):
        if name not in context.flow.by_name:
            message = f"{read.reference.text} reads from {name!r}, which is no widget of this flow"
            yield _problem(read, message, did_you_mean(name, sorted(context.flow.by_name)))


def _outputs(context: Context) -> Iterator[Problem]:
    for read, name in _to_widgets(context):
        widget = context.flow.by_name.get(name)
        known = outputs(widget.type) if widget is not None else None
        output, field = (*read.reference.path[2:4], None, None)[:2]
        if widget is None or known is None or not isinstance(output, str):
            continue
        if output not in known:
            message = f"{read.reference.text}: a {widget.type} has no {output!r}"
            yield _problem(read, message, _instead(context, read, known))
        elif output in {"inbound", "outbound"} and isinstance(field, str):
            right = misspelt(field)
            if right is not None:
                message = f"{read.reference.text}: Liquid tells capitals from small letters, and it is {right!r}"
                yield _problem(read, message, f"Did you mean {right!r}?")


def _instead(context: Context, read: Read, known: frozenset[str]) -> str | None:
    name, output = str(read.reference.path[1]), str(read.reference.path[2])
    last = str(read.reference.path[-1])
    keys = set(set_by(context.flow.by_name[name]))
    variable = next((word for word in (output, last) if word in keys), None)
    if variable is not None:
        return f"Variables are read as flow.variables.{variable}."
    if "parsed" in known and did_you_mean(output, known) is None:
        return f"Fields of a JSON answer are below 'parsed': widgets.{name}.parsed.{output}."
    if "inbound" in known and misspelt(output.capitalize()) is None and output.capitalize() == "Body":
        return f"The reply is widgets.{name}.inbound.Body."
    return did_you_mean(output, sorted(known))


def _never(context: Context) -> Iterator[Problem]:
    past = history(context.flow)
    for read, name in _once_for_each_widget(context):
        if read.widget.name in past.may and not past.possible(read, ("widgets", name)):
            message = f"{name!r} has never run when {read.reference.text} is read: no path leads through it to here"
            yield _problem(read, message)


def _sometimes(context: Context) -> Iterator[Problem]:
    past = history(context.flow)
    for read, name in _once_for_each_widget(context):
        fact = ("widgets", name)
        if read.testing or read.reference.guarded or read.widget.name not in past.may or name == read.widget.name:
            continue
        if past.possible(read, fact) and not past.certain(read, fact):
            message = f"{read.reference.text} is empty on a path that does not go through {name!r}"
            yield _problem(read, message)


def _once_for_each_widget(context: Context) -> Iterator[tuple[Read, str]]:
    seen: set[tuple[str, str, bool]] = set()
    for read, name in _to_widgets(context):
        key = (read.widget.name, name, read.reference.guarded)
        if name in context.flow.by_name and key not in seen:
            seen.add(key)
            yield read, name


def _problem(read: Read, message: str, hint: str | None = None) -> Problem:
    return Problem(message, read.text.path, read.widget.name, read.text.property, hint)


RULES: Final = (
    Rule(
        id="unknown-widget-reference",
        number=8,
        severity="warning",
        summary="Liquid that reads from a widget which the flow does not have",
        why="The value is empty in every execution. References go by name: renaming or removing a widget breaks them.",
        example="{{widgets.asknane.inbound.Body}}",
        remedy="Write the name of the widget that is meant, or remove the reference.",
        check=_unknown,
    ),
    Rule(
        id="unknown-widget-output",
        number=8,
        severity="warning",
        summary="Liquid that reads something which that kind of widget does not leave behind",
        why=(
            "The value is empty in every execution. What a widget leaves behind is taken from Twilio's widget library; "
            "of sub-flows, redirects and kinds that are not documented, everything is taken for possible."
        ),
        example="{{widgets.menu.inbound.Body}}, where menu is a gather-input-on-call",
        remedy="Read what the widget has: Digits or SpeechResult, inbound.Body, parsed.FIELD.",
        check=_outputs,
    ),
    Rule(
        id="widget-never-ran",
        number=8,
        severity="warning",
        summary="Liquid that reads from a widget which cannot have run yet, whichever path leads there",
        why="The value is empty in every execution, though the flow looks right.",
        example="{{widgets.survey.inbound.Body}} in a message before the survey",
        remedy="Read the value after the widget has run, or read from the widget that is meant.",
        check=_never,
    ),
    Rule(
        id="widget-may-not-have-run",
        number=8,
        severity="note",
        summary="Liquid that reads from a widget which has not run on some path to the place",
        why=(
            "On that path the value is empty. That may be meant; a default says so. Splits may ask for what is not "
            "there, and after a split that found a value it is there."
        ),
        example="{{widgets.ask_name.inbound.Body}} in a message that callers reach without being asked",
        remedy="Add a default filter or an if around it, or lead that path through the widget.",
        check=_sometimes,
    ),
)
