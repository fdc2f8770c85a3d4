"""The one-to-one table between names and identifiers, as one environment sees it.

An identifier has one name in all environments, and a name at most one identifier in each (the manifests' loader sees to
that). So an identifier of any environment can be read as its name, and a name written as the identifier of the target.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from reconciler.model.desired import Desired

Value = str | Mapping[str, str]
Bindings = Mapping[str, Value]
"""By name, `KIND/NAME`: an identifier, or the parts of a Function."""

_SID_PARTS: Final = ("function",)
"""Parts that stand for one Function only; services and environments are shared."""

HOST: Final = re.compile(
    r"(?P<before>(?:https?|wss?)://)(?P<host>[^/?#:@\s{}$]+(?::[0-9]+)?)(?P<after>(?:[/?#].*)?)", re.DOTALL
)
"""A URL whose host is written plainly."""


@dataclass(frozen=True, slots=True)
class Known:
    """What an identifier means: its name, and the environments that bind it."""

    name: str
    environments: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """All bindings of a project, seen from one environment.

    Attributes:
        bindings: by environment.
        target: the environment that identifiers are written for.
        managed: names of the flows of the project: their SIDs follow by themselves.
    """

    bindings: Mapping[str, Bindings]
    target: str
    managed: frozenset[str] = frozenset()
    _known: dict[tuple[str, str], dict[str, list[str]]] = field(init=False, default_factory=dict, repr=False)
    _hosts: dict[tuple[str, str], set[str]] = field(init=False, default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        """Index everything by identifier."""
        for environment, bindings in self.bindings.items():
            for name, value in bindings.items():
                self._note(environment, name, value)

    def _note(self, environment: str, name: str, value: Value) -> None:
        kind = name.partition("/")[0]
        if isinstance(value, str):
            self._remember((kind, value), name, environment)
            return
        for part in ("url", *_SID_PARTS):
            if part in value:
                self._remember((f"{kind}.{part}", value[part]), name, environment)
        for part in ("service", "environment"):
            if part in value:
                self._remember((f"{kind}.{part}", value[part]), "", environment)
        host = host_of(value.get("url", ""))
        if host is not None:
            self._hosts.setdefault((environment, name), set()).add(host)
            self._remember(("derived-host", host), name, environment)

    def _remember(self, key: tuple[str, str], name: str, environment: str) -> None:
        self._known.setdefault(key, {}).setdefault(name, []).append(environment)

    @property
    def own(self) -> Bindings:
        """What the target binds."""
        return self.bindings.get(self.target, {})

    @property
    def promotes(self) -> bool:
        """Tell whether the target and another environment name what differs between them, flows aside."""
        binding = {e for e, bindings in self.bindings.items() if any(not n.startswith("flow/") for n in bindings)}
        return self.target in binding and len(binding) > 1

    def find(self, kind: str, identifier: str) -> Known | None:
        """Give what an identifier of a kind means; None when no environment binds it.

        `function.url` and `function.function` are kinds too.
        """
        found = self._known.get((kind, identifier))
        if not found:
            return None
        name, environments = next(iter(found.items()))
        return Known(name, tuple(environments))

    def is_shared_part_of_others(self, part: str, sid: str) -> bool:
        """Tell whether a service or environment belongs to Functions of other environments only."""
        known = self.find(f"function.{part}", sid)
        return known is not None and self.target not in known.environments

    def host_elsewhere(self, host: str) -> tuple[frozenset[str], tuple[str, ...]] | None:
        """Give what a host of other environments' Functions is here, and who these others are.

        None when it is no such host, or one of the target's too. The set is empty when the target binds none of these
        Functions, and has several members when they are on different hosts here.
        """
        found = self._known.get(("derived-host", host))
        if found is None:
            return None
        environments = tuple(dict.fromkeys(e for listed in found.values() for e in listed))
        if self.target in environments:
            return None
        here = frozenset(h for name in found for h in self._hosts.get((self.target, name), ()))
        return here, environments

    def others_tokens(self) -> frozenset[str]:
        """Give what a text must hold for anything in it to be of another environment than the target."""
        tokens: set[str] = set()
        for environment, bindings in self.bindings.items():
            if environment != self.target:
                tokens |= {token for value in bindings.values() for token in _tokens(value)}
        return frozenset(tokens - {token for value in self.own.values() for token in _tokens(value)})


def _tokens(value: Value) -> set[str]:
    if isinstance(value, str):
        return {value}
    host = host_of(value.get("url", ""))
    return {*value.values(), *({host} if host else ())}


def table_of(desired: Desired) -> Table:
    """Give the bindings of a project as its environment sees them."""
    managed = frozenset(address.name for address in desired.flows)
    return Table(desired.bindings, desired.environment.name, managed)


def host_of(url: str) -> str | None:
    """Give the host (and port) of a URL; None when it has none that is written plainly."""
    found = HOST.fullmatch(url)
    return found["host"] if found else None


def split_url(url: str) -> tuple[str, str]:
    """Part a URL from its query and fragment."""
    for index, character in enumerate(url):
        if character in "?#":
            return url[:index], url[index:]
    return url, ""
