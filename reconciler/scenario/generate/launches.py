"""How a flow may begin: the triggers that it listens to, with what its splits could want of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from reconciler.model.jsontypes import Json, JsonObject
from reconciler.scenario.generate.solving import OTHERWISE
from reconciler.scenario.generate.texts import filled, objects_for, undecided
from reconciler.scenario.generate.wishes import Path, Wish, Wishes
from reconciler.scenario.values import ADDRESS, BEGINNING, CONTACT
from reconciler.simulate import (
    Flow,
    IncomingCall,
    IncomingConversationMessage,
    IncomingMessage,
    IncomingParent,
    IncomingRequest,
    Launch,
    Trigger,
)
from reconciler.simulate.scene import text_of
from reconciler.simulate.widgets.kinds import kind_of

_HOUR: Final = 3600.0
_DAY: Final = 24 * _HOUR
_MOMENTS: Final = tuple(
    BEGINNING + days * _DAY + hours * _HOUR for days in (0, 5, 6) for hours in (0, 4, 8, 12, -3, -6, -9)
)
"""Moments of a working day, a Saturday and a Sunday."""

_MOST_TIMED: Final = 400
"""Beginnings that are tried at other moments."""

_CHANNELS: Final = frozenset({"whatsapp", "messenger", "rcs"})
_PICTURE: Final = "https://example.com/picture.jpg"


def launches_of(wishes: Wishes, flow: Flow) -> tuple[Launch, ...]:
    """Give the ways in which a flow may begin, the plainest of each trigger first.

    Args:
        wishes: of the flow.
        flow: what is to run.
    """
    trigger = flow.widget(flow.initial)
    events = () if trigger is None else (transition.event for transition in trigger.transitions)
    found: list[Launch] = []
    for event in dict.fromkeys(events):
        triggers = list(_Beginnings(wishes, flow).by(event))
        found.extend(Launch(flow, one, at=BEGINNING) for one in triggers)
        if wishes.clock:
            some = triggers[: _MOST_TIMED // len(_MOMENTS)]
            found.extend(Launch(flow, one, at=at) for at in _MOMENTS[1:] for one in some)
    return tuple(one for index, one in enumerate(found) if one not in found[:index])


@dataclass(frozen=True, slots=True)
class _Beginnings:
    """The triggers of one flow."""

    wishes: Wishes
    flow: Flow

    def by(self, event: str) -> Iterator[Trigger]:
        """Give the triggers of an event; none for an event that triggers nothing."""
        match event:
            case IncomingMessage.event:
                yield from self._messages()
            case IncomingConversationMessage.event:
                yield from self._conversations()
            case IncomingCall.event:
                yield from self._calls()
            case IncomingRequest.event:
                yield from self._requests()
            case IncomingParent.event:
                yield from self._parents()
            case _:
                return

    def _messages(self) -> Iterator[IncomingMessage]:
        for fields in self._fields("message"):
            media = (_PICTURE,) if _number(fields.pop("NumMedia", 0)) > 0 or fields.pop("MediaUrl0", None) else ()
            yield IncomingMessage(*_ends(fields), self._body("message", fields), media, fields)

    def _conversations(self) -> Iterator[IncomingConversationMessage]:
        for fields in self._fields("conversation"):
            yield IncomingConversationMessage(*_ends(fields), self._body("conversation", fields), fields)

    def _calls(self) -> Iterator[IncomingCall]:
        for fields in self._fields("call"):
            fields.pop("Caller", None)
            yield IncomingCall(*_ends(fields), fields)

    def _requests(self) -> Iterator[IncomingRequest]:
        ends = self._contacts("request", "to", "from")
        data = {("parameters", *path): wished for path, wished in self._wishes("flow", "data").items()}
        wished = {**self._wishes("trigger", "request"), **data, **ends}
        shown = self._shown(("flow", "data"), wished) | self._shown(("trigger", "request", "parameters"), wished)
        for fields in objects_for(wished, {}, BEGINNING):
            given = fields.get("parameters")
            parameters = filled(given if isinstance(given, dict) else {}, shown)
            contact, address = (_address(fields.get(end), usual) for end, usual in (("to", CONTACT), ("from", ADDRESS)))
            yield IncomingRequest(contact, address, parameters)

    def _parents(self) -> Iterator[IncomingParent]:
        fields = self.wishes.of(self.flow.sid, "trigger", "parent", "parameters")
        voice = any(kind_of(widget.type).channel == "voice" for widget in self.flow.widgets.values())
        call, message = IncomingCall(CONTACT, ADDRESS), IncomingMessage(CONTACT, ADDRESS, "Hello")
        usual, other = (call, message) if voice else (message, call)
        below: list[Path] = [("parameters", *path) for path in fields]
        shown = self._shown(("trigger", "parent", "parameters"), below)
        for parameters in objects_for(fields, {}, BEGINNING):
            yield IncomingParent(usual, filled(parameters, shown))
        if self._wishes("trigger", "parent", "trigger_type"):
            talk = IncomingConversationMessage(CONTACT, ADDRESS, "Hello")
            yield from (IncomingParent(outer) for outer in (other, talk))

    def _fields(self, kind: str) -> tuple[JsonObject, ...]:
        wished = {**self._wishes("trigger", kind), **self._contacts(kind, "From", "To")}
        return objects_for({path: some for path, some in wished.items() if path != ("Caller",)}, {}, BEGINNING)

    def _contacts(self, kind: str, contact: str, address: str) -> dict[Path, tuple[Wish, ...]]:
        """Give the wishes for the two ends, wherever they are asked for."""
        known = self._wishes("trigger", kind)
        ends = {
            (contact,): (*known.get((contact,), ()), *known.get(("Caller",), ()), *self._channel("contact")),
            (address,): (*known.get((address,), ()), *self._channel("flow")),
        }
        return {path: wished for path, wished in ends.items() if wished}

    def _channel(self, whose: str) -> tuple[Wish, ...]:
        return self._wishes(whose, "channel", "address").get((), ())

    def _wishes(self, *path: str) -> Mapping[Path, tuple[Wish, ...]]:
        return self.wishes.of(self.flow.sid, *path)

    def _shown(self, place: Path, wished: Iterable[Path]) -> frozenset[Path]:
        """Give the parameters that the flow shows and that decide nothing. `wished`: paths below `parameters`."""
        size = len(place)
        below = (path[size:] for path in self.wishes.shown[self.flow.sid] if path[:size] == place)
        return undecided(below, [path[1:] for path in wished if path[:1] == ("parameters",)])

    def _body(self, kind: str, fields: JsonObject) -> str:
        usual = "" if ("Body",) in self._wishes("trigger", kind) else "Hello"
        return text_of(fields.pop("Body", usual))


def _ends(fields: JsonObject) -> tuple[str, str]:
    return _address(fields.pop("From", None), CONTACT), _address(fields.pop("To", None), ADDRESS)


def _address(value: Json, usual: str) -> str:
    text = text_of(value)
    channel = text.strip().rstrip(":").lower()
    if channel in _CHANNELS:
        return f"{channel}:{usual}"
    return usual if text in OTHERWISE else text


def _number(value: Json) -> float:
    return value if isinstance(value, int | float) else 0
