"""Collect findings while loading, so that every fault is reported and not only the first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from difflib import get_close_matches
from typing import Final

from reconciler.model.finding import Finding, Place, Severity

_MOST: Final = 1_000
"""Errors, and warnings, that are kept; more tell a person nothing, and a file of four megabytes may cause a million."""
_SUGGESTIONS: Final = 50
"""Comparing a wrong name with thousands of right ones is slow; after so many, a wrong name gets no suggestion."""


class Findings:
    """Everything that was found wrong so far."""

    def __init__(self) -> None:
        self._all: list[Finding] = []
        self._counts: Counter[Severity] = Counter()
        self._suggestions = _SUGGESTIONS
        self._unknown: set[Place] = set()

    def error(self, rule: str, message: str, place: Place | None, *, hint: str | None = None) -> None:
        """Note a fault that stops a plan."""
        if rule == "invalid-value" and place in self._unknown:
            return
        self._add(Finding(rule, "error", message, place, hint=hint))

    def value_unknown(self, place: Place) -> None:
        """Note that a value could not be made, so that it is not called invalid besides."""
        self._unknown.add(place)

    def warning(self, rule: str, message: str, place: Place | None, *, hint: str | None = None) -> None:
        """Note a remark that stops nothing."""
        self._add(Finding(rule, "warning", message, place, hint=hint))

    def extend(self, findings: Iterable[Finding]) -> None:
        """Take over findings made elsewhere."""
        for finding in findings:
            self._add(finding)

    def _add(self, finding: Finding) -> None:
        self._counts[finding.severity] += 1
        if self._counts[finding.severity] <= _MOST:
            self._all.append(finding)

    def nearest(self, name: str, known: Iterable[str]) -> str | None:
        """Say `Did you mean …?` for a wrong name; None when nothing is near."""
        if self._suggestions == 0:
            return None
        self._suggestions -= 1
        return did_you_mean(name, known)

    @property
    def failed(self) -> bool:
        """Tell whether any of them is an error."""
        return self._counts["error"] > 0

    def sorted(self, secrets: Iterable[str] = ()) -> tuple[Finding, ...]:
        """Give them by file, line and column, each once, with secrets covered; last, how many were too many to keep."""
        # The longest first, so that a secret that is part of another one does not leave the rest of it readable.
        longest_first = sorted(secrets, key=lambda secret: (-len(secret), secret))
        covered = dict.fromkeys(_covered(finding, longest_first) for finding in self._all)
        in_order = sorted(covered, key=lambda f: (f.place or Place(""), f.rule, f.message))
        return (*in_order, *self._left_out())

    def _left_out(self) -> Iterator[Finding]:
        for severity, number in sorted(self._counts.items()):
            if number > _MOST:
                message = f"{number - _MOST:,} more of severity {severity} are not listed"
                yield Finding("too-many", severity, message, hint="Repair the first ones, then look again.")


def _covered(finding: Finding, secrets: Iterable[str]) -> Finding:
    message, hint = finding.message, finding.hint or ""
    for secret in secrets:
        message, hint = message.replace(secret, "(sensitive)"), hint.replace(secret, "(sensitive)")
    if (message, hint) == (finding.message, finding.hint or ""):
        return finding
    return replace(finding, message=message, hint=hint)


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """Say `Did you mean …?` when a known name resembles a wrong one; None when nothing is near."""
    folded = {candidate.casefold(): candidate for candidate in sorted(known, reverse=True)}
    near = get_close_matches(name.casefold(), folded, n=1, cutoff=0.6)
    return f"Did you mean {folded[near[0]]!r}?" if near else None
