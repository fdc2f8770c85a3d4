"""What an account has beside flows, as far as a definition can name it. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

ASKABLE: Final = (
    "workflow", "channel", "function", "host", "messaging", "conversations", "chat", "sync", "content", "phone", "flow",
)  # fmt: skip
"""Kinds of bindings that an account's APIs can list. Nobody can list connectors, assistants, SIP addresses, URLs."""


@dataclass(frozen=True, slots=True)
class Asset:
    """One thing of an account.

    Attributes:
        kind: as in a binding's name (`workflow`).
        value: as in a binding: an identifier, or the parts of a Function.
        keys: names that are the same in every account, the most telling first: a workspace and a workflow, then the
            workflow alone. Empty when nothing but the identifier tells it from others.
    """

    kind: str
    value: str | Mapping[str, str]
    keys: tuple[tuple[str, ...], ...] = ()

    @property
    def identifier(self) -> str:
        """The identifier, of a Function its URL."""
        return self.value if isinstance(self.value, str) else self.value["url"]

    @property
    def label(self) -> str:
        """How a person calls it: its most telling key."""
        return " / ".join(self.keys[0]) if self.keys else ""
