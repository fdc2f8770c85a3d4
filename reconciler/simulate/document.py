"""A state as JSON and back: what an emulator keeps, and a test compares."""

from __future__ import annotations

from typing import Final, cast, get_args

from reconciler.errors import SimulationError
from reconciler.model.jsontypes import Json, JsonObject
from reconciler.simulate.assumptions import Assumption
from reconciler.simulate.state import EndReason, Frame, Need, Request, State

FORMAT: Final = 1
"""The version of this form."""


def to_document(state: State) -> JsonObject:
    """Write a state as JSON. Contexts are shared with the state, not copied."""
    return {
        "format": FORMAT,
        "execution": state.execution,
        "account": state.account,
        "started": state.started,
        "now": state.now,
        "frames": [_frame_document(frame) for frame in state.frames],
        "steps": state.steps,
        "waiting": None if state.waiting is None else _request_document(state.waiting),
        "ended": state.ended,
        "hung_up": state.hung_up,
        "test_user": state.test_user,
        "assumptions": [*sorted(map(str, state.assumptions))],
    }


def from_document(document: JsonObject) -> State:
    """Read a state back.

    Raises:
        SimulationError: this is no state, or one of another version.
    """
    if document.get("format") != FORMAT:
        raise SimulationError("not the state of a run that this version can read", hint="Begin the run again.")
    try:
        return State(
            execution=_text(document["execution"]),
            account=_text(document["account"]),
            started=_number(document["started"]),
            now=_number(document["now"]),
            frames=tuple(_frame(_object(frame)) for frame in cast("list[Json]", document["frames"])),
            steps=int(_number(document["steps"])),
            waiting=None if document["waiting"] is None else _request(_object(document["waiting"])),
            ended=_reason(document["ended"]),
            hung_up=document["hung_up"] is True,
            test_user=document["test_user"] is True,
            assumptions=frozenset(Assumption(_text(name)) for name in cast("list[Json]", document["assumptions"])),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise SimulationError(f"not the state of a run: {error}", hint="Begin the run again.") from error


def _frame_document(frame: Frame) -> JsonObject:
    return {
        "flow": frame.flow,
        "revision": frame.revision,
        "widget": frame.widget,
        "context": frame.context,
        "repeats": frame.repeats,
        "step": frame.step,
        "parent_step": frame.parent_step,
    }


def _frame(document: JsonObject) -> Frame:
    return Frame(
        flow=_text(document["flow"]),
        revision=int(_number(document["revision"])),
        widget=_text(document["widget"]),
        context=_object(document["context"]),
        repeats=int(_number(document["repeats"])),
        step=_optional(document["step"]),
        parent_step=_optional(document["parent_step"]),
    )


def _request_document(request: Request) -> JsonObject:
    return {
        "widget": request.widget,
        "type": request.type,
        "need": request.need,
        "answers": [*request.answers],
        "usual": request.usual,
        "deadline": request.deadline,
        "saved": request.saved,
    }


def _request(document: JsonObject) -> Request:
    need = document["need"]
    if need not in get_args(Need):
        raise ValueError(need)
    deadline = document["deadline"]
    return Request(
        widget=_text(document["widget"]),
        type=_text(document["type"]),
        need=cast("Need", need),
        answers=tuple(_text(answer) for answer in cast("list[Json]", document["answers"])),
        usual=_optional(document["usual"]),
        deadline=None if deadline is None else _number(deadline),
        saved=_object(document["saved"]),
    )


def _reason(value: Json) -> EndReason | None:
    if value is not None and value not in get_args(EndReason):
        raise ValueError(value)
    return cast("EndReason | None", value)


def _object(value: Json) -> JsonObject:
    if not isinstance(value, dict):
        raise TypeError("an object is missing")
    return value


def _text(value: Json) -> str:
    if not isinstance(value, str):
        raise TypeError("a text is missing")
    return value


def _optional(value: Json) -> str | None:
    return None if value is None else _text(value)


def _number(value: Json) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise TypeError("a number is missing")
    return value
