"""Rule 5: what happens when something goes wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from reconciler.definition.lint.context import Context
from reconciler.definition.lint.flow import Widget
from reconciler.definition.lint.rule import Problem, Rule
from reconciler.definition.lint.transitions import misspelt_next
from reconciler.definition.outcomes import DELIVERIES, FAILURES, TIMEOUTS

_REPLY: Final = "send-and-wait-for-reply"

_HANDOFFS: Final = frozenset({"send-to-flex", "enqueue-call", "start-conversation"})
"""What ends a flow when all goes well and strands somebody when not: they count even when nothing follows them."""

_TALK: Final = frozenset({"send-message", "send-and-wait-for-reply", "set-variables", "split-based-on", "trigger"})
"""What only talks with the person, and decides on what was said."""

_CALLS_ONLY: Final = "callFailure"


def _failures(context: Context) -> Iterator[Problem]:
    called = _reached_by_calls(context)
    for widget, events in _missing(context, FAILURES):
        wanted = [event for event in events if event != _CALLS_ONLY or widget.name in called]
        if wanted and (widget.type in _HANDOFFS or _goes_on(widget)):
            rest = "the execution just ends there" if _goes_on(widget) else "nobody learns of it"
            message = f"{_listed(wanted)} of {widget.type} lead{'s' if len(wanted) == 1 else ''} nowhere: {rest}"
            yield Problem(message, widget.at("transitions"), widget.name, f"transitions.{wanted[0]}")


def _deliveries(context: Context) -> Iterator[Problem]:
    # Whom one message does not reach, the next ones would not reach either: only other work is lost with it.
    work = _leading_to_work(context)
    for widget, events in _missing(context, DELIVERIES):
        bad = failures_of(widget)
        if any(transition.next in work and transition.event not in bad for transition in widget.transitions):
            message = f"{events[0]} of {widget.type} leads nowhere: a message that does not arrive ends the execution"
            yield Problem(message, widget.at("transitions"), widget.name, f"transitions.{events[0]}")


def _leading_to_work(context: Context) -> set[str]:
    """Give the names of widgets that do more than talk, and of all that lead to one."""
    preceding = context.flow.preceding()
    waiting = [widget for widget in context.flow.widgets if widget.type not in _TALK]
    found: set[str] = set()
    while waiting:
        widget = waiting.pop()
        if widget.name not in found:
            found.add(widget.name)
            waiting.extend(preceding.get(widget.name, ()))
    return found


def _timeouts(context: Context) -> Iterator[Problem]:
    # A conversation that nobody answers for hours may well end there: only where others are led on is it forgotten.
    replies = any(widget.type == _REPLY and "timeout" in widget.events() for widget in context.flow.widgets)
    for widget, events in _missing(context, TIMEOUTS):
        if _goes_on(widget) and (widget.type != _REPLY or replies):
            message = f"{_listed(events)} of {widget.type} leads nowhere: whoever does not answer hears no more"
            yield Problem(message, widget.at("transitions"), widget.name, f"transitions.{events[0]}")


def _missing(context: Context, table: dict[str, tuple[str, ...]]) -> Iterator[tuple[Widget, list[str]]]:
    """Give reachable widgets with those of their events that lead nowhere; a misspelt `next` has a rule of its own."""
    flow = context.flow
    reachable = flow.reachable()
    for widget in flow.widgets:
        if widget.name not in reachable or widget.type not in table:
            continue
        wired = widget.events() | {t.event for t in widget.transitions if misspelt_next(t, flow) is not None}
        missing = [event for event in table[widget.type] if event not in wired]
        if missing:
            yield widget, missing


def _goes_on(widget: Widget) -> bool:
    """Tell whether something follows when all goes well; where nothing does, an error ends it no earlier."""
    return bool(widget.events() - failures_of(widget) - set(TIMEOUTS.get(widget.type, ())))


def failures_of(widget: Widget) -> set[str]:
    """Give the events that mean that a widget could not do its work; none of them waited for anybody."""
    return {*FAILURES.get(widget.type, ()), *DELIVERIES.get(widget.type, ())}


def _reached_by_calls(context: Context) -> set[str]:
    flow, start = context.flow, context.flow.start
    if start is None:
        return set()
    targets = [t.next for t in start.transitions if t.event == "incomingCall" and t.next]
    first = [flow.by_name[name] for name in targets if name in flow.by_name]
    return flow.reachable(*first) if first else set()


def _listed(events: list[str]) -> str:
    return events[0] if len(events) == 1 else f"{', '.join(events[:-1])} and {events[-1]}"


RULES: Final = (
    Rule(
        id="missing-error-path",
        number=5,
        severity="warning",
        summary="A widget that can fail has no path for it, although something follows when it works",
        why="When the request, the call or the handoff fails, the execution ends without a word: the caller hears "
        "the line go dead, the chat stays open, and Studio counts it as a success.",
        example='{"event": "success", "next": "greet"}, {"event": "failed"}',
        remedy="Connect the event to an apology, a retry with a counter, or a handoff to a person.",
        check=_failures,
    ),
    Rule(
        id="missing-delivery-path",
        number=5,
        severity="note",
        summary="A message that may not arrive has no path for it, although more than messages follows when it does",
        why="A number that takes no text messages, or a session that has expired, ends the execution at that message: "
        "what comes after it (a record, a task, a second channel) never happens.",
        example='{"event": "sent", "next": "save"}, {"event": "failed"}',
        remedy="Connect failed or deliveryFailure to what shall happen all the same, or to another channel.",
        check=_deliveries,
    ),
    Rule(
        id="missing-timeout-path",
        number=5,
        severity="note",
        summary="A widget that waits for a person has no path for silence",
        why="Whoever hesitates is dropped: a call ends, a conversation stops answering.",
        example='{"name": "ask", "type": "gather-input-on-call", "transitions": [{"event": "timeout"}, …]}',
        remedy="Connect timeout (or noAudio): ask again, say goodbye, or hand over. Where the end is meant, turn the "
        "rule off for that widget.",
        check=_timeouts,
    ),
)
