"""What documents say about lint rules → values. Rules are loaded only where one is named: most documents name none."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.manifest import kinds
from reconciler.manifest.findings import Findings
from reconciler.manifest.yamltext import Document
from reconciler.model.finding import Place
from reconciler.model.lint import LintLevel, Suppression


def levels(model: kinds.ProjectLint, document: Document, findings: Findings) -> dict[str, LintLevel]:
    """Read how grave rules are for a project."""
    known = _known(model.rules)
    found: dict[str, LintLevel] = {}
    for rule, said in model.rules.items():
        at = ("spec", "lint", "rules", rule)
        if rule not in known:
            _unknown(rule, known, document.place(at, key=True), findings)
            continue
        level = LintLevel(said) if isinstance(said, str) else LintLevel(said.severity, said.reason)
        if level.level == "off" and not (level.reason or "").strip():
            message = f"the rule {rule} is off without a reason"
            findings.error("missing-reason", message, document.place(at), hint="Write `reason: …` beside it.")
        found[rule] = level
    return found


def suppressions(model: kinds.FlowLint, document: Document, findings: Findings) -> tuple[Suppression, ...]:
    """Read where rules do not count for a flow."""
    known = _known(one.rule for one in model.suppress)
    found = []
    for index, one in enumerate(model.suppress):
        at = ("spec", "lint", "suppress", index)
        if one.rule not in known:
            _unknown(one.rule, known, document.place((*at, "rule")), findings)
        elif not one.reason.strip():
            findings.error("missing-reason", f"{one.rule} is suppressed without a reason", document.place(at))
        else:
            found.append(Suppression(one.rule, one.widget, one.reason, document.place(at)))
    return tuple(found)


def _known(named: Iterable[str]) -> frozenset[str]:
    if not any(True for _ in named):
        return frozenset()
    from reconciler.definition.lint.registry import by_id  # noqa: PLC0415 - plans that name no rule load none

    return frozenset(by_id())


def _unknown(rule: str, known: Iterable[str], place: Place, findings: Findings) -> None:
    hint = findings.nearest(rule, known) or "docs/lint.md lists the rules."
    findings.error("unknown-rule", f"there is no lint rule {rule!r}", place, hint=hint)
