"""Events by name, as a test or a person tells them."""

from __future__ import annotations

from reconciler.emulator.forms import Form
from reconciler.simulate import Answered, Event, HungUp, Outcome, Pressed, Replied, Spoke


def event_of(form: Form) -> Event:
    """Read an event from its parameters.

    `reply` (Body), `press` (Digits), `speak` (SpeechResult, Confidence), `hangup`, `answer` (Status, Body,
    ContentType); every other name is that of an event of the widget, such as `noAnswer` or `timeout`. `Data` is a JSON
    object of further fields.
    """
    name, data = form.required("Event"), form.json_object("Data")
    match name:
        case "reply":
            return Replied(form.optional("Body") or "", data=data)
        case "press":
            return Pressed(form.required("Digits"), data)
        case "speak":
            return Spoke(form.required("SpeechResult"), form.number("Confidence"), data)
        case "hangup":
            return HungUp()
        case "answer":
            status, body = form.number("Status"), form.optional("Body")
            kind = form.optional("ContentType") or "application/json"
            return Answered(200 if status is None else int(status), "{}" if body is None else body, kind)
        case _:
            return Outcome(name, data)
