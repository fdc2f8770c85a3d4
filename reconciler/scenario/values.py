"""A scenario: how a conversation with a flow begins, what happens in it line by line, and how it ends. Values only.

Each line is either something that the flow is expected to do (`Expects`, `StandsAt`), or something that happens to it
(`ContactDoes`, `Comes`, `Waits`). Every value knows the place where it is written; places are left out of comparisons.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from reconciler.model.finding import Place
from reconciler.model.jsontypes import JsonObject
from reconciler.simulate import Answered, EndReason, HungUp, Outcome, Pressed, Replied, Spoke, TimedOut, Trigger

CONTACT: Final = "+15550100001"
"""Who writes or calls where a scenario does not say."""

ADDRESS: Final = "+15550100002"
"""Whom they write to or call where a scenario does not say."""

BEGINNING: Final = 1_772_470_800.0
"""When a scenario begins that does not say: Monday, 2 March 2026, 09:00 in Pacific time, which is Studio's."""

Verb: TypeAlias = Literal["says", "plays", "sends", "calls", "sets", "dials", "queues", "redirects", "enters", "begins"]
"""What a flow does to the outer world, as its author would say it."""

CONVERSATION: Final[frozenset[Verb]] = frozenset({"says", "plays", "sends"})
"""What the contact hears and reads: all of it must be expected, in order. The rest may be left out of a script."""


@dataclass(frozen=True, slots=True)
class Exactly:
    """This text; white space around it does not count."""

    text: str


@dataclass(frozen=True, slots=True)
class Contains:
    """Every one of these parts, in any order, upper and lower case as written."""

    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Matches:
    """A regular expression that is found somewhere in the text."""

    pattern: str


@dataclass(frozen=True, slots=True)
class Like:
    """A text in which `*` stands for anything, and nothing else is special: for URLs."""

    glob: str


@dataclass(frozen=True, slots=True)
class Anything:
    """Whatever it is."""


Match: TypeAlias = Exactly | Contains | Matches | Like | Anything


@dataclass(frozen=True, slots=True)
class Expects:
    """The flow does this next.

    Attributes:
        verb: what it does.
        text: the words (`says`, `sends`); the URL (`plays`, `calls`, `redirects`); who is called (`dials`); the queue
            or workflow (`queues`); the name of the flow (`enters`). Nothing for `sets` and `begins`.
        widget: which widget does it, as `NAME` or `FLOW/NAME`; None for any.
        details: what else holds of it, as in `Seen.details`; more may be there.
    """

    verb: Verb
    text: Match = Anything()
    widget: str | None = None
    details: JsonObject = field(default_factory=dict)
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class StandsAt:
    """The flow comes to this widget, as `NAME` or `FLOW/NAME`, and waits there."""

    widget: str
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Skips:
    """What is said, played and sent from here to the next thing that happens, or to the end, is not looked at."""

    place: Place | None = field(default=None, compare=False)


ContactEvent: TypeAlias = Replied | Pressed | Spoke | HungUp


@dataclass(frozen=True, slots=True)
class ContactDoes:
    """The contact writes, presses keys, speaks or hangs up."""

    event: ContactEvent
    place: Place | None = field(default=None, compare=False)


Answer: TypeAlias = Answered | TimedOut | Outcome
"""What a URL, a Function or a widget comes to."""


@dataclass(frozen=True, slots=True)
class Comes:
    """A widget that waits comes to this: a URL answers, a call is not taken, a message cannot be delivered.

    Attributes:
        widget: which one, as `NAME` or `FLOW/NAME`; None for the one that waits.
    """

    answer: Answer
    widget: str | None = None
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Waits:
    """So many seconds pass; what is due in them times out."""

    seconds: float
    place: Place | None = field(default=None, compare=False)


Line: TypeAlias = Expects | StandsAt | Skips | ContactDoes | Comes | Waits


@dataclass(frozen=True, slots=True)
class Stub:
    """What answers in the place of URLs, Functions and other widgets. One of `widget` and `url` is set.

    Attributes:
        widget: whose, as `NAME` or `FLOW/NAME`.
        url: of URLs and Functions like this one, `*` stands for anything.
        answers: one after the other.
        endless: there is one answer, and it is given as often as somebody asks; else a list is used up.
    """

    answers: tuple[Answer, ...]
    widget: str | None = None
    url: str | None = None
    endless: bool = True
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Ending:
    """The run is over, and this holds of it.

    Attributes:
        reason: why; None for `FLOW_END`, or `CONTACT_HUNG_UP` when the contact did.
        widget: the last widget that ran, as `NAME` or `FLOW/NAME`.
        passes: widgets that ran in this order; others may have run between them.
        path: all widgets that ran in this order, those of subflows as `FLOW/NAME`.
        variables: what `flow.variables` holds; there may be more.
    """

    reason: EndReason | None = None
    widget: str | None = None
    passes: tuple[str, ...] = ()
    path: tuple[str, ...] | None = None
    variables: JsonObject = field(default_factory=dict)
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Scenario:
    """One `kind: FlowTest` document.

    Attributes:
        name: of the document.
        flow: the name of the Flow document that is tested.
        trigger: how it begins.
        script: what happens and what is expected, in order.
        stubs: what answers; the first that fits.
        ends: how it ends; None when the script says nothing of an end.
        at: when it begins, in seconds since 1970.
        description: for people.
        labels: for `--selector`.
        place: where its name is written.
        flow_place: where the name of the flow is written.
    """

    name: str
    flow: str
    trigger: Trigger
    script: tuple[Line, ...] = ()
    stubs: tuple[Stub, ...] = ()
    ends: Ending | None = None
    at: float = BEGINNING
    description: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    place: Place | None = field(default=None, compare=False)
    flow_place: Place | None = field(default=None, compare=False)
