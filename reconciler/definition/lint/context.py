"""What a rule may look at: one flow, and what is known of its surroundings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.definition.lint.flow import Flow
from reconciler.model.definition import Definition, Status


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another flow of the project, or this one itself."""

    definition: Definition
    status: Status = "published"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known outside the flow. Everything may be empty: then rules that need it say nothing.

    Attributes:
        flows: the project's flows by name (`reminder`), this one included.
        sids: names of managed flows by SID, as far as they are known.
        account: the account of the environment.
        known: identifiers that the environment binds or that belong to it: SIDs, URLs, numbers.
        foreign: identifiers that only other environments bind, with what says so: `workflow/x of staging`.
        translated: those of `foreign` whose name the environment binds too: they are translated where a property holds
            nothing else, and stay as they are in free text.
    """

    flows: Mapping[str, Neighbour] = field(default_factory=dict)
    sids: Mapping[str, str] = field(default_factory=dict)
    account: str | None = None
    known: frozenset[str] = frozenset()
    foreign: Mapping[str, str] = field(default_factory=dict)
    translated: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Context:
    """What one call of a rule sees.

    Attributes:
        flow: the definition, read as widgets and transitions.
        name: the flow's name in the project; None for a definition on its own.
        around: see `Surroundings`.
    """

    flow: Flow
    name: str | None = None
    around: Surroundings = Surroundings()
