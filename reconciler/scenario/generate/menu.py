"""What may happen where a run waits: replies, keys, speech, answers, time-outs, outcomes, as splits could want them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from reconciler.scenario.generate.texts import filled, objects_for, texts_for, undecided
from reconciler.scenario.generate.wishes import Path, Wish, Wishes
from reconciler.simulate import (
    Answered,
    Event,
    HungUp,
    Outcome,
    Pressed,
    Replied,
    Request,
    Spoke,
    State,
    TimedOut,
)

_KEYS: Final = re.compile(r"[0-9*#]+")
_PICTURE: Final = "https://example.com/picture.jpg"
_BROKEN: Final = Answered(500, '{"error":"not available"}')
_FAILURES: Final = frozenset({"fail", "failed"})


def events_at(wishes: Wishes, state: State) -> tuple[Event, ...]:
    """Give what may happen to a run that waits, the usual first; the same each time.

    Args:
        wishes: of the flow that runs.
        state: where it waits.
    """
    request = state.waiting
    flow = wishes.library.find(state.frames[-1].flow, str(state.frames[-1].revision))
    widget = None if flow is None else flow.widget(state.frames[-1].widget)
    if request is None or flow is None or widget is None:
        return ()
    own = ("widgets", widget.name)
    here = _Place(
        request,
        tuple(dict.fromkeys(transition.event for transition in widget.transitions)),
        wishes.of(flow.sid, *own),
        frozenset(path[2:] for path in wishes.shown[flow.sid] if path[:2] == own),
        state,
    )
    return tuple(here.events())


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a run waits.

    Attributes:
        request: what is waited for.
        events_out: the events that the widget has transitions for.
        wishes: for what the widget saves.
        shown: what the flow shows of it.
        state: of the run.
    """

    request: Request
    events_out: tuple[str, ...]
    wishes: Mapping[Path, tuple[Wish, ...]]
    shown: frozenset[Path]
    state: State

    def events(self) -> Iterator[Event]:
        """Give everything that may happen here."""
        match self.request.need:
            case "reply":
                yield from self._replies()
            case "input":
                yield from self._input()
            case "response":
                yield from self._answers()
            case "outcome":
                yield from self._outcomes()
        yield from self._others()

    def _texts(self, *path: str) -> tuple[str, ...]:
        return texts_for(self.wishes.get(path, ()), self.state.context, self.state.now)

    def _replies(self) -> Iterator[Event]:
        if "incomingMessage" not in self.events_out and self.events_out:
            return
        bodies = self._texts("inbound", "Body") or ("OK",)
        yield from (Replied(body) for body in bodies)
        if any(str(path[1:2]).startswith(("('NumMedia", "('MediaUrl")) for path in self.wishes):
            yield Replied("", (_PICTURE,))
        for path in self.wishes:
            if path[:1] == ("inbound",) and len(path) > 1 and str(path[1]) not in {"Body", "NumMedia"}:
                texts = texts_for(self.wishes[path], self.state.context, self.state.now)
                yield from (Replied(bodies[0], data={str(path[1]): text}) for text in texts)

    def _input(self) -> Iterator[Event]:
        if "keypress" in self.events_out:
            keys = texts_for(self.wishes.get(("Digits",), ()), self.state.context, self.state.now, _KEYS)
            yield from (Pressed(digits) for digits in dict.fromkeys((*keys, "1")))
        if "speech" in self.events_out:
            said = tuple(filter(None, self._texts("SpeechResult"))) or ("hello",)
            yield from (Spoke(text) for text in said)
            sure = (text for text in self._texts("Confidence") if text.replace(".", "", 1).isdecimal())
            yield from (Spoke(text, number) for number in {min(float(one), 1.0): None for one in sure} for text in said)

    def _answers(self) -> Iterator[Event]:
        parsed = {path[1:]: wished for path, wished in self.wishes.items() if path[:1] == ("parsed",)}
        shown = undecided((path[1:] for path in self.shown if path[:1] == ("parsed",)), parsed)
        for fields in objects_for(parsed, self.state.context, self.state.now):
            answer = filled(fields, shown)
            yield Answered(200, json.dumps(answer, ensure_ascii=False, separators=(",", ":")))
        yield from (Answered(200, text, "text/plain") for text in self._texts("body") if text)
        statuses = (int(text) for text in self._texts("status_code") if text.isdecimal() and len(text) == len("200"))
        yield from (Answered(status, "{}") for status in statuses)
        if _FAILURES & {*self.events_out}:
            yield _BROKEN

    def _outcomes(self) -> Iterator[Event]:
        events = [event for event in self.events_out if event in self.request.answers and event != "timeout"]
        events.sort(key=lambda event: event != self.request.usual)
        data = [one for one in objects_for(self.wishes, self.state.context, self.state.now) if one]
        for event in events:
            if event == "hangup":
                yield HungUp()
                continue
            yield Outcome(event)
            yield from (Outcome(event, one) for one in data)

    def _others(self) -> Iterator[Event]:
        """Give what has a name of its own only in the transitions: time-outs, messages that are not delivered."""
        if "timeout" in self.events_out:
            rests = self.request.deadline is not None and self.request.usual is None
            yield TimedOut() if rests else Outcome("timeout")
        if self.request.need == "outcome":
            return
        known = {"incomingMessage", "keypress", "speech", "timeout", "success", *_FAILURES}
        yield from (Outcome(event) for event in self.events_out if event not in known)
