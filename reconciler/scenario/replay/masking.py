"""Take personal data out of a recorded run: what decides no way is replaced by something obviously invented.

Each replacement is tried: it stays when the run still goes the same way. So what people wrote remains only where other
words would have led elsewhere, and there a text of the flow's own condition is taken first.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final, TypeAlias, assert_never

from reconciler.errors import SimulationError
from reconciler.model.jsontypes import Json, JsonObject
from reconciler.scenario.flows import Flows
from reconciler.scenario.generate.texts import is_field, texts_for
from reconciler.scenario.generate.wishes import Path, Wishes, value_at, wishes_of
from reconciler.scenario.replay.paths import leaves, only, put
from reconciler.scenario.values import ADDRESS, BEGINNING, CONTACT
from reconciler.simulate import (
    Answered,
    Event,
    IncomingCall,
    IncomingConversationMessage,
    IncomingMessage,
    IncomingParent,
    IncomingRequest,
    Launch,
    Outcome,
    Pressed,
    Replied,
    Spoke,
    State,
    Trigger,
    Turn,
    advance,
    start,
)
from reconciler.simulate.triggers import KINDS, Outer

_MASK: Final = "some text"
_PICTURE: Final = "https://example.com/picture.jpg"
_OWN: Final = frozenset({"From", "To", "Caller", "Called", "Body", "NumMedia"})
"""Fields that a trigger has places of its own for."""

_SHORT: Final = 2
"""Keys that are a choice in a menu, and tell nothing of anybody."""

_MOST: Final = 3_000
"""Replacements that are tried; beyond them everything is replaced, whatever way that goes."""

_NUMBER: Final = re.compile(r"\d(?:[\d\s().-]{2,}\d)+")
_MAIL: Final = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")

Steps: TypeAlias = tuple[tuple[str, str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Masked:
    """A run, and what is left in it as it was.

    Attributes:
        launch: how it begins.
        events: what happens, in order.
        kept: the places whose text stands as it was.
    """

    launch: Launch
    events: tuple[Event, ...]
    kept: tuple[str, ...] = ()


def masked_run(flows: Flows, found: Masked, *, keep_texts: bool = False) -> Masked:
    """Take personal data out of a run.

    Args:
        flows: what it runs on.
        found: the run.
        keep_texts: leave what people wrote, said and pressed as it is. Default: not.
    """
    masking = _Masking(flows, wishes_of(flows, found.launch.flow), found, _steps(flows, found), keep_texts)
    masking.launch()
    for index in range(len(found.events)):
        masking.event(index)
    return masking.run


def _steps(flows: Flows, run: Masked) -> Steps | None:
    """Give the way of a run; None when it cannot be gone."""
    found: list[tuple[str, str, str, str]] = []
    try:
        turn = start(flows, run.launch)
        _note(found, turn)
        for event in run.events:
            if turn.state.waiting is None:
                break
            turn = advance(flows, turn.state, event)
            _note(found, turn)
    except SimulationError:
        return None
    return tuple(found)


def _note(found: list[tuple[str, str, str, str]], turn: Turn) -> None:
    found += [(step.flow, step.transitioned_from, step.name, step.transitioned_to) for step in turn.steps]


@dataclass(slots=True)
class _Masking:
    """A run while its texts are replaced one by one."""

    flows: Flows
    wishes: Wishes
    run: Masked
    way: Steps | None
    keep_texts: bool
    tried: int = 0

    def launch(self) -> None:
        """Replace what the trigger brought, and when it was."""
        launch = self.run.launch
        plain = Launch(launch.flow, self._trigger(launch.trigger), launch.at)
        for candidate in (replace(plain, at=BEGINNING), plain):
            if self._try(replace(self.run, launch=candidate)):
                return self._body()
        self.run = replace(self.run, launch=plain)
        return self._body()

    def event(self, index: int) -> None:
        """Replace what one event brought."""
        event = self.run.events[index]
        match event:
            case Replied():
                self._reply(index, event)
            case Pressed():
                self._keys(index, event)
            case Spoke():
                said = replace(event, data={})
                found = (replace(said, text=text) for text in self._texts(index, event.text, "SpeechResult"))
                self._choose(index, found, (replace(said, text=_without_numbers(event.text)), said))
            case Answered():
                self._answer(index, event)
            case Outcome() if event.data:
                shown = Outcome(event.event, self._shown(index, event.data))
                self._choose(index, (Outcome(event.event),), (shown, event))
            case _:
                return

    def _trigger(self, trigger: Trigger) -> Trigger:
        """Give a trigger with invented addresses, and only those fields that the flow asks for."""
        if isinstance(trigger, IncomingParent):
            outer = self._trigger(trigger.outer)
            return trigger if isinstance(outer, IncomingParent) else replace(trigger, outer=outer)
        contact, address = _invented(trigger.contact, CONTACT), _invented(trigger.address, ADDRESS)
        if isinstance(trigger, IncomingRequest):
            return IncomingRequest(contact, address, trigger.parameters)
        shown = self._asked(("trigger", KINDS[type(trigger)]))
        kept = {path[0] for path in shown} - _OWN
        data = {key: value for key, value in trigger.data.items() if key in kept and not key.endswith("Sid")}
        if isinstance(trigger, IncomingCall):
            return IncomingCall(contact, address, data)
        text = trigger.data.get("Body", trigger.body)
        body = text if isinstance(text, str) else ""
        if isinstance(trigger, IncomingConversationMessage):
            return IncomingConversationMessage(contact, address, body, data)
        media = tuple(_PICTURE for _ in _pictures(trigger))
        return IncomingMessage(contact, address, body, media, data)

    def _body(self) -> None:
        """Replace the text of the message that the run begins with, and the parameters of a request."""
        outer = _outer(self.run.launch.trigger)
        match outer:
            case IncomingMessage() | IncomingConversationMessage():
                path = ("trigger", KINDS[type(outer)], "Body")
                texts = self._candidates(outer.body, path, None)
                runs = (self._begun(replace(outer, body=text)) for text in texts)
                telling = (self._begun(replace(outer, body=_without_numbers(outer.body))), self._begun(outer))
                self._first(runs, telling, "the first message")
                self._fields(outer.data, ("trigger", KINDS[type(outer)]), lambda data: _with_data(self.run, data))
            case IncomingRequest():
                self._fields(outer.parameters, ("flow", "data"), lambda data: _with_data(self.run, data))
            case IncomingCall():
                self._fields(outer.data, ("trigger", "call"), lambda data: _with_data(self.run, data))
            case _:
                assert_never(outer)

    def _fields(self, whole: JsonObject, place: Path, made: Callable[[JsonObject], Masked]) -> None:
        """Replace the values of an object one by one."""
        for path in leaves(whole):
            for candidate in self._replacements(whole, path, (*place, *path)):
                changed = put(whole, path, candidate)
                if self._try(made(changed)):
                    whole = changed
                    break
            else:
                self._keep(f"{'.'.join(map(str, path))} of {'.'.join(map(str, place))}")

    def _begun(self, outer: Outer) -> Masked:
        trigger = self.run.launch.trigger
        whole = replace(trigger, outer=outer) if isinstance(trigger, IncomingParent) else outer
        return replace(self.run, launch=replace(self.run.launch, trigger=whole))

    def _reply(self, index: int, event: Replied) -> None:
        media = tuple(_PICTURE for _ in event.media)
        plain = replace(event, data={}, media=media)
        found = (replace(plain, body=text) for text in self._texts(index, event.body, "inbound", "Body"))
        self._choose(index, found, (replace(plain, body=_without_numbers(event.body)), plain))

    def _keys(self, index: int, event: Pressed) -> None:
        plain = Pressed(event.digits)
        if len(event.digits) <= _SHORT or self.keep_texts:
            self._choose(index, (plain,), (plain,))
            return
        texts = ("1" * len(event.digits), *self._texts(index, event.digits, "Digits"))
        self._choose(index, (Pressed(text) for text in texts if re.fullmatch(r"[\d*#]+", text)), (plain,))

    def _answer(self, index: int, event: Answered) -> None:
        """Keep of an answer what the flow asks for, and of that the values that decide."""
        whole = _object(event.body)
        if whole is None:
            bare = replace(event, headers={})
            self._choose(index, (replace(bare, body=""), replace(bare, body=_MASK)), (bare, event))
            return
        asked = {path[1:] for path in self._asked(self._place(index)) if path[:1] == ("parsed",)}
        kept = only(whole, asked)
        if not self._try(self._with(index, _answered(event, kept))):
            kept = whole
        self.run = self._with(index, _answered(event, kept))
        place = (*self._place(index), "parsed")
        self._fields(kept, place, lambda changed: self._with(index, _answered(event, changed)))

    def _shown(self, index: int, data: JsonObject) -> JsonObject:
        asked = self._asked(self._place(index))
        return {key: value for key, value in data.items() if any(path[:1] == (key,) for path in asked)}

    def _replacements(self, whole: JsonObject, path: Path, asked: Path) -> Iterator[Json]:
        """Give what may stand in the place of one value: something invented, then what a condition is for."""
        value = value_at(whole, path)
        if isinstance(value, bool) or value is None:
            yield value
        elif isinstance(value, str):
            yield from (value,) if not value or value in self._telling(asked, None) else ()
            yield str(path[-1]) if is_field(path) else _MASK
            yield from self._telling(asked, None)
        else:
            yield from (1, 0, 100)

    def _texts(self, index: int, text: str, *path: str) -> Iterator[str]:
        state = self._state(index)
        yield from self._candidates(text, (*self._place(index), *path), state)

    def _candidates(self, text: str, path: Path, state: State | None) -> Iterator[str]:
        """Give what may stand in the place of a text, the least telling first."""
        if self.keep_texts:
            yield from (_without_numbers(text), text)
            return
        telling = self._telling(path, state)
        yield from (one for one in telling if one.strip().lower() == text.strip().lower())
        yield from ("", _MASK) if not text else (_MASK,)
        yield from telling

    def _telling(self, path: Path, state: State | None) -> tuple[str, ...]:
        flow = self.run.launch.flow.sid if state is None else state.frames[-1].flow
        wished = self.wishes.of(flow, *path).get((), ())
        return texts_for(wished, {} if state is None else state.context, BEGINNING if state is None else state.now)

    def _asked(self, place: Path) -> set[Path]:
        shown = {path for paths in self.wishes.shown.values() for path in paths}
        size = len(place)
        return {path[size:] for path in shown if path[:size] == place and path[size:]}

    def _place(self, index: int) -> tuple[str, str]:
        state = self._state(index)
        return ("widgets", "" if state is None else state.frames[-1].widget)

    def _state(self, index: int) -> State | None:
        """Give where the run stands before an event."""
        try:
            turn = start(self.flows, self.run.launch)
            for event in self.run.events[:index]:
                turn = advance(self.flows, turn.state, event)
        except SimulationError:
            return None
        return turn.state

    def _choose(self, index: int, candidates: Iterable[Event], telling: tuple[Event, ...]) -> None:
        """Let one of some events happen instead; where none goes the same way, one of those that tell something."""
        widget = self._place(index)[1]
        others = tuple(self._with(index, one) for one in telling)
        self._first((self._with(index, one) for one in candidates), others, f"at {widget}")

    def _first(self, runs: Iterable[Masked], telling: tuple[Masked, ...], place: str) -> None:
        """Take the first run that goes the same way; else one of those that tell something, and say where."""
        if any(self._try(one) for one in runs):
            return
        if not any(self._try(one) for one in telling):
            self.run = telling[-1]
        self._keep(place)

    def _with(self, index: int, event: Event) -> Masked:
        events = (*self.run.events[:index], event, *self.run.events[index + 1 :])
        return replace(self.run, events=events)

    def _try(self, run: Masked) -> bool:
        self.tried += 1
        if self.tried <= _MOST and _steps(self.flows, run) != self.way:
            return False
        self.run = run
        return True

    def _keep(self, place: str) -> None:
        self.run = replace(self.run, kept=(*self.run.kept, place))


def _with_data(run: Masked, data: JsonObject) -> Masked:
    """Let a run begin with other fields."""
    trigger = run.launch.trigger
    outer = _outer(trigger)
    changed: Outer
    changed = replace(outer, parameters=data) if isinstance(outer, IncomingRequest) else replace(outer, data=data)
    whole = replace(trigger, outer=changed) if isinstance(trigger, IncomingParent) else changed
    return replace(run, launch=replace(run.launch, trigger=whole))


def _pictures(trigger: IncomingMessage) -> list[str]:
    return [*trigger.media, *(key for key in trigger.data if key.startswith("MediaUrl"))]


def _outer(trigger: Trigger) -> Outer:
    return trigger.outer if isinstance(trigger, IncomingParent) else trigger


def _invented(address: str, instead: str) -> str:
    """Give an invented address of the same channel."""
    channel, colon, _ = address.rpartition(":")
    return f"{channel}{colon}{instead}"


def _without_numbers(text: str) -> str:
    return _NUMBER.sub("5550100", _MAIL.sub("someone@example.com", text))


def _answered(event: Answered, body: JsonObject) -> Answered:
    return Answered(event.status, json.dumps(body, ensure_ascii=False, separators=(",", ":")), "application/json")


def _object(body: str) -> JsonObject | None:
    try:
        found: Json = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
