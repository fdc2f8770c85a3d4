"""What happens outside while an execution waits and nobody says it: stubs, usual outcomes, and answers of URLs.

In this order: a stub that fits; for a request or a Function 200 with `{}`, or what a server on this machine answers
when it may be asked; the usual outcome; else somebody has to say it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final, cast

from reconciler.emulator.rows import Stub
from reconciler.emulator.running.local import ask, is_local
from reconciler.model.jsontypes import JsonObject
from reconciler.simulate import Answered, Effect, Event, FunctionCalled, Outcome, Request, Requested, State

HOLD: Final = "hold"
"""Event of a stub that lets the execution wait until somebody says what happens."""

_DEFAULT: Final = Answered(200, "{}")


class Outside:
    """The outer world of one execution. `stubs` has the newest first; `call_local` lets servers here be asked."""

    def __init__(self, stubs: Sequence[Stub], *, call_local: bool) -> None:
        self._stubs = stubs
        self._call_local = call_local

    def says(self, state: State, effects: Sequence[Effect]) -> Event | None:
        """Tell what happens at once; None when the execution has to wait.

        Args:
            state: where it waits.
            effects: what it did since it was taken up.
        """
        request = state.waiting
        if request is None:
            return None
        asked = _asked(effects, request.widget) if request.need == "response" else None
        stub = self._stub(state.frames[-1].flow, request, "" if asked is None else asked.url)
        if stub is not None:
            return _event(stub)
        if request.need == "response":
            if self._call_local and isinstance(asked, Requested) and is_local(asked.url):
                return ask(asked)
            return _DEFAULT
        return None if request.usual is None else Outcome(request.usual)

    def _stub(self, flow: str, request: Request, url: str) -> JsonObject | None:
        for stub in self._stubs:
            if stub.flow_sid in {None, flow} and stub.widget in {None, request.widget} and stub.url in {None, url}:
                said = cast("JsonObject", json.loads(stub.body))
                if _can_follow(said, request):
                    return said
        return None


def _can_follow(said: JsonObject, request: Request) -> bool:
    event = said.get("event")
    return request.need == "response" if event is None else event == HOLD or event in request.answers


def _event(said: JsonObject) -> Event | None:
    event = said.get("event")
    if event == HOLD:
        return None
    if event is not None:
        return Outcome(str(event), cast("JsonObject", said["data"]))
    return Answered(cast("int", said["status"]), str(said["body"]), str(said["content_type"]))


def _asked(effects: Sequence[Effect], widget: str) -> Requested | FunctionCalled | None:
    last = effects[-1] if effects else None
    return last if isinstance(last, Requested | FunctionCalled) and last.widget == widget else None
