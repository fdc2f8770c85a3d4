"""What each kind of line does on the stage: the flow goes on as far as the line needs it, and no further.

What the contact hears and reads must all be expected, in order. What else the flow does may be, and goes by where no
line names it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from reconciler.model.finding import Place
from reconciler.scenario.result import Entry, Failure, Seen
from reconciler.scenario.seen import fits, holds, plain
from reconciler.scenario.stage import Stage
from reconciler.scenario.values import CONVERSATION, Comes, ContactDoes, Exactly, Expects, Line, Skips, StandsAt, Waits
from reconciler.scenario.words import duration, line_words, quoted, words_of
from reconciler.simulate import Answered, HungUp, Need, Outcome, Replied, Request, TimedOut

_ORDER = "It did so before: lines stand in the order in which things happen."
_SHOWN = 20
"""Characters before the place where two texts part that are shown; what is shorter can be seen at once."""

_STUB = "Add a stub that answers, or a line `answers: …`."


def play(stage: Stage, line: Line) -> Failure | None:
    """Play one line; None when the flow does what it says.

    Raises:
        SimulationError: the run cannot take what the line, or a stub, gives it.
    """
    match line:
        case Expects():
            return _expect(stage, line)
        case Skips():
            stage.skipping = True
            return None
        case StandsAt():
            return _until(stage, line, lambda _: stage.stands_at(line.widget))
        case ContactDoes():
            return _contact(stage, line)
        case Comes():
            return _comes(stage, line)
        case Waits():
            return _wait(stage, line)
        case _:
            assert_never(line)


def to_rest(stage: Stage, expected: str, place: Place | None) -> Failure | None:
    """Go on until somebody outside has to say what happens, or the run is over. Fails where something is said or sent.

    Raises:
        SimulationError: a stub says what a widget cannot take.
    """
    while True:
        failure = _unexpected(stage, expected, place)
        if failure is not None:
            return failure
        if not stage.go_on():
            break
    waiting = stage.waiting
    if waiting is not None and (waiting.need == "response" or stage.spent is not None):
        return Failure(expected, stage.rest(), place, _STUB)
    return None


def _expect(stage: Stage, line: Expects) -> Failure | None:
    before = len(stage.done) - len(stage.pending)
    passed_by: list[Seen] = []
    while True:
        while (seen := stage.look()) is not None:
            if fits(line, seen):
                stage.drop()
                return None
            if seen.verb in CONVERSATION and not stage.skipping:
                return Failure(
                    line_words(line), _real(stage, seen), line.place, _instead(stage, line, before, passed_by)
                )
            passed_by.append(seen)
            stage.drop()
        if not stage.go_on():
            hint = _instead(stage, line, before, passed_by) or _at_rest(stage)
            return Failure(line_words(line), stage.rest(), line.place, hint)


def _instead(stage: Stage, line: Expects, before: int, passed_by: list[Seen]) -> str | None:
    """Say what the flow did that came near to a line: the same with other details, or the same before."""
    alike = [words_of(one) for one in passed_by if one.verb == line.verb]
    if alike:
        return f"Instead it {'; it '.join(alike)}."
    seen = stage.look()
    near = _difference(line, seen) if seen is not None and seen.verb == line.verb else None
    return near or (_ORDER if any(fits(line, one) for one in stage.done[:before]) else None)


def _difference(line: Expects, seen: Seen) -> str | None:
    """Say where two texts part that begin alike, or that it is not the text; None where that helps nobody."""
    if holds(line.text, seen.text):
        return f"It is not the text: {plain(seen.details)}."
    if not isinstance(line.text, Exactly):
        return None
    expected, real = line.text.text.strip(), seen.text.strip()
    pairs = zip(expected, real, strict=False)
    alike = next((place for place, (one, other) in enumerate(pairs) if one != other), min(len(expected), len(real)))
    return f"The texts are the same up to {quoted(real[:alike][-_SHOWN:])}." if _SHOWN <= alike < len(real) else None


def _at_rest(stage: Stage) -> str | None:
    waiting = stage.waiting
    return _STUB if waiting is not None and waiting.need == "response" else None


def _unexpected(stage: Stage, expected: str, place: Place | None) -> Failure | None:
    while (seen := stage.look()) is not None:
        if seen.verb in CONVERSATION and not stage.skipping:
            return Failure(
                expected, f"first {_real(stage, seen)}", place, f"If that is right, add a line before: {_line(seen)}"
            )
        stage.drop()
    return None


def _real(stage: Stage, seen: Seen) -> str:
    return f"{words_of(seen)} (at {stage.name(seen.flow, seen.widget)})"


def _line(seen: Seen) -> str:
    return f"- {words_of(seen).replace(' ', ': ', 1)}"


def _until(stage: Stage, line: Line, there: Callable[[Request], bool]) -> Failure | None:
    """Go on until the flow waits where a line wants it."""
    while True:
        failure = _unexpected(stage, line_words(line), line.place)
        if failure is not None:
            return failure
        waiting = stage.waiting
        if waiting is not None and not stage.overdue and there(waiting):
            return None
        if not stage.go_on():
            return Failure(line_words(line), stage.rest(), line.place, _at_rest(stage))


def _contact(stage: Stage, line: ContactDoes) -> Failure | None:
    event = line.event
    if isinstance(event, HungUp):
        # A caller may hang up whatever is being said: the flow need not go on for that.
        failure = _until(stage, line, lambda _: True)
    else:
        need: Need = "reply" if isinstance(event, Replied) else "input"
        failure = _until(stage, line, lambda request: request.need == need)
    if failure is None:
        stage.skipping = False
        stage.give(event, scripted=True)
    return failure


def _comes(stage: Stage, line: Comes) -> Failure | None:
    answer = line.answer

    def can(request: Request) -> bool:
        if line.widget is not None:
            return stage.stands_at(line.widget)
        match answer:
            case Answered():
                return request.need == "response"
            case TimedOut():
                return request.usual is None and request.deadline is not None
            case Outcome():
                return answer.event in request.answers
            case _:
                assert_never(answer)

    failure = _until(stage, line, can)
    if failure is None and isinstance(answer, TimedOut) and stage.waiting is not None and not stage.waiting.deadline:
        return Failure(line_words(line), f"{stage.rest()}, without a time-out", line.place)
    if failure is None:
        stage.skipping = False
        stage.give(answer, scripted=True)
    return failure


def _wait(stage: Stage, line: Waits) -> Failure | None:
    failure = to_rest(stage, line_words(line), line.place)
    if failure is not None:
        return failure
    if stage.waiting is None:
        return Failure(line_words(line), stage.rest(), line.place)
    stage.skipping = False
    stage.transcript.append(Entry("clock", f"{duration(line.seconds)} pass", None, stage.clock))
    stage.clock += line.seconds
    return None
