"""A Flow definition as a value: its JSON text and what it is compared by.

Parsing, canonical form and everything that understands widgets is in `reconciler.definition`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Literal, cast

from reconciler.model.jsontypes import JsonObject

Status = Literal["draft", "published"]


@dataclass(frozen=True, slots=True)
class Digests:
    """What two definitions are compared by, each `sha256:` and 64 hex digits.

    `full` covers everything; `behaviour` leaves out where widgets stand on the canvas and orders that mean nothing.
    """

    behaviour: str
    full: str


@dataclass(frozen=True, slots=True)
class StateOrigin:
    """Where a state of a composed definition is written.

    Attributes:
        file: relative to the project folder.
        index: which of the `states` in that file it is.
        included: a clause that says by whom it came in; empty for a state of the definition itself.
        item: which of the definition's own `states` it is, or is included by.
    """

    file: str
    index: int
    included: str = ""
    item: int = 0

    @property
    def note(self) -> str:
        """What stands behind a message about this state."""
        return f" ({self.included})" if self.included else ""


@dataclass(frozen=True, slots=True)
class Definition:
    """Hold one definition: compact JSON text (UTF-8) and its digests.

    The text is kept, not the parsed object: ten thousand parsed flows do not fit into a small machine. Make one with
    `reconciler.definition.document.of`, never by hand. Two definitions are equal when their full digests are.

    Attributes:
        text: JSON in the key order of its source, as it would be sent.
        digests: see `Digests`.
        subflows: what `run-subflow` widgets call: `FW…` SIDs, or names of managed flows as `${flow.NAME.sid}`.
        references: names of managed flows that some string refers to as `${flow.NAME.sid}`; empty once resolved.
    """

    text: str = field(repr=False, compare=False)
    digests: Digests
    subflows: tuple[str, ...] = field(default=(), compare=False)
    references: tuple[str, ...] = field(default=(), compare=False)

    def data(self) -> JsonObject:
        """Parse the text; every call gives a new object that the caller may change."""
        return cast("JsonObject", json.loads(self.text))
