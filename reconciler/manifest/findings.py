"""Collect findings while loading, so that every fault is reported and not only the first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from difflib import get_close_matches

from reconciler.model.finding import Finding, Place

_SUGGESTIONS = 50
"""Comparing a wrong name with thousands of right ones is slow; after so many, a wrong name gets no suggestion."""


class Findings:
    """Everything that was found wrong so far."""

    def __init__(self) -> None:
        self._all: list[Finding] = []
        self._suggestions = _SUGGESTIONS
        self._unknown: set[Place] = set()

    def error(self, rule: str, message: str, place: Place | None, *, hint: str | None = None) -> None:
        """Note a fault that stops a plan."""
        if rule == "invalid-value" and place in self._unknown:
            return
        self._all.append(Finding(rule, "error", message, place, hint=hint))

    def value_unknown(self, place: Place) -> None:
        """Note that a value could not be made, so that it is not called invalid besides."""
        self._unknown.add(place)

    def warning(self, rule: str, message: str, place: Place | None, *, hint: str | None = None) -> None:
        """Note a remark that stops nothing."""
        self._all.append(Finding(rule, "warning", message, place, hint=hint))

    def extend(self, findings: Iterable[Finding]) -> None:
        """Take over findings made elsewhere."""
        self._all.extend(findings)

    def nearest(self, name: str, known: Iterable[str]) -> str | None:
        """Say `Did you mean …?` for a wrong name; None when nothing is near."""
        if self._suggestions == 0:
            return None
        self._suggestions -= 1
        return did_you_mean(name, known)

    @property
    def failed(self) -> bool:
        """Tell whether any of them is an error."""
        return any(finding.severity == "error" for finding in self._all)

    def sorted(self, secrets: Iterable[str] = ()) -> tuple[Finding, ...]:
        """Give all of them by file, line and column, each once, with secrets covered."""
        covered = [_covered(finding, secrets) for finding in self._all]
        return tuple(sorted(dict.fromkeys(covered), key=lambda f: (f.place or Place(""), f.rule, f.message)))


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
