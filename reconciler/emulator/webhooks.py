"""A flow's webhook: what Twilio posts to it when a number, to which the flow belongs, gets a message or a call.

As at Twilio the account stands in the path, and nobody signs in.
"""

from __future__ import annotations

from reconciler.emulator.answers import Answer
from reconciler.emulator.studio import Call, Studio

_XML = "text/xml;charset=utf-8"


def receive(studio: Studio, call: Call) -> Answer:
    """Take a call when `CallSid` is there, else a message; answers TwiML."""
    from reconciler.emulator.running.incoming import message, voice  # noqa: PLC0415 - loaded for a run only
    from reconciler.emulator.running.twiml import nothing  # noqa: PLC0415 - same

    if call.form.given("CallSid"):
        return Answer(200, voice(studio, call), content_type=_XML)
    message(studio, call)
    return Answer(200, nothing(), content_type=_XML)
