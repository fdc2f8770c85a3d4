"""Lint findings for people: by place, and once for each rule why it matters."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.definition.lint.rule import Rule
from reconciler.views.human.findings import finding_lines
from reconciler.views.human.text import count, joined, plain, wrapped
from reconciler.views.lint.facts import PAGE, Report, counts
from reconciler.views.style import Style


def render(report: Report, style: Style) -> str:
    """Give repairs, findings, what their rules mean, and their number."""
    lines = [line for one in report.repaired for line in (*plain_lines(report.text(one.diff)), "")]
    for one in report.shown():
        lines += finding_lines([one.finding], style, sensitive=report.sensitive)
        if one.fix is not None:
            lines.append(f"    {style.paint('fix:', 'move')} {plain(report.text(one.fix.summary))} (--fix does it)")
    shown = {one.finding.rule for one in report.shown()}
    meanings = [line for rule in report.rules() if rule.id in shown for line in _meaning(rule, style)]
    if meanings:
        more = f"{PAGE} says more, and so does `reconciler lint --explain RULE`."
        lines += ["", *meanings, *wrapped(more, 2, style)]
    return joined([*lines, *([""] if lines else []), total(report)])


def render_rule(rule: Rule, style: Style) -> str:
    """Give everything about one rule."""
    lines = [f"{style.paint(rule.id, 'strong')} ({rule.severity})", f"  {rule.summary}.", ""]
    lines += wrapped(rule.why, 2, style)
    lines += ["", "  For example:", *(f"    {line}" for line in rule.example.splitlines()), ""]
    lines += [*wrapped(rule.remedy, 2, style), "", f"  See {PAGE}#{rule.id}."]
    return joined(lines)


def plain_lines(text: str) -> Iterator[str]:
    """Give the lines of other people's text, harmless."""
    return (plain(line) for line in text.rstrip("\n").split("\n"))


def _meaning(rule: Rule, style: Style) -> Iterator[str]:
    yield from wrapped(f"{rule.id}: {rule.why} {rule.remedy}", 2, style)


def total(report: Report) -> str:
    """Give the number of findings in one sentence."""
    shown, hidden = report.shown(), report.suppressed()
    parts = [count(number, severity) for severity, number in counts(shown).items() if number]
    total = f"{', '.join(parts)}." if parts else "No findings."
    fixable = sum(1 for one in shown if one.fix is not None)
    if report.repaired:
        total += f" {count(len(report.repaired), 'file')} repaired."
    if fixable:
        total += f" --fix repairs {fixable}."
    return total + (f" {len(hidden)} suppressed." if hidden else "")
