"""How one emulator behaves: account, credentials, quirks, faults. Values and their checks only."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from difflib import get_close_matches
from typing import Final

from reconciler.emulator.durations import parse_duration
from reconciler.emulator.faults import FAULTS
from reconciler.emulator.quirks import DURATION, QUIRKS
from reconciler.errors import UsageError
from reconciler.model.jsontypes import Json, JsonObject

EMBEDDED_ACCOUNT: Final = "AC" + "e0" * 16
"""The one account of an embedded emulator, and the one every API key belongs to. Invented."""

USER: Final = re.compile(r"(AC|SK)[0-9a-fA-F]{32}")
"""The user name of well-formed credentials: an account, or an API key."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Say how an emulator behaves. Values that are not in the tables raise UsageError.

    Attributes:
        account: the account of API keys, and of what the Console creates without credentials.
        credentials: the one accepted pair of SID and token; None accepts any well-formed pair.
        quirks: values by name; the defaults hold for all others.
        faults: rates from 0 to 1 by name; all others never happen.
        seed: makes SIDs, gaps and faults repeatable. None: SIDs that nobody can guess, faults differ every time.
        latency: how long every request under `/v2` takes at least.
        call_local: whether `make-http-request` really asks servers on this machine.
        send_anywhere: whether events are sent to webhooks that are not on this machine.
    """

    account: str = EMBEDDED_ACCOUNT
    credentials: tuple[str, str] | None = field(default=None, repr=False)
    quirks: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, float] = field(default_factory=dict)
    seed: int | None = None
    latency: timedelta = timedelta()
    call_local: bool = False
    send_anywhere: bool = False

    def __post_init__(self) -> None:
        for name, value in self.quirks.items():
            _check_quirk(name, value)
        for name, rate in self.faults.items():
            _check_fault(name, rate)
        if self.credentials and not USER.fullmatch(self.credentials[0]):
            raise UsageError(
                f"{self.credentials[0]!r} is neither an account SID nor the SID of an API key",
                hint="Write AC or SK and 32 hexadecimal digits.",
            )

    def quirk(self, name: str) -> str:
        """Give the value that holds for a quirk."""
        return self.quirks.get(name, QUIRKS[name].default)

    def lag(self, name: str) -> float:
        """Give the value of a quirk that is a duration, in seconds."""
        return parse_duration(self.quirk(name)).total_seconds()


def parse_quirk(text: str) -> tuple[str, str]:
    """Read `NAME=VALUE`.

    Raises:
        UsageError: there is no such quirk or value; names the nearest one.
    """
    name, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f"{text!r}: a quirk is written NAME=VALUE", hint="See reconciler emulator --list.")
    _check_quirk(name, value)
    return name, value


def parse_fault(text: str) -> tuple[str, float]:
    """Read `NAME=RATE`, a rate from 0 to 1.

    Raises:
        UsageError: there is no such fault, or the rate is none; names the nearest one.
    """
    name, equals, value = text.partition("=")
    try:
        rate = float(value) if equals else -1.0
    except ValueError:
        rate = -1.0
    _check_fault(name, rate)
    return name, rate


def catalogue() -> JsonObject:
    """Give all quirks and faults as one JSON document: name, values, default, meaning, source."""
    quirks: list[Json] = [
        {
            "name": quirk.name,
            "values": list(quirk.values),
            "default": quirk.default,
            "meaning": quirk.meaning,
            "source": quirk.source,
        }
        for quirk in QUIRKS.values()
    ]
    faults: list[Json] = [
        {
            "name": fault.name,
            "values": ["a rate from 0 to 1"],
            "default": 0,
            "meaning": fault.meaning,
            "source": fault.source,
        }
        for fault in FAULTS.values()
    ]
    return {"format": 1, "quirks": quirks, "faults": faults}


def _check_quirk(name: str, value: str) -> None:
    quirk = QUIRKS.get(name)
    if quirk is None:
        raise UsageError(f"there is no quirk {name!r}", hint=_nearest(name, QUIRKS))
    if value in quirk.values and value != DURATION:
        return
    if DURATION in quirk.values:
        parse_duration(value)
        return
    raise UsageError(f"quirk {name} cannot be {value!r}", hint=f"It can be {', '.join(quirk.values)}.")


def _check_fault(name: str, rate: float) -> None:
    if name not in FAULTS:
        raise UsageError(f"there is no fault {name!r}", hint=_nearest(name, FAULTS))
    if not 0 <= rate <= 1:
        raise UsageError(f"fault {name} needs a rate from 0 to 1", hint=f"For example {name}=0.1.")


def _nearest(name: str, known: Collection[str]) -> str:
    near = get_close_matches(name, known, n=3, cutoff=0.4)
    return f"Did you mean {' or '.join(near)}?" if near else f"There are {', '.join(known)}."
