"""Where Studio's events are sent: how that stands, what is wrong with it, and what it takes to set it right.

A sink has at most one subscription. A sink that is tested is sent nothing else until the number of its test event is
told back, so only one that is new, or not active, is tested.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from reconciler.errors import RequestRefusedError
from reconciler.model.streams import STUDIO_TYPES, Sink, Subscription
from reconciler.ports import Clock, StreamReader, StreamWriter

DESCRIPTION: Final = "Studio events for reconciler"
"""What we call sinks and subscriptions; by it our own are known again."""

_SETUP: Final = "`reconciler events setup --url {}` sets it right."
_POLL_SECONDS: Final = 0.2


class Streams(StreamReader, StreamWriter, Protocol):
    """Read and write."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What keeps events from arriving as they should, and what to do about it."""

    what: str
    hint: str


@dataclass(frozen=True, slots=True)
class Standing:
    """One sink that is, or should be, sent Studio's events.

    Attributes:
        subscription: what it is sent; None when nothing.
    """

    sink: Sink
    subscription: Subscription | None

    @property
    def missing(self) -> tuple[str, ...]:
        """Studio's types that it is not sent."""
        have = () if self.subscription is None else self.subscription.types
        return tuple(name for name in STUDIO_TYPES if name not in have)

    @property
    def troubles(self) -> tuple[Trouble, ...]:
        """What is wrong with it."""
        return (*_of_sink(self.sink), *_of_subscription(self))


@dataclass(frozen=True, slots=True)
class Setup:
    """What it takes so that a webhook is sent Studio's events.

    Attributes:
        url: the webhook.
        standing: what is there already; None makes a sink.
    """

    url: str
    standing: Standing | None

    @property
    def proves(self) -> bool:
        """Whether the sink must be tested: it is new, or not active."""
        return self.standing is None or self.standing.sink.status != "active"

    @property
    def needed(self) -> bool:
        """Whether anything is to be done."""
        return self.standing is None or self.proves or bool(self.standing.missing)


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a setup.

    Attributes:
        proved: whether the test event arrived and was told back; None when the sink was not tested.
    """

    sink: Sink
    subscription: Subscription | None
    proved: bool | None


@dataclass(frozen=True, slots=True)
class Proof:
    """How a sink is tested.

    Attributes:
        arrived: gives the numbers of all tests that arrived so far.
        seconds: how long a test may take to arrive.
    """

    arrived: Callable[[], Collection[str]]
    clock: Clock
    seconds: float


def look(streams: StreamReader, url: str | None = None) -> tuple[Standing, ...]:
    """Give the sinks of a webhook; without one ours, and all others that are sent some of Studio's events."""
    used = {one.sink: one for one in streams.list_subscriptions()}
    found = [Standing(sink, used.get(sink.sid)) for sink in streams.list_sinks()]
    if url is not None:
        return tuple(one for one in found if one.sink.url == url and one.sink.kind == "webhook")
    return tuple(one for one in found if ours(one) or len(one.missing) < len(STUDIO_TYPES))


def ours(standing: Standing) -> bool:
    """Tell whether we made a sink."""
    return standing.sink.description == DESCRIPTION


def plan_setup(streams: StreamReader, url: str) -> Setup:
    """Say what it takes. Of several sinks for the webhook the one that needs least is taken."""
    found = sorted(look(streams, url), key=lambda one: (one.sink.status != "active", len(one.missing), one.sink.sid))
    return Setup(url, found[0] if found else None)


def carry_out(streams: Streams, setup: Setup, proof: Proof | None) -> Done:
    """Do it. What is there is used; nothing that others subscribed to is taken away.

    Args:
        streams: where.
        setup: what; see `plan_setup`.
        proof: how a new sink is tested; None does not.
    """
    standing = setup.standing
    sink = streams.create_sink(DESCRIPTION, setup.url) if standing is None else standing.sink
    subscription = None if standing is None else standing.subscription
    proved = prove(streams, sink, proof) if setup.proves and proof is not None else None
    sink = streams.fetch_sink(sink.sid)
    if proved is False or sink.status != "active":
        return Done(sink, subscription, proved)
    if subscription is None:
        return Done(sink, streams.create_subscription(DESCRIPTION, sink.sid, STUDIO_TYPES), proved)
    for name in Standing(sink, subscription).missing:
        streams.subscribe(subscription.sid, name, STUDIO_TYPES[name])
        subscription = replace(subscription, types={**subscription.types, name: STUDIO_TYPES[name]})
    return Done(sink, subscription, proved)


def prove(streams: StreamWriter, sink: Sink, proof: Proof) -> bool:
    """Send a test event to a sink and tell its number back; False when it did not arrive in time."""
    before = set(proof.arrived())
    streams.test_sink(sink.sid)
    deadline = proof.clock.monotonic() + proof.seconds
    while True:
        for number in set(proof.arrived()) - before:
            before.add(number)
            if _validated(streams, sink, number):
                return True
        if proof.clock.monotonic() >= deadline:
            return False
        proof.clock.sleep(_POLL_SECONDS)


def remove(streams: StreamWriter, standings: Sequence[Standing]) -> None:
    """End the subscriptions of these sinks, then forget the sinks."""
    for one in standings:
        if one.subscription is not None:
            streams.delete_subscription(one.subscription.sid)
        streams.delete_sink(one.sink.sid)


def _validated(streams: StreamWriter, sink: Sink, number: str) -> bool:
    try:
        streams.validate_sink(sink.sid, number)
    except RequestRefusedError:  # the test of another sink, which arrived in the same place
        return False
    return True


def _of_sink(sink: Sink) -> tuple[Trouble, ...]:
    hint = _SETUP.format(sink.url)
    found = []
    match sink.status:
        case "initialized":
            found.append(Trouble("it was never validated, and is sent nothing", hint))
        case "validating":
            found.append(Trouble("it is being tested, and is sent nothing until that is over", hint))
        case "failed":
            found.append(Trouble("Twilio could not deliver to it, and sends nothing", f"See that it answers. {hint}"))
        case "active":
            pass
    if sink.kind == "webhook" and sink.method not in {None, "POST"}:
        again = "`reconciler events remove` takes it away; then set it up again."
        found.append(Trouble(f"it is called with {sink.method}, and events are received by POST alone", again))
    return tuple(found)


def _of_subscription(standing: Standing) -> tuple[Trouble, ...]:
    hint = _SETUP.format(standing.sink.url)
    if standing.subscription is None:
        return (Trouble("nothing is subscribed for it", hint),)
    found = [Trouble(f"it is not sent {name}", hint) for name in standing.missing]
    for name, version in standing.subscription.types.items():
        read = STUDIO_TYPES.get(name)
        if read is not None and version is not None and version != read:
            what = f"it is sent {name} in version {version} of its schema; version {read} is what is read"
            found.append(Trouble(what, "What the versions have in common is understood; reports may lack the rest."))
    return tuple(found)
