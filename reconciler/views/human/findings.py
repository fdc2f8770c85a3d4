"""Faults and errors for people: where, what, and what to do next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from reconciler.definition.secrets import masked_text
from reconciler.errors import InvalidDefinitionError, LoadError, ReconcilerError, StudioError
from reconciler.model.finding import Finding, Severity
from reconciler.views.facts import SEVERITIES, sorted_findings
from reconciler.views.human.text import count, joined, plain, said, wrapped
from reconciler.views.style import Style, Tone

_TONES: Final[dict[Severity, Tone]] = {"error": "remove", "warning": "warn", "note": "move"}


def render_findings(findings: Iterable[Finding], style: Style, *, sensitive: frozenset[str] = frozenset()) -> str:
    """Give findings by place and their number. `sensitive`: texts to cover, default none."""
    ordered = sorted_findings(findings)
    lines = finding_lines(ordered, style, sensitive=sensitive)
    return joined([*lines, "", _total(ordered)] if lines else ["No findings."])


def render_error(error: ReconcilerError, style: Style, *, sensitive: frozenset[str] = frozenset()) -> str:
    """Give an error: its findings, what went wrong, what to do. `sensitive`: texts to cover, default none."""
    lines: list[str] = []
    if isinstance(error, LoadError | InvalidDefinitionError):
        lines += finding_lines(error.findings, style, sensitive=sensitive)
    return joined([*lines, *error_lines(error, 0, style, sensitive=sensitive)])


def finding_lines(
    findings: Iterable[Finding], style: Style, *, indent: int = 0, sensitive: frozenset[str] = frozenset()
) -> list[str]:
    """Give the lines of findings in their order of place. Defaults: not indented, nothing sensitive."""
    return [line for f in sorted_findings(findings) for line in _finding(f, " " * indent, style, sensitive)]


def error_lines(
    error: ReconcilerError, indent: int, style: Style, *, sensitive: frozenset[str] = frozenset()
) -> list[str]:
    """Give the lines of one error without its findings. `sensitive`: default none."""
    blank = " " * indent
    lines = [f"{blank}{style.paint('Error:', 'remove')} {_shown(error.message, sensitive)}"]
    if isinstance(error, StudioError):
        told = [f"HTTP {error.status}"] if error.status is not None else []
        told += [f"Twilio error {error.code}"] if error.code is not None else []
        if told:
            lines.append(f"{blank}  {', '.join(told)}")
    if error.hint:
        lines.append(f"{blank}  {style.paint('hint:', 'move')} {said(_shown(error.hint, sensitive), style)}")
    return lines


def _finding(finding: Finding, blank: str, style: Style, sensitive: frozenset[str]) -> Iterator[str]:
    place = f"{plain(str(finding.place))}: " if finding.place else ""
    severity = style.paint(f"{finding.severity}:", _TONES[finding.severity])
    rule = style.paint(f"[{plain(finding.rule)}]", "faint")
    yield f"{blank}{style.paint(place, 'strong')}{severity} {_shown(finding.message, sensitive)} {rule}"
    inside = [f"widget {plain(finding.widget)}"] if finding.widget else []
    inside += [plain(finding.property)] if finding.property else []
    if inside:
        yield f"{blank}    in {', '.join(inside)}"
    if finding.hint:
        yield from wrapped(said(_shown(finding.hint, sensitive), style), len(blank) + 10, style, first="hint: ")


def _shown(text: str, sensitive: frozenset[str]) -> str:
    return plain(masked_text(text, sensitive))


def _total(findings: Sequence[Finding]) -> str:
    numbers = [(severity, sum(1 for f in findings if f.severity == severity)) for severity in SEVERITIES]
    return ", ".join(count(number, severity) for severity, number in numbers if number) + "."
