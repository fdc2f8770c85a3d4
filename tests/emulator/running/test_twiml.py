"""What a call is answered, as TwiML."""

from xml.etree import ElementTree as ET

from reconciler.emulator.running.twiml import said
from reconciler.simulate import Began, Dialled, Queued, Redirected, Said

CONTACT, NUMBER = "+15550100001", "+15550100009"


def test_twiml_of_every_verb():
    """TwiML has what can be heard and done in a call, with what XML cannot hold left out, and nothing else."""
    effects = (
        Said("a", "Hi\x00 & bye", details={"voice": "alice", "loop": 2}),
        Said("b", play="https://media.example/1"),
        Said("c", digits="123"),
        Dialled("d", "number-multi", NUMBER, CONTACT),
        Dialled("e", "sip", NUMBER, "sip:a@example.com"),
        Queued("f", "support"),
        Redirected("g", "POST", "https://twiml.example/x"),
        Began("h", "record-voicemail"),
        Began("i", "fork-stream"),
    )
    found = ET.fromstring(said(effects, None, ""))  # noqa: S314 - our own text
    assert [ET.tostring(one, encoding="unicode") for one in found] == [
        '<Say voice="alice" loop="2">Hi &amp; bye</Say>',
        "<Play>https://media.example/1</Play>",
        '<Play digits="123" />',
        f'<Dial callerId="{NUMBER}"><Number>{CONTACT}</Number></Dial>',
        f'<Dial callerId="{NUMBER}"><Sip>sip:a@example.com</Sip></Dial>',
        "<Enqueue>support</Enqueue>",
        '<Redirect method="POST">https://twiml.example/x</Redirect>',
        "<Record />",
        "<Hangup />",
    ]
