"""Widgets that call something that answers: URLs, Functions, TwiML elsewhere."""

from __future__ import annotations

import json
from typing import Final

from reconciler.model.jsontypes import Json, JsonObject
from reconciler.simulate.assumptions import Assumption
from reconciler.simulate.context import saved_of
from reconciler.simulate.effects import FunctionCalled, Redirected, Requested, Troubled
from reconciler.simulate.events import Answered, Event, HungUp, TimedOut
from reconciler.simulate.scene import Kind, Move, Scene, Wait
from reconciler.simulate.state import Request
from reconciler.simulate.widgets.answering import by_name

_PATIENCE: Final = 10.0
"""Seconds until Studio gives up on an answer."""

_LARGEST: Final = 64 * 1024
"""Bytes of an answer that Studio can take."""

_REDIRECT_PATIENCE: Final = 14_400.0
_CODES: Final = {"run-function": 81017, "make-http-request": 81014}
_FIRST_SUCCESS, _FIRST_REDIRECT, _FIRST_FAILURE = 200, 300, 400


def begin_request(scene: Scene) -> Wait:
    """Request a URL."""
    scene.emit(
        Requested(
            scene.widget.name,
            method=scene.text("method", "GET"),
            url=scene.text("url"),
            body=scene.text("body"),
            parameters=scene.pairs("parameters"),
            content_type=scene.text("content_type"),
        )
    )
    return Wait("response", timeout=_PATIENCE)


def begin_function(scene: Scene) -> Wait:
    """Call a Function."""
    scene.emit(FunctionCalled(scene.widget.name, scene.text("url"), scene.pairs("parameters")))
    return Wait("response", timeout=_PATIENCE)


def begin_redirect(scene: Scene) -> Wait:
    """Hand control to TwiML elsewhere, which may or may not give it back."""
    scene.emit(Redirected(scene.widget.name, scene.text("method", "POST"), scene.text("url")))
    return Wait("outcome", usual="return", timeout=scene.seconds("timeout", _REDIRECT_PATIENCE))


def finish_answer(scene: Scene, request: Request, event: Event) -> Move | None:
    """Take an answer: its status decides, and what it says is saved either way."""
    failure = "fail" if request.type == "run-function" else "failed"
    if isinstance(event, TimedOut):
        return _failed(scene, request, failure, "no answer in ten seconds")
    if isinstance(event, HungUp):
        return None
    if not isinstance(event, Answered):
        return by_name(scene, request, event)
    if len(event.body.encode("utf-8", "surrogatepass")) > _LARGEST:
        return _failed(scene, request, failure, "an answer of more than 64 kB")
    saved = _saved(scene, request, event)
    if _FIRST_SUCCESS <= event.status < _FIRST_FAILURE:
        if event.status >= _FIRST_REDIRECT:
            scene.assume(Assumption.REDIRECT)
        return Move("success", saved)
    scene.emit(Troubled(scene.widget.name, "request", f"answered {event.status}", _CODES.get(request.type)))
    return Move(failure, saved)


def _failed(scene: Scene, request: Request, event: str, why: str) -> Move:
    scene.assume(Assumption.FUNCTION_FAILURE)
    scene.emit(Troubled(scene.widget.name, "request", why, _CODES.get(request.type)))
    return Move(event)


def _saved(scene: Scene, request: Request, event: Answered) -> JsonObject:
    saved: JsonObject = {"body": event.body, "content_type": event.content_type, "status_code": event.status}
    if request.type == "run-function" and event.headers:
        saved["headers"] = {name.lower(): value for name, value in event.headers.items()}
    before = saved_of(scene.context, scene.widget.name).get("parsed")
    parsed = _object(event)
    if parsed is None:
        return saved if before is None else {**saved, "parsed": before}
    if isinstance(before, dict):
        if request.type != "run-function":
            scene.assume(Assumption.MERGE)
        return {**saved, "parsed": {**before, **parsed}}
    return {**saved, "parsed": parsed}


def _object(event: Answered) -> JsonObject | None:
    """Read the body as Studio does: only JSON that says so, and only objects."""
    if event.content_type.partition(";")[0].strip().lower() != "application/json":
        return None
    try:
        found: Json = json.loads(event.body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


REQUESTS: Final = (
    Kind("make-http-request", ("success", "failed"), begin_request, finish_answer),
    Kind("run-function", ("success", "fail"), begin_function, finish_answer),
    Kind("add-twiml-redirect", ("return", "timeout", "fail"), begin_redirect, by_name, "voice"),
)
"""The types of widget in this family."""
