"""Resources as they stand, for people: status, state, drift, differences, explanations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final, assert_never

from reconciler.definition.secrets import masked_text
from reconciler.model.address import Address
from reconciler.model.record import FlowRecord, Intent, Resource, State, TestUsersRecord
from reconciler.plan.masking import masked_items, masked_plan
from reconciler.plan.values import Plan
from reconciler.views.facts import recorded
from reconciler.views.human.difference import difference_lines
from reconciler.views.human.plan import drift_lines, render_plan
from reconciler.views.human.text import count, joined, moment, plain, quoted, table, wrapped
from reconciler.views.style import Style, Tone
from reconciler.workflows.results import (
    Compared,
    Condition,
    Explanation,
    Imported,
    ResourceStatus,
    RolledBack,
)

_TONES: Final[dict[Condition, Tone]] = {
    "in-sync": "good",
    "changed": "change",
    "drifted": "warn",
    "pending": "warn",
    "conflict": "remove",
    "draft-waiting": "change",
    "not-created": "add",
    "deleted-by-others": "remove",
    "orphaned": "change",
}


def render_drift(plan: Plan, style: Style, *, sensitive: frozenset[str] = frozenset()) -> str:
    """Give what others did since the last apply. `sensitive`: texts to cover, default none."""
    drifts = masked_plan(plan, sensitive).drift
    if not drifts:
        return "No drift: everything recorded is as it was left."
    return joined([*drift_lines(drifts, style), "", f"Drift: {count(len(drifts), 'resource')} changed by others."])


def render_status(statuses: Sequence[ResourceStatus], style: Style, *, release: Sequence[str] = ()) -> str:
    """Give one line for each resource, and its note below. The SID is shown where the width allows.

    Args:
        statuses: how each resource stands.
        style: what the place can show.
        release: lines about the release under way, or one that was taken back. Default none.
    """
    if not statuses:
        return joined(["No resources.", *release])
    ordered = sorted(statuses, key=lambda status: status.address)
    rows: list[tuple[str, str, str, str]] = [("ADDRESS", "CONDITION", "REVISION", "SID")]
    rows += [(str(s.address), s.condition, _revision(s), s.sid or "") for s in ordered]
    if sum(max(len(row[column]) for row in rows) + 2 for column in range(4)) - 2 > style.width:
        rows = [(address, condition, revision, "") for address, condition, revision, _ in rows]
    plain_rows = table(rows, (None, None, None, None), style)
    lines = [style.paint(plain_rows[0], "faint")]
    for status, line in zip(ordered, plain_rows[1:], strict=True):
        lines.append(_toned(line, status.condition, len(str(status.address)), style))
        if status.note:
            lines += wrapped(status.note, 4, style)
    found = Counter(status.condition for status in ordered)
    told = ", ".join(f"{found[condition]} {condition}" for condition in _TONES if found[condition])
    about = ["", *release] if release else []
    return joined([*lines, *about, "", style.paint(f"Status: {told}.", "strong")])


def render_state_list(state: State, style: Style) -> str:
    """Give the recorded resources, one a line, and what is pending."""
    rows = [_state_row(address, resource) for address, resource in sorted(state.resources.items())]
    lines = table(rows, ("strong", None, None), style)
    lines += [_intent(address, intent) for address, intent in sorted(state.pending.items())]
    total = f"State: {count(len(rows), 'resource')}, {len(state.pending)} pending, serial {state.serial}."
    return joined([*lines, "", total] if lines else [total])


def render_state_show(state: State, address: Address, style: Style) -> str:
    """Give everything recorded of one resource.

    Raises:
        UsageError: the state has no such address.
    """
    resource, intent = recorded(state, address)
    lines = [style.paint(str(address), "strong")]
    if resource is not None:
        lines += table([(f"  {name}", value) for name, value in _facts(resource)], ("faint", None), style)
    if intent is not None:
        lines.append(_intent(address, intent))
    return joined(lines)


def render_compared(compared: Compared, style: Style, *, sensitive: frozenset[str] = frozenset()) -> str:
    """Give what differs between two sides of a flow. `sensitive`: default none."""
    sides = f"{plain(compared.before)} {style.arrow} {plain(compared.after)}"
    title = f"{style.paint(str(compared.address), 'strong')}: {sides}"
    since = [] if compared.base is None else [f"  both since {plain(compared.base)}"]
    lines = difference_lines(masked_items(compared.items, sensitive), 2, style, usual="manifest")
    return joined([title, *since, *(lines or ["  no difference"]), *_conflict_lines(compared, style, sensitive)])


def _conflict_lines(compared: Compared, style: Style, sensitive: frozenset[str]) -> Iterator[str]:
    if compared.conflicts:
        places = masked_text(", ".join(compared.conflicts), sensitive)
        number = count(len(compared.conflicts), "conflict")
        yield from wrapped(f"{number}, changed by both since {compared.base}: {places}", 4, style, first="! ")


def render_explanation(explanation: Explanation, style: Style) -> str:
    """Give why a resource is planned as it is."""
    lines = [style.paint(str(explanation.address), "strong")]
    lines += table([(f"  {plain(k)}", plain(v)) for k, v in explanation.facts], ("faint", None), style)
    lines += wrapped(f"Decision: {explanation.decision}", 2, style)
    if explanation.saved_calls:
        lines.append("  Calls saved:")
        lines += [line for call in explanation.saved_calls for line in wrapped(call, 6, style, first="* ")]
    return joined(lines)


def render_imported(imported: Imported, style: Style) -> str:
    """Give what was taken over."""
    lines = [f"{style.paint(str(imported.address), 'strong')}: imported {imported.sid}, revision {imported.revision}"]
    lines.append(f"  {quoted(imported.record.friendly_name)}, {imported.record.status}")
    lines += [line for note in imported.notes for line in wrapped(note, 4, style, first="* ")]
    return joined(lines)


def render_rolled_back(done: RolledBack, style: Style, *, sensitive: frozenset[str] = frozenset()) -> str:
    """Give what a rollback puts back, and the plan that follows. `sensitive`: default none."""
    where = "live only; the file stays as it is" if done.file is None else f"written to {plain(done.file)}"
    lines = [f"{style.paint(str(done.address), 'strong')}: back to revision {done.revision}, {where}"]
    lines += difference_lines(masked_items(done.items, sensitive), 2, style) or ["  no difference"]
    lines += [line for note in done.notes for line in wrapped(note, 4, style, first="* ")]
    if done.plan is not None:
        lines += ["", render_plan(done.plan, style, sensitive=sensitive)]
    return joined(lines)


def _revision(status: ResourceStatus) -> str:
    if status.revision is None:
        return ""
    if status.published_revision in (None, status.revision):
        return str(status.revision)
    return f"{status.revision} ({status.published_revision} published)"


def _toned(line: str, condition: Condition, name: int, style: Style) -> str:
    at = line.index(condition, name)
    return line[:at] + style.paint(condition, _TONES[condition]) + line[at + len(condition) :]


def _state_row(address: Address, resource: Resource) -> tuple[str, str, str]:
    match resource:
        case FlowRecord():
            return str(address), resource.sid, f"revision {resource.revision}, {resource.status}"
        case TestUsersRecord():
            return str(address), resource.sid, f"{count(len(resource.stored), 'contact')} of {resource.flow}"
        case _:
            assert_never(resource)


def _facts(resource: Resource) -> list[tuple[str, str]]:
    match resource:
        case FlowRecord():
            published = resource.published
            return [
                ("SID", resource.sid),
                ("friendly name", quoted(resource.friendly_name)),
                ("status", resource.status),
                ("revision", str(resource.revision)),
                ("published revision", "none" if published is None else str(published.revision)),
                ("webhook URL", plain(resource.webhook_url or "unknown")),
                ("on delete", resource.on_delete),
                ("sent digest", "nothing sent yet" if resource.sent is None else resource.sent.full),
                ("stored digest", resource.stored.full),
                ("revisions known", str(len(resource.revisions))),
            ]
        case TestUsersRecord():
            contacts = [("contact", plain(contact)) for contact in resource.stored]
            return [("flow", str(resource.flow)), ("SID", resource.sid), *contacts]
        case _:
            assert_never(resource)


def _intent(address: Address, intent: Intent) -> str:
    return f"pending: {intent.kind} of {address} on revision {intent.base}, begun {moment(intent.at)} ({intent.token})"
