"""A fault or remark about what somebody wrote, and the place where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a value stands: a file relative to the project folder, line and column from 1 (0: not known)."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        parts = [self.file, *(str(n) for n in (self.line, self.column) if n)]
        return ":".join(parts)


@dataclass(frozen=True, slots=True)
class Finding:
    """Say what is wrong, where, and what to do about it.

    Attributes:
        rule: a stable identifier (`unknown-key`, `dangling-next`).
        severity: `error` stops a plan; `warning` and `note` are shown.
        message: what is wrong and what was expected, one line, no secret in it.
        place: where; None for what was made, not written (an answer of Studio).
        widget: the widget's name when the finding is about one.
        property: the property or transition inside the widget (`properties.url`, `transitions.failed`).
        hint: the next thing to do.
    """

    rule: str
    severity: Severity
    message: str
    place: Place | None = None
    widget: str | None = None
    property: str | None = None
    hint: str | None = None
