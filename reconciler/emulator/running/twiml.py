"""What an execution does to a call, as TwiML: enough for a person or a test to follow it, no more."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final
from xml.etree import ElementTree as ET

from reconciler.model.jsontypes import JsonObject
from reconciler.simulate import Began, Dialled, Queued, Redirected, Said, State

_NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8"?>'
_NOUNS: Final = {"client": "Client", "conference": "Conference", "sip": "Sip", "sim": "Sim"}
_EMPTY: Final = _HEAD + "<Response />"
"""The answer to a message: replies go out by themselves."""


def said(effects: Sequence[object], state: State | None, action: str) -> str:
    """Write what an execution did, and what it waits for.

    Args:
        effects: what it did since the call was heard of last.
        state: where it waits; None when it is over.
        action: where to send what the caller presses or says.
    """
    response = ET.Element("Response")
    for effect in effects:
        _add(response, effect)
    waiting = None if state is None else state.waiting
    if waiting is None:
        ET.SubElement(response, "Hangup")
    elif waiting.need == "input":
        gather = ET.SubElement(response, "Gather", input="dtmf speech", action=action, method="POST")
        last = response[-2] if len(response) > 1 else None
        if last is not None and last.tag in {"Say", "Play"}:
            response.remove(last)
            gather.append(last)
    else:
        ET.SubElement(response, "Pause")
    return _HEAD + ET.tostring(response, encoding="unicode")


def nothing() -> str:
    """Write an answer that asks for nothing."""
    return _EMPTY


def _add(response: ET.Element, effect: object) -> None:
    match effect:
        case Said(play=url) if url:
            ET.SubElement(response, "Play").text = _clean(url)
        case Said(digits=digits) if digits:
            ET.SubElement(response, "Play", digits=_clean(digits))
        case Said():
            _with(ET.SubElement(response, "Say"), effect.details, "voice", "language", "loop").text = _clean(
                effect.text
            )
        case Dialled():
            dial = ET.SubElement(response, "Dial", callerId=_clean(effect.caller))
            ET.SubElement(dial, _NOUNS.get(effect.noun, "Number")).text = _clean(effect.callee)
        case Queued():
            ET.SubElement(response, "Enqueue").text = _clean(effect.queue)
        case Redirected():
            ET.SubElement(response, "Redirect", method=effect.method).text = _clean(effect.url)
        case Began(type="record-voicemail"):
            ET.SubElement(response, "Record")
        case _:
            return


def _with(element: ET.Element, details: JsonObject, *names: str) -> ET.Element:
    for name in names:
        if name in details:
            element.set(name, _clean(str(details[name])))
    return element


def _clean(text: str) -> str:
    return _NOT_XML.sub("", text)
