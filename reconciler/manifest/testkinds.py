"""The kind FlowTest as pydantic models: what keys there are, of what type, and what they mean.

Apart from `kinds`, because only `test` and `validate` read these documents. The JSON Schema is made from them.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from reconciler.manifest.kinds import INSTANT, PASSING, Document, Model, Name, Text

Fields = dict[str, Any]


def _shape(value: object) -> str:
    return "mapping" if isinstance(value, dict | Model) else "text"


Texts = Annotated[
    Annotated[Text, Tag("text")] | Annotated[list[Text], Tag("list"), Field(min_length=1)],
    Discriminator(lambda value: "list" if isinstance(value, list) else "text"),
]


class Words(Model):
    """A text, exactly or in part. Without `text`, `contains` and `matches`: any."""

    text: str | None = Field(default=None, description="The whole text; white space around it does not count.")
    contains: Texts | None = Field(default=None, description="A part of the text, or a list of parts.")
    matches: Text | None = Field(
        default=None, description="A regular expression (Python's) found somewhere in the text."
    )
    widget: Text | None = Field(default=None, description="Which widget does it: NAME, or FLOW/NAME in a subflow.")
    fields: Fields = Field(default={}, alias="with", description="Further properties, by Twilio's names.")


class Message(Words):
    """A message that is sent."""

    to: str | None = Field(default=None, description="Whom it goes to.")
    sender: str | None = Field(default=None, alias="from", description="Whom it comes from.")


class Task(Words):
    """A queue, or a workflow with a task."""

    attributes: Fields = Field(default={}, description="What the task's attributes hold; there may be more.")


class Call(Model):
    """A request to a Function or a URL."""

    url: Text | None = Field(default=None, description="The URL; `*` stands for anything.")
    widget: Text | None = Field(default=None, description="Which widget calls: NAME, or FLOW/NAME in a subflow.")
    method: Text | None = Field(default=None, description="Such as POST.")
    body: str | None = Field(default=None, description="The whole body.")
    parameters: Fields = Field(default={}, alias="with", description="Parameters; there may be more.")


class Entry(Model):
    """Another flow is entered."""

    flow: Text | None = Field(default=None, description="The name of its Flow document.")
    widget: Text | None = Field(default=None, description="Which widget enters it.")
    parameters: Fields = Field(default={}, alias="with", description="Parameters; there may be more.")


class Beginning(Model):
    """A widget begins its work."""

    widget: Text = Field(description="Which one: NAME, or FLOW/NAME in a subflow.")
    fields: Fields = Field(default={}, alias="with", description="Properties, by Twilio's names; there may be more.")


class Reply(Model):
    """A message of the contact."""

    text: str = Field(default="", description="The text. Default: none.")
    media: Texts | None = Field(default=None, description="URLs of what comes with it.")
    data: Fields = Field(default={}, description="Further fields of `inbound`, by Twilio's names.")


class Keys(Model):
    """Keys that the caller presses."""

    digits: str = Field(description="The keys, quoted.")
    data: Fields = Field(default={}, description="Further fields that the widget saves.")


class Speech(Model):
    """Something that the caller says."""

    text: str = Field(description="What speech recognition makes of it.")
    confidence: float | None = Field(default=None, description="How sure it is, up to 1.")
    data: Fields = Field(default={}, description="Further fields that the widget saves.")


class Answer(Model):
    """What a URL or a Function answers, or what another widget comes to."""

    status: int | None = Field(default=None, ge=100, le=599, description="The HTTP status. Default: 200.")
    json_: Any = Field(default=None, alias="json", description="The body as JSON.")
    body: str | None = Field(default=None, description="The body as text.")
    content_type: Text | None = Field(default=None, description="Default: application/json, or text/plain for `body`.")
    headers: dict[str, str] = Field(default={}, description="Headers of a Function's answer.")
    timeout: Literal[True] | None = Field(default=None, description="No answer in time.")
    event: Text | None = Field(default=None, description="The event of a widget, such as `failed` or `busy`.")
    data: Fields = Field(default={}, description="What the widget saves with the event, by Twilio's names.")


class GivenAnswer(Answer):
    """An answer in a script."""

    widget: Text | None = Field(default=None, description="Which widget gets it. Default: the next that asks.")


class Outcome(Model):
    """What a widget comes to."""

    event: Text = Field(description="One of the widget's events, such as `failed`, `busy`, `callCompleted`.")
    widget: Text | None = Field(default=None, description="Which widget. Default: the next that can come to it.")
    data: Fields = Field(default={}, description="What it saves, by Twilio's names: DialCallStatus …")


TextOrWords = Annotated[Annotated[str, Tag("text")] | Annotated[Words, Tag("mapping")], Discriminator(_shape)]
TextOrMessage = Annotated[Annotated[str, Tag("text")] | Annotated[Message, Tag("mapping")], Discriminator(_shape)]
TextOrTask = Annotated[Annotated[str, Tag("text")] | Annotated[Task, Tag("mapping")], Discriminator(_shape)]
TextOrCall = Annotated[Annotated[Text, Tag("text")] | Annotated[Call, Tag("mapping")], Discriminator(_shape)]
TextOrEntry = Annotated[Annotated[Text, Tag("text")] | Annotated[Entry, Tag("mapping")], Discriminator(_shape)]
TextOrBeginning = Annotated[Annotated[Text, Tag("text")] | Annotated[Beginning, Tag("mapping")], Discriminator(_shape)]
TextOrReply = Annotated[Annotated[str, Tag("text")] | Annotated[Reply, Tag("mapping")], Discriminator(_shape)]
TextOrKeys = Annotated[Annotated[str, Tag("text")] | Annotated[Keys, Tag("mapping")], Discriminator(_shape)]
TextOrSpeech = Annotated[Annotated[str, Tag("text")] | Annotated[Speech, Tag("mapping")], Discriminator(_shape)]
TextOrOutcome = Annotated[Annotated[Text, Tag("text")] | Annotated[Outcome, Tag("mapping")], Discriminator(_shape)]


class Line(Model):
    """One line of a script: exactly one of these keys."""

    says: TextOrWords | None = Field(default=None, description="The flow says this in a call.")
    plays: TextOrWords | None = Field(default=None, description="The flow plays a recording, or sends keys.")
    sends: TextOrMessage | None = Field(default=None, description="The flow sends this message.")
    calls: TextOrCall | None = Field(
        default=None, description="The flow calls a Function or a URL: the widget's name, or the URL."
    )
    sets: Fields | None = Field(default=None, description="The flow sets these variables; there may be more.")
    dials: TextOrWords | None = Field(default=None, description="The flow calls somebody, or connects the caller.")
    queues: TextOrTask | None = Field(default=None, description="The flow hands the contact to a queue or a workflow.")
    redirects: TextOrWords | None = Field(default=None, description="The flow hands the call to TwiML at this URL.")
    enters: TextOrEntry | None = Field(default=None, description="The flow enters this subflow.")
    begins: TextOrBeginning | None = Field(
        default=None, description="This widget begins: a recording, a payment, an agent, any other work."
    )
    at: Text | None = Field(default=None, description="The flow waits at this widget: NAME, or FLOW/NAME.")
    skips: Literal["conversation"] | None = Field(
        default=None, description="What is said and sent is not looked at, up to the next thing that happens."
    )
    writes: TextOrReply | None = Field(default=None, description="The contact writes this message.")
    presses: TextOrKeys | None = Field(default=None, description="The caller presses these keys.")
    speaks: TextOrSpeech | None = Field(default=None, description="The caller says this.")
    hangs_up: Literal[True] | None = Field(default=None, description="The caller hangs up.")
    waits: Annotated[str, Field(pattern=PASSING)] | None = Field(
        default=None, description="So much time passes: `90s`, `2h`; `timeout` for as long as the flow waits."
    )
    answers: GivenAnswer | None = Field(default=None, description="The URL or the Function that is asked answers this.")
    outcome: TextOrOutcome | None = Field(default=None, description="The widget that waits comes to this event.")


class Stub(Model):
    """What answers in the place of a Function, a URL or another widget."""

    widget: Text | None = Field(default=None, description="Whose answers: NAME, or FLOW/NAME in a subflow.")
    url: Text | None = Field(default=None, description="Or: of the Functions and URLs like this; `*` is anything.")
    answers: Annotated[
        Annotated[Answer, Tag("mapping")] | Annotated[list[Answer], Tag("list"), Field(min_length=1)],
        Discriminator(lambda value: "list" if isinstance(value, list) else "mapping"),
    ] = Field(description="The answer to every request, or a list: one after the other, and no more.")


class Trigger(Model):
    """How it begins: one of `message`, `call`, `conversation`, `request`; for a subflow `parent`, alone or with one."""

    message: str | None = Field(default=None, description="The contact writes this message.")
    call: Fields | None = Field(default=None, description="The contact calls: {}, or fields of `trigger.call`.")
    conversation: str | None = Field(default=None, description="The contact writes this in a conversation.")
    request: Fields | None = Field(default=None, description="The REST API starts it with these parameters.")
    parent: Fields | None = Field(default=None, description="A parent flow calls it with these parameters.")
    sender: str | None = Field(default=None, alias="from", description="The contact. Default: +15550100001.")
    to: str | None = Field(default=None, description="The address of the flow. Default: +15550100002.")
    media: Texts | None = Field(default=None, description="URLs of what comes with the message.")
    data: Fields = Field(default={}, description="Further fields of the trigger, by Twilio's names.")


class Ending(Model):
    """The flow is over, and this holds."""

    reason: (
        Literal[
            "FLOW_END", "CONTACT_HUNG_UP", "STOPPED", "STEP_LIMIT", "REPEAT_LIMIT", "EXPIRED", "DANGLING_TRANSITION"
        ]
        | None
    ) = Field(default=None, description="Why. Default: FLOW_END, or CONTACT_HUNG_UP.")
    widget: Text | None = Field(default=None, description="The last widget.")
    passes: list[Text] = Field(default=[], description="Widgets in the order they were left, others between them.")
    path: list[Text] | None = Field(default=None, description="All widgets, in the order they were left.")
    variables: Fields = Field(default={}, description="Variables of the flow; there may be more.")


class FlowTestSpec(Model):
    """A conversation with a flow."""

    flow: Name = Field(description="The name of the Flow document.")
    description: str = Field(default="", description="What it is about, for people.")
    trigger: Trigger = Field(description="How it begins.")
    at: Annotated[str, Field(pattern=INSTANT)] | None = Field(
        default=None, description="When, such as 2026-03-02T09:00:00-08:00, which is the default's day and hour."
    )
    stubs: list[Stub] = Field(default=[], description="What Functions, URLs and widgets answer; the first that fits.")
    script: list[Line] = Field(default=[], description="What happens, and what the flow is expected to do, in order.")
    ends: Ending | None = Field(default=None, description="The flow ends, and how; {} for an ordinary end.")


class FlowTest(Document):
    """A scenario test of one flow."""

    kind: Literal["FlowTest"]
    spec: FlowTestSpec
