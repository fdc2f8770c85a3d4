"""A plan for people: what others did, what will be done, what stands against it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from reconciler.plan.masking import masked_plan
from reconciler.plan.values import Drift, FieldChanged, ForeignRevision, Objection, Plan, Step, StepKind
from reconciler.views.human.difference import difference_lines, widget_census
from reconciler.views.human.text import count, joined, moment, plain, quoted, said, shortened, wrapped
from reconciler.views.style import Style, Tone

SIGNS: Final[dict[StepKind, str]] = {
    "create": "+",
    "update": "~",
    "publish": "^",
    "delete": "-",
    "adopt": "<",
    "forget": "x",
    "set-test-users": "@",
    "record": "=",
}
TONES: Final[dict[StepKind, Tone]] = {
    "create": "add",
    "update": "change",
    "publish": "add",
    "delete": "remove",
    "adopt": "move",
    "forget": "remove",
    "set-test-users": "change",
    "record": "faint",
}
_REASONS: Final = {
    "not-recorded": "new",
    "changed": "",
    "merged": "the manifest, with what others changed merged into it",
    "deleted-by-others": "deleted outside of reconciler",
    "no-longer-desired": "no longer in the manifests",
    "imported": "named in `imports`",
    "own-mark": "carries our mark",
    "accepted": "what others changed is taken into the record",
    "renamed": "has another name in the manifests",
    "moved": "the revision moved on",
    "lifecycle": "`onDelete` changed",
    "destroy": "destroy was asked for",
    "retained": "`onDelete` is retain, so it stays in Studio",
}
_SUMMARY: Final[tuple[tuple[StepKind, str], ...]] = (
    ("create", "to create"),
    ("update", "to update"),
    ("publish", "to publish"),
    ("delete", "to delete"),
    ("adopt", "to adopt"),
    ("forget", "to forget"),
    ("set-test-users", "to set test users"),
    ("record", "to record"),
)
_WITH_CLASS: Final[frozenset[StepKind]] = frozenset({"update", "publish", "record"})
_REVISIONS_SHOWN: Final = 5
_INDENT: Final = 6


def render_plan(plan: Plan, style: Style, *, sensitive: frozenset[str] = frozenset()) -> str:
    """Give a plan as text.

    Args:
        plan: the plan, steps in their order.
        style: what the place can show.
        sensitive: texts that are covered wherever they occur; secret properties always are. Default none.
    """
    covered = masked_plan(plan, sensitive)
    parts = [
        _header(covered, style),
        drift_lines(covered.drift, style),
        _steps(covered, style),
        objection_lines(covered.objections, style),
        _warnings(covered.warnings, style),
        _conclusion(covered, style),
    ]
    return joined(line for part in parts if part for line in (*part, "")).removesuffix("\n")


def drift_lines(drifts: Sequence[Drift], style: Style) -> list[str]:
    """Give what others did, one block for each resource; nothing without drift."""
    if not drifts:
        return []
    lines = [style.paint("Changed outside of reconciler since the last apply:", "strong")]
    for drift in drifts:
        lines += ["", *_drift(drift, style)]
    return lines


def objection_lines(objections: Sequence[Objection], style: Style) -> list[str]:
    """Give what stands against a plan, each with what overrules it."""
    if not objections:
        return []
    lines = [style.paint("Refused:", "strong")]
    for objection in objections:
        lines += _objection(objection, style)
    return lines


def revision_lines(revision: ForeignRevision, indent: int, style: Style) -> list[str]:
    """Give who made a revision, when, and what they said."""
    by = (
        "by reconciler, in a run that is not recorded" if revision.ours else f"by {plain(revision.author or 'unknown')}"
    )
    message = (
        "" if not revision.message else f"  {shortened(quoted(revision.message), style.width - indent - 27, style)}"
    )
    return [
        f"{' ' * indent}revision {revision.revision} ({revision.status}) {by}",
        f"{' ' * indent}  {moment(revision.at)}{message}",
    ]


def step_title(step: Step, style: Style) -> str:
    """Give a step in a few words: its sign, address and kind."""
    return f"{style.paint(SIGNS[step.kind], TONES[step.kind])} {style.paint(str(step.address), 'strong')}"


def _header(plan: Plan, style: Style) -> list[str]:
    account = f", account {plain(plan.account)}" if plan.account else ""
    lines = [f"Plan for {plain(plan.project)} in {plain(plan.environment)}{account}"]
    if plan.endpoint:
        lines.append(f"at {plain(plan.endpoint)}")
    return [style.paint(line, "strong") for line in lines]


def _drift(drift: Drift, style: Style) -> Iterator[str]:
    what = "same content" if drift.change_class == "none" else drift.change_class
    if drift.change_class == "deleted":
        move = "" if drift.from_revision is None else f", was at revision {drift.from_revision}"
    elif None in (drift.from_revision, drift.to_revision) or drift.from_revision == drift.to_revision:
        move = ""
    else:
        move = f", revision {drift.from_revision} {style.arrow} {drift.to_revision}"
    yield f"  {style.paint(str(drift.address), 'strong')}: {style.paint(what, 'warn')}{move}"
    hidden = len(drift.revisions) - _REVISIONS_SHOWN
    if hidden > 0:
        yield f"{' ' * _INDENT}{count(hidden, 'earlier revision')} not shown"
    for revision in drift.revisions[-_REVISIONS_SHOWN:]:
        yield from revision_lines(revision, _INDENT, style)
    yield from difference_lines(drift.diff, _INDENT, style, usual="console")


def _steps(plan: Plan, style: Style) -> list[str]:
    if not plan.steps:
        return []
    if plan.empty:
        title = "Nothing to send to Studio; only the state moves:"
    elif len(plan.steps) == 1:
        title = "To do:"
    else:
        title = "To do, in this order:"
    lines = [style.paint(title, "strong")]
    for step in plan.steps:
        lines += ["", *_step(step, plan.objections_to(step.address), style)]
    return lines


def _step(step: Step, objections: Sequence[Objection], style: Style) -> Iterator[str]:
    kind = step.kind.replace("-", " ")
    detail = f" ({step.change_class})" if step.kind in _WITH_CLASS and step.change_class != "none" else ""
    reason = _REASONS.get(step.reason, plain(step.reason.replace("-", " ")))
    title = f"  {step_title(step, style)}  {style.paint(kind + detail, TONES[step.kind])}"
    if len(f"  + {step.address}  {kind}{detail}: {reason}") <= style.width:
        yield f"{title}{reason and ': ' + reason}"
    else:
        yield f"{title}:"
        yield from wrapped(reason, _INDENT, style)
    if objections and step.kind != "record":
        yield f"{' ' * _INDENT}{style.paint('! refused: ' + ', '.join(o.id for o in objections), 'warn')}, see below"
    if step.kind in {"delete", "adopt", "forget"} and step.basis.sid:
        yield f"{' ' * _INDENT}{_what(step)}"
    if step.depends_on:
        yield from wrapped(f"after {', '.join(str(address) for address in step.depends_on)}", _INDENT, style)
    yield from _step_details(step, style)
    for note in step.notes:
        yield from wrapped(said(note, style), _INDENT + 2, style, first="* ")


def _what(step: Step) -> str:
    if step.address.kind == "TestUsers":
        return f"the test users of {step.basis.sid} stay as they are"
    return f"{step.basis.sid}, revision {step.basis.revision}"


def _step_details(step: Step, style: Style) -> Iterator[str]:
    if step.kind not in {"create", "delete"}:
        yield from difference_lines(step.diff, _INDENT, style, usual="manifest")
        return
    fields = [item for item in step.diff if isinstance(item, FieldChanged)]
    told = [quoted(field.after or field.before) if field.field == "friendlyName" else field.after for field in fields]
    if any(told):
        yield f"{' ' * _INDENT}{', '.join(text for text in told if text)}"
    census = widget_census(step.diff)
    if census:
        yield from wrapped(census, _INDENT, style)


def _objection(objection: Objection, style: Style) -> Iterator[str]:
    where = "" if objection.address is None else str(objection.address)
    if objection.scope == "plan":
        where = f"the whole plan, because of {where}" if where else "the whole plan"
    yield f"  {style.paint('!', 'warn')} {style.paint(where, 'strong')} [{objection.id}]"
    yield from wrapped(objection.message, _INDENT, style)
    if objection.flag:
        yield f"{' ' * _INDENT}overrule with: {plain(objection.flag)}"
    if objection.command:
        command = plain(objection.command).replace("reconciler", style.program, 1)
        yield f"{' ' * _INDENT}{'or run' if objection.flag else 'run'}: {command}"
    if not objection.flag and not objection.command:
        yield f"{' ' * _INDENT}nothing overrules this"


def _warnings(warnings: Sequence[str], style: Style) -> list[str]:
    return [line for warning in warnings for line in wrapped(said(warning, style), 9, style, first="Warning: ")]


def _conclusion(plan: Plan, style: Style) -> list[str]:
    if not plan.steps:
        text = f"No changes. {_unchanged(plan.unchanged)}"
        return wrapped(text, 0, style)
    counts = [f"{plan.count(kind)} {words}" for kind, words in _SUMMARY if plan.count(kind)]
    if plan.unchanged:
        counts.append(f"{plan.unchanged} unchanged")
    line = f"{'No changes in Studio' if plan.empty else 'Plan'}: {', '.join(counts)}."
    lines = [style.paint(line, "strong")]
    if plan.refused:
        lines.append(style.paint("The whole plan is refused: nothing of it will be done.", "warn"))
    return lines


def _unchanged(number: int) -> str:
    if not number:
        return "Nothing in scope is declared or recorded."
    return "The one resource is as declared." if number == 1 else f"All {number} resources are as declared."
