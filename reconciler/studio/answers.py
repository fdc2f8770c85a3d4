"""Parsed JSON → wire models, and SIDs → pieces of a path. What does not fit becomes an error of ours here."""

from __future__ import annotations

from typing import TypeVar

from pydantic import ValidationError

from reconciler.errors import AmbiguousError, ProtocolError, StudioError, UsageError
from reconciler.model.jsontypes import Json
from reconciler.studio.call import Call
from reconciler.studio.wire import Wire

W = TypeVar("W", bound=Wire)


def shaped(model: type[W], data: Json, call: Call) -> W:
    """Give an answer as its model.

    Raises:
        ProtocolError: the answer to a read does not fit the contract.
        AmbiguousError: the answer to a write does not; the write may have taken place.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        fields = sorted({".".join(map(str, item["loc"])) or "the whole answer" for item in error.errors()})
        raise _unfit(call, f"has no usable {', '.join(fields)}") from error


def lacking(call: Call, field: str) -> StudioError:
    """Give the error of an answer that lacks what it is for."""
    return _unfit(call, f"has no {field}")


def segment(text: str) -> str:
    """Give a SID as one piece of a path.

    Raises:
        UsageError: it is no SID, and could lead elsewhere.
    """
    if not (text.isascii() and text.isalnum()):
        raise UsageError(f"{text!r} is no SID", hint="A SID is two letters and 32 hexadecimal digits, as in FW….")
    return text


def _unfit(call: Call, what: str) -> StudioError:
    text = f"{call.operation}: the answer of Studio {what}"
    return ProtocolError(text) if call.safe else AmbiguousError(text)
