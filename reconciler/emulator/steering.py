"""Steering executions from a test, outside the API: what happens at a widget, what stands in for URLs, the time."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import cast

from reconciler.emulator.answers import Answer, bad_parameter, json_answer
from reconciler.emulator.durations import parse_duration
from reconciler.emulator.executions import bring_up_to_date, parse_date
from reconciler.emulator.forms import Form
from reconciler.emulator.render import date
from reconciler.emulator.rows import Execution, Stub
from reconciler.emulator.studio import Call, Studio
from reconciler.errors import UsageError
from reconciler.model.jsontypes import Json, JsonObject


def look(studio: Studio, call: Call) -> Answer:
    """Tell what an execution waits for, why it ended, and which assumptions its run relied upon."""
    bring_up_to_date(studio)
    return _told(studio, _find(studio, call))


def steer(studio: Studio, call: Call) -> Answer:
    """Let something happen to an execution: `Event` names it, further parameters say more."""
    from reconciler.emulator.running.engine import deliver  # noqa: PLC0415 - loaded for a run only
    from reconciler.emulator.running.events import event_of  # noqa: PLC0415 - same

    deliver(studio, _find(studio, call), event_of(call.form))
    return _told(studio, _find(studio, call))


def set_stub(studio: Studio, call: Call) -> Answer:
    """Let something stand in for the outer world at a widget, in a flow, behind a URL; the last that fits counts."""
    form = call.form
    stub = Stub(form.optional("FlowSid"), form.optional("Widget"), form.optional("Url"), json.dumps(_said(form)))
    with studio.store.write() as t:
        t.runs.insert_stub(call.account, stub)
    return json_answer(_stub(stub), status=201)


def list_stubs(studio: Studio, call: Call) -> Answer:
    """Give what stands in, the newest first."""
    with studio.store.read() as t:
        stubs = t.runs.stubs(call.account)
    return json_answer({"stubs": [_stub(stub) for stub in stubs]})


def delete_stubs(studio: Studio, call: Call) -> Answer:
    """Let nothing stand in any more."""
    with studio.store.write() as t:
        t.runs.delete_stubs(call.account)
    return Answer(204)


def fetch_clock(studio: Studio, _call: Call) -> Answer:
    """Tell what time it is here."""
    with studio.store.read() as t:
        ahead = t.ahead
    return json_answer({"now": date(studio.now()), "ahead": ahead})


def move_clock(studio: Studio, call: Call) -> Answer:
    """Move the clock on, by `Advance` or to `Set`; what was due by then happens."""
    form = call.form
    if form.given("Advance") == form.given("Set"):
        raise bad_parameter("Say Advance, a duration such as 2h, or Set, a date and time")
    with studio.store.write() as t:
        now, moment = studio.now(), parse_date(form.optional("Set"), "Set")
        seconds = _duration(form.required("Advance")).total_seconds() if moment is None else moment - now
        if seconds < 0:
            raise bad_parameter(f"The clock does not run backwards; it is {date(now)} already")
        t.set_ahead(t.ahead + seconds)
    bring_up_to_date(studio)
    return fetch_clock(studio, call)


def _duration(text: str) -> timedelta:
    try:
        return parse_duration(text)
    except UsageError as error:
        raise bad_parameter(f"Advance: {error}. {error.hint}") from error


def _find(studio: Studio, call: Call) -> Execution:
    with studio.store.read() as t:
        found = t.runs.find(call.parts["execution"], None)
    if found is None:
        raise call.missing()
    return found


def _told(studio: Studio, execution: Execution) -> Answer:
    from reconciler.emulator.running.engine import read  # noqa: PLC0415 - loaded for a run only
    from reconciler.simulate import to_document  # noqa: PLC0415 - same

    standing = read(studio, execution)
    state: JsonObject = {} if standing is None else to_document(standing.state)
    body: JsonObject = {
        "sid": execution.sid,
        "flow_sid": execution.flow_sid,
        "status": execution.status,
        "ended_reason": execution.ended_reason,
        "waiting": state.get("waiting"),
        "assumptions": state.get("assumptions") or _granted(studio, execution),
    }
    return json_answer(body)


def _granted(studio: Studio, execution: Execution) -> Json:
    with studio.store.read() as t:
        kept = t.runs.assumptions(execution)
    return cast("Json", json.loads(kept)) if kept else []


def _said(form: Form) -> JsonObject:
    event = form.optional("Event")
    if event is not None:
        return {"event": event, "data": form.json_object("Data")}
    status = form.number("Status")
    body, content_type = form.optional("Body"), form.optional("ContentType")
    return {
        "status": 200 if status is None else int(status),
        "body": "{}" if body is None else body,
        "content_type": content_type or "application/json",
    }


def _stub(stub: Stub) -> JsonObject:
    said: dict[str, Json] = json.loads(stub.body)
    return {"flow_sid": stub.flow_sid, "widget": stub.widget, "url": stub.url, **said}
