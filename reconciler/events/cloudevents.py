"""The body of a request → events: one CloudEvent (1.0, structured mode, as JSON) or a batch of them.

What is no CloudEvent is refused as a whole, as nobody knows what was meant. What is one and fits nothing we know is
kept aside instead: Twilio throws away what is refused, and a batch would take its good events with it.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated, Final, NoReturn

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from reconciler.definition.depth import too_deep
from reconciler.events.event import TEST, Envelope, Event, ExecutionEvent, OtherEvent, StepEvent
from reconciler.model.jsontypes import Json
from reconciler.model.streams import ENDED, STARTED, STEP_ENDED

_LARGEST_NUMBER: Final = 2**63 - 1


class MalformedEventsError(Exception):
    """A body that holds no CloudEvents. Its text repeats nothing of the body. Never leaves the receiver."""


def _utc(value: datetime) -> datetime:
    try:
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except OverflowError as error:  # the first and the last day of the calendar, in some zones
        raise ValueError("a date beyond the calendar") from error


Date = Annotated[datetime, AfterValidator(_utc)]
Name = Annotated[str, Field(min_length=1)]


class _Shape(BaseModel):
    """The rules of all shapes: what is new is ignored, and errors do not repeat what came."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class _CloudEvent(_Shape):
    specversion: Annotated[str, Field(pattern=r"^1\.")]
    id: Name
    source: Name
    type: Name
    time: Date | None = None
    dataschema: str | None = None


class _Execution(_Shape):
    """Studio.FlowExecutionEvent, versions 1 and 2."""

    execution_sid: Name
    account_sid: Name
    flow_sid: Name
    date_created: Date
    contact_channel_address: str | None = None
    started_by: str | None = None
    flow_revision: Annotated[int, Field(ge=0, le=_LARGEST_NUMBER)] | None = None
    date_updated: Date | None = None
    ended_reason: str | None = None


class _Step(_Shape):
    """Studio.FlowStepEvent, version 1."""

    step_sid: Name
    execution_sid: Name
    account_sid: Name
    flow_sid: Name
    date_created: Date
    name: str | None = None
    transitioned_from: str | None = None
    transitioned_to: str | None = None
    parent_step_sid: str | None = None


class _Test(_Shape):
    """EventStreams.TestSink, version 1."""

    test_id: Name


def parse(body: bytes) -> tuple[Event, ...]:
    """Read one event, or a batch.

    Raises:
        MalformedEventsError: the body is no JSON, or something in it is no CloudEvent.
    """
    found = _json(body)
    events = found if isinstance(found, list) else [found]
    return tuple(_event(number, event) for number, event in enumerate(events, 1))


def _json(body: bytes) -> Json:
    if too_deep(body):
        raise MalformedEventsError("the body is nested too deeply")
    try:
        data: Json = json.loads(body.decode(), parse_constant=_refuse_constant)
        json.dumps(data, ensure_ascii=False).encode()  # half a surrogate pair can be read, and not be kept
    except (ValueError, RecursionError) as error:
        raise MalformedEventsError("the body is no JSON") from error
    return data


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _event(number: int, data: Json) -> Event:
    try:
        found = _CloudEvent.model_validate(data, strict=False)
    except ValidationError as error:
        fields = ", ".join(sorted({str(item["loc"][0]) if item["loc"] else "everything" for item in error.errors()}))
        raise MalformedEventsError(f"number {number} is no CloudEvent: {fields}") from error
    envelope = Envelope(found.source, found.id, found.type, found.time, found.dataschema)
    inside = data.get("data") if isinstance(data, dict) else None
    try:
        return _known(envelope, inside)
    except ValidationError:
        return OtherEvent(envelope, "unreadable", data=inside)


def _known(envelope: Envelope, data: Json) -> Event:
    if envelope.type in {STARTED, ENDED}:
        return _execution(envelope, _Execution.model_validate(data))
    if envelope.type == STEP_ENDED:
        return _step(envelope, _Step.model_validate(data))
    if envelope.type == TEST:
        return OtherEvent(envelope, "test", _Test.model_validate(data).test_id)
    return OtherEvent(envelope, "unknown", data=data)


def _execution(envelope: Envelope, data: _Execution) -> ExecutionEvent:
    return ExecutionEvent(
        envelope,
        execution=data.execution_sid,
        flow=data.flow_sid,
        account=data.account_sid,
        began=data.date_created,
        contact=data.contact_channel_address,
        started_by=data.started_by,
        revision=data.flow_revision,
        updated=data.date_updated,
        ended_reason=data.ended_reason if envelope.type == ENDED else None,
    )


def _step(envelope: Envelope, data: _Step) -> StepEvent:
    return StepEvent(
        envelope,
        execution=data.execution_sid,
        flow=data.flow_sid,
        account=data.account_sid,
        began=data.date_created,
        step=data.step_sid,
        name=data.name,
        from_widget=data.transitioned_from,
        to_widget=data.transitioned_to,
        parent=data.parent_step_sid,
    )
