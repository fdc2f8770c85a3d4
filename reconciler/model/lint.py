"""What a project says about lint rules: how grave they are, and where one does not count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from reconciler.model.finding import Place

Level = Literal["error", "warning", "note", "off"]
LintMode = Literal["warn", "error", "off"]
"""What a plan does with findings: show them, refuse because of errors, not look for any."""


@dataclass(frozen=True, slots=True)
class LintLevel:
    """How grave a rule is for a project. `reason` is always there when the rule is off."""

    level: Level
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Suppression:
    """One place where a rule does not count.

    Attributes:
        rule: the rule's id.
        widget: the widget's name; None means the whole flow.
        reason: why; for whoever reads the manifest next.
        place: where it is written.
    """

    rule: str
    widget: str | None
    reason: str
    place: Place
