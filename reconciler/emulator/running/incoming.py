"""What a phone number's webhook tells a flow: a message begins an execution or is a reply, a call begins or goes on."""

from __future__ import annotations

import secrets
from typing import Final

from reconciler.emulator.answers import CONFLICT, RefusalError
from reconciler.emulator.forms import Form
from reconciler.emulator.rows import Execution
from reconciler.emulator.running.engine import catch_up, deliver, read
from reconciler.emulator.running.starting import Wanted, begin
from reconciler.emulator.running.twiml import said
from reconciler.emulator.sids import derived
from reconciler.emulator.studio import Call, Studio
from reconciler.simulate import (
    Effect,
    Event,
    HungUp,
    IncomingCall,
    IncomingConversationMessage,
    IncomingMessage,
    Pressed,
    Replied,
    Spoke,
)

_MOST_MEDIA: Final = 10
_OVER: Final = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})


def message(studio: Studio, call: Call) -> None:
    """Take a message of a contact: it begins an execution, or is the reply that an active one waits for.

    What nobody waits for is dropped, and so is what was delivered before.
    """
    form, flow_sid = call.form, call.parts["sid"]
    contact, address = _ends(form)
    sid = form.optional("MessageSid") or form.optional("SmsSid") or "SM" + derived(secrets.token_hex(8))
    body, media, data = form.optional("Body") or "", _media(form), {**form.fields(), "MessageSid": sid}
    catch_up(studio)
    with studio.store.read() as t:
        active = t.runs.active(call.account, (contact, address), flow_sid)
        before = t.runs.begun_by(call.account, sid, flow_sid)
        if t.runs.took(call.account, flow_sid, sid):
            return
    if active is None and before is None:
        trigger: IncomingMessage | IncomingConversationMessage = IncomingMessage(contact, address, body, media, data)
        if form.given("ConversationSid"):
            trigger = IncomingConversationMessage(contact, address, body, data)
        active = _begun_meanwhile(studio, Wanted(call.account, flow_sid, call.path, trigger, sid))
    if active is not None and active.initiated_by != sid:
        _reply(studio, active, Replied(body, media, data), sid)


def _begun_meanwhile(studio: Studio, wanted: Wanted) -> Execution | None:
    """Begin an execution, unless another message of the contact has just done so: then give that one."""
    try:
        begin(studio, wanted)
    except RefusalError as refusal:
        with studio.store.read() as t:
            ends = (wanted.trigger.contact, wanted.trigger.address)
            other = t.runs.active(wanted.account, ends, wanted.flow_sid)
        if refusal.code != CONFLICT or other is None:
            raise
        return other
    return None


def _reply(studio: Studio, execution: Execution, event: Replied, sid: str) -> None:
    standing = read(studio, execution)
    if standing is not None and standing.state.waiting is not None and standing.state.waiting.need == "reply":
        _unless_over(studio, execution, event, sid)


def voice(studio: Studio, call: Call) -> str:
    """Take what happens to a call, and give TwiML for what follows.

    The first request of a call begins an execution; each later one may say what was pressed or spoken, or that the call
    is over.
    """
    form, call_sid = call.form, call.form.required("CallSid")
    catch_up(studio)
    with studio.store.read() as t:
        execution = t.runs.begun_by(call.account, call_sid, call.parts["sid"])
    if execution is None:
        if form.optional("CallStatus") in _OVER:
            return said((), None, "")
        trigger = IncomingCall(form.required("From"), form.required("To"), form.fields())
        wanted = Wanted(call.account, call.parts["sid"], call.path, trigger, call_sid)
        execution, effects = begin(studio, wanted)
    else:
        event = _event(form)
        effects = () if event is None else _unless_over(studio, execution, event)
    standing = read(studio, execution)
    return said(effects, None if standing is None else standing.state, call.base + call.path)


def _ends(form: Form) -> tuple[str, str]:
    """Give contact and address; in a Conversation an author and the Conversation itself."""
    if form.given("ConversationSid"):
        return form.required("Author"), form.required("ConversationSid")
    return form.required("From"), form.required("To")


def _unless_over(studio: Studio, execution: Execution, event: Event, reply: str | None = None) -> tuple[Effect, ...]:
    """Give an event to an execution; one that came too late is dropped, as nobody could do anything about it."""
    try:
        return deliver(studio, execution, event, reply)
    except RefusalError as refusal:
        if refusal.code != CONFLICT:
            raise
        return ()


def _event(form: Form) -> Event | None:
    digits, spoken = form.optional("Digits"), form.optional("SpeechResult")
    if form.optional("CallStatus") in _OVER:
        return HungUp()
    if digits is not None:
        return Pressed(digits)
    return None if spoken is None else Spoke(spoken, form.number("Confidence"))


def _media(form: Form) -> tuple[str, ...]:
    found = (form.optional(f"MediaUrl{index}") for index in range(_MOST_MEDIA))
    return tuple(url for url in found if url)
