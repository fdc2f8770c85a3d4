"""Bindings: the one-to-one table between names and the identifiers of each account.

An identifier has one name across all environments and a name one identifier per environment, so that an export of one
account can be read as names and written as the identifiers of another. `imports` take part: they name flows too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from reconciler.manifest.findings import Findings
from reconciler.manifest.placeholder import Binding
from reconciler.model.finding import Place


@dataclass(frozen=True, slots=True)
class BindingKind:
    """What a kind of binding may be: text that fits `pattern`, or a mapping of `parts`, one of them required."""

    words: str
    pattern: str | None = None
    parts: Mapping[str, str] | None = None
    required: str = ""


def _sid(prefix: str, words: str) -> BindingKind:
    return BindingKind(f"{words}: {prefix} and 32 hex digits", rf"{prefix}[0-9a-fA-F]{{32}}")


_URL: Final = r"(https?|wss?)://\S+"
_ANY: Final = r"\S(.*\S)?"

KINDS: Final[Mapping[str, BindingKind]] = {
    "addon": _sid("XB", "an installed add-on"),
    "assistant": _sid("UA", "an Autopilot assistant"),
    "channel": _sid("TC", "a task channel"),
    "chat": _sid("IS", "a Chat service"),
    "conference": _sid("CF", "a conference"),
    "connector": BindingKind("the unique name of a connector", _ANY),
    "content": _sid("HX", "a content template"),
    "conversations": _sid("IS", "a Conversations service"),
    "flow": _sid("FW", "a flow"),
    "function": BindingKind(
        "a Function: a mapping with `url`, and `service`, `environment`, `function`",
        parts={
            "url": _URL,
            "service": r"ZS[0-9a-fA-F]{32}|default",
            "environment": r"ZE[0-9a-fA-F]{32}",
            "function": r"Z[HN][0-9a-fA-F]{32}",
        },
        required="url",
    ),
    "host": BindingKind("a host such as api.example.com", r"[A-Za-z0-9]([-.A-Za-z0-9]*[A-Za-z0-9])?(:[0-9]+)?"),
    "messaging": _sid("MG", "a Messaging service"),
    "phone": BindingKind("a phone number such as +15558675310, in quotes", r"\+[0-9]{3,15}"),
    "queue": BindingKind("a queue's name or SID", _ANY),
    "sim": _sid("DE", "a SIM"),
    "sip": BindingKind("a SIP address such as sip:desk@example.com", r"sips?:\S+"),
    "sync": _sid("IS", "a Sync service"),
    "url": BindingKind("a URL", _URL),
    "workflow": _sid("WW", "a TaskRouter workflow"),
}

_NAME: Final = re.compile(r"[A-Za-z0-9][-_A-Za-z0-9]*")


@dataclass(frozen=True, slots=True)
class Bound:
    """One name of one environment, and where it stands. `name` is `kind/name`."""

    environment: str
    name: str
    value: Binding
    place: Place


def check(bound: Bound, findings: Findings) -> None:
    """Note what is wrong with one binding on its own."""
    word, slash, name = bound.name.partition("/")
    if not slash or not _NAME.fullmatch(name):
        hint = "Such as workflow/support; letters, digits, '-' and '_'."
        findings.error("bad-binding", f"the binding {bound.name!r} is not KIND/NAME", bound.place, hint=hint)
        return
    kind = KINDS.get(word)
    if kind is None:
        hint = findings.nearest(word, KINDS) or f"Kinds are {', '.join(KINDS)}."
        findings.error("bad-binding", f"{bound.name}: unknown kind of binding {word!r}", bound.place, hint=hint)
    elif not _fits(kind, bound.value):
        findings.error("bad-binding", f"{bound.name} must be {kind.words}", bound.place)


def _fits(kind: BindingKind, value: Binding) -> bool:
    if isinstance(value, str):
        return kind.pattern is not None and re.fullmatch(kind.pattern, value) is not None
    parts = kind.parts or {}
    return kind.required in value and all(
        part in parts and re.fullmatch(parts[part], text) is not None for part, text in value.items()
    )


def check_one_to_one(all_bound: list[Bound], findings: Findings) -> None:
    """Refuse an identifier with two names, and a name with two identifiers in one environment; name both places."""
    by_identifier: dict[str, Bound] = {}
    by_name: dict[tuple[str, str], Bound] = {}
    for bound in all_bound:
        for identifier in _identifiers(bound):
            first = by_identifier.setdefault(identifier, bound)
            if first.name != bound.name:
                message = f"{identifier} is bound to {bound.name} here and to {first.name} in {first.place}"
                hint = "An identifier has one name in all environments: use the same name."
                findings.error("two-names", message, bound.place, hint=hint)
        first = by_name.setdefault((bound.environment, bound.name), bound)
        if first.value != bound.value:
            message = f"{bound.name} is bound to another identifier in {first.place}"
            findings.error("two-identifiers", message, bound.place)


def _identifiers(bound: Bound) -> Iterator[str]:
    """Give what stands for one thing only. Functions share service and environment, so these do not count."""
    kind = bound.name.partition("/")[0]
    if not isinstance(bound.value, str):
        yield from (bound.value[part] for part in ("url", "function") if part in bound.value)
    elif kind in KINDS and KINDS[kind].pattern == _ANY:
        yield f"{kind} {bound.value}"  # free names: a queue and a connector may share one
    else:
        yield bound.value
