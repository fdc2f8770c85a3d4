"""Rules 4 and 13: what nothing leads to, and triggers that start nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from reconciler.definition.lint.context import Context
from reconciler.definition.lint.flow import Flow, Widget
from reconciler.definition.lint.rule import Problem, Rule

REST_ONLY: Final = frozenset({"start-conversation", "resume-conversation"})
"""Widgets that Studio takes only in flows that the REST API triggers (api.md A5, C1)."""


def _unreachable(context: Context) -> Iterator[Problem]:
    """Report each group once, at the widget through which one would enter it."""
    flow = context.flow
    if flow.start is None:
        return
    reachable = flow.reachable()
    lost = [widget for widget in flow.widgets if widget.name and widget.name not in reachable]
    names = {widget.name for widget in lost}
    seen: set[str] = set()
    for widget in _entries_first(flow, lost):
        if widget.name in seen:
            continue
        group = flow.reachable(widget) & names
        more = len(group - seen - {widget.name})
        seen |= group
        rest = f", nor to {more} that follow{'s' if more == 1 else ''}" if more else ""
        message = f"nothing leads to {widget.name!r}{rest}"
        yield Problem(message, widget.at("name"), widget.name, "name")


def _entries_first(flow: Flow, lost: list[Widget]) -> list[Widget]:
    preceding = flow.preceding()
    return sorted(lost, key=lambda widget: bool([w for w in preceding.get(widget.name, ()) if w.name != widget.name]))


def _idle(context: Context) -> Iterator[Problem]:
    start = context.flow.start
    if start is not None and start.type == "trigger" and not start.events() and len(context.flow.widgets) > 1:
        yield Problem("no event of the trigger leads anywhere", start.at("transitions"), start.name, "transitions")


def _parent(context: Context) -> Iterator[Problem]:
    start = context.flow.start
    if start is None or start.type != "trigger" or not start.events() or "incomingParent" in start.events():
        return
    callers = sorted(_callers(context))
    if callers:
        message = (
            f"{', '.join(callers)} call{'s' if len(callers) == 1 else ''} this flow, but incomingParent leads nowhere"
        )
        yield Problem(message, start.at("transitions"), start.name, "transitions.incomingParent")


def _callers(context: Context) -> Iterator[str]:
    around = context.around
    for name, other in around.flows.items():
        for called in other.definition.subflows:
            is_me = called == f"${{flow.{context.name}.sid}}" or around.sids.get(called, "") == context.name
            if context.name is not None and is_me:
                yield name


def _rest_only(context: Context) -> Iterator[Problem]:
    start = context.flow.start
    if start is None or start.type != "trigger" or "incomingRequest" in start.events():
        return
    for widget in context.flow.widgets:
        if widget.type in REST_ONLY:
            message = f"{widget.type} works only in flows started by the REST API, but incomingRequest leads nowhere"
            yield Problem(message, widget.at("type"), widget.name, "type")


RULES: Final = (
    Rule(
        id="unreachable-widget",
        number=4,
        severity="warning",
        summary="A widget that no path leads to",
        why="It never runs. Often it was the error path or a menu entry until a transition was lost in an edit.",
        example='{"name": "apologise", "type": "send-message"}   and no transition has "next": "apologise"',
        remedy="Connect it, or remove it together with what follows it alone.",
        check=_unreachable,
    ),
    Rule(
        id="idle-trigger",
        number=13,
        severity="warning",
        summary="No event of the trigger leads anywhere",
        why="Whatever comes in, the execution ends at once: callers hear nothing, messages stay unanswered.",
        example='{"name": "Trigger", "type": "trigger", "transitions": [{"event": "incomingCall"}]}',
        remedy="Connect the events that this flow is for: incomingMessage, incomingCall or another one.",
        check=_idle,
    ),
    Rule(
        id="parent-event-unwired",
        number=13,
        severity="warning",
        summary="Another flow calls this one, but the trigger's incomingParent leads nowhere",
        why="The sub-flow ends before its first widget, and the caller goes on as if it had done its work.",
        example='{"event": "incomingParent"}   in a flow that a run-subflow names',
        remedy="Connect incomingParent to the first widget.",
        check=_parent,
    ),
    Rule(
        id="rest-only-widget",
        number=13,
        severity="warning",
        summary="A widget for flows started by the REST API, and the trigger's incomingRequest leads nowhere",
        why="Studio runs these widgets only in executions that the REST API started, and may refuse the definition.",
        example='{"name": "open", "type": "start-conversation"}   and {"event": "incomingRequest"} without next',
        remedy="Connect incomingRequest, or take another widget.",
        check=_rest_only,
    ),
)
