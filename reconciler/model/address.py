"""Addresses: the name a resource has in the manifests, `Flow/appointment-reminder`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from reconciler.errors import UsageError

Kind = Literal["Flow", "TestUsers"]

NAME: Final = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
"""A DNS label: what `metadata.name` may be."""


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """Identify one declared resource inside one project."""

    kind: Kind
    name: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.name}"

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read `KIND/NAME`; a name alone means a Flow.

        Raises:
            UsageError: the kind is unknown or the name is no DNS label.
        """
        kind, slash, name = text.rpartition("/")
        if slash and kind == "FlowTest":
            raise UsageError(f"{text!r}: a FlowTest is no resource", hint=f"Run it: reconciler test {name}")
        if slash and kind not in {"Flow", "TestUsers"}:
            raise UsageError(f"{text!r}: unknown kind {kind!r}", hint="Kinds are Flow and TestUsers.")
        if not NAME.fullmatch(name):
            raise UsageError(f"{text!r}: {name!r} is no resource name (lower-case letters, digits and '-')")
        return cls("TestUsers" if kind == "TestUsers" else "Flow", name)


def flow(name: str) -> Address:
    """Give the address of the flow of that name."""
    return Address("Flow", name)
