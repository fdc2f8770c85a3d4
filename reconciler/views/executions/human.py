"""`executions …` for people."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Final

from reconciler.definition.secrets import masked, masked_text
from reconciler.model.execution import Execution, ExecutionStatus
from reconciler.model.jsontypes import Json
from reconciler.views.executions.personal import contact_shown
from reconciler.views.human.text import count, joined, moment, plain, said, table, wrapped
from reconciler.views.human.times import minute, spoken
from reconciler.views.style import Style, Tone
from reconciler.workflows.executions.flows import KnownFlow
from reconciler.workflows.executions.listing import Listed
from reconciler.workflows.executions.path import Visit
from reconciler.workflows.executions.showing import ShownRun

_WIDEST: Final = 44
_TONES: Final[dict[ExecutionStatus, Tone]] = {"active": "good", "ended": "faint"}


def render_listed(listed: Listed, style: Style, *, personal: bool) -> str:
    """Give the executions that were found, by flow. `personal`: contacts as they are."""
    lines: list[str] = []
    for flow, found in groupby(listed.runs, key=lambda seen: seen.flow):
        title = style.paint(flow.name, "strong")
        lines += [""] if lines else []
        lines.append(title if flow.address is None else f"{title}  {flow.sid}")
        lines += _rows([seen.run for seen in found], style, personal=personal)
    shown = len(listed.runs)
    left = f"; the newest {shown} are shown, --limit shows more" if shown < listed.total else ""
    lines += [*([""] if lines else []), f"{count(listed.total, 'execution')}{left}."]
    if listed.kept_since is not None:
        lines += wrapped(retention(listed.kept_since), 0, style)
    return joined([*lines, *absent_lines(listed.absent, style)])


def render_shown(shown: ShownRun, style: Style, *, personal: bool, sensitive: frozenset[str]) -> str:
    """Give one execution. `personal`: contact and variables as they are, but for the texts of `sensitive`."""
    run, flow = shown.seen.run, shown.seen.flow
    lines = [f"{style.paint(run.sid, 'strong')}  {style.paint(run.status, _TONES[run.status])}"]
    where = flow.name if flow.address is None else f"{flow.name}  {flow.sid}"
    lines.append(f"  {where}{'' if run.revision is None else f', revision {run.revision}'}")
    lines.append(f"  with {plain(contact_shown(run.contact, personal=personal) or 'nobody known')}")
    lines.append(f"  {_began(run)}")
    lines += ["", *_path(shown, style), "", *_end(shown, style)]
    if personal:
        text = json.dumps(masked(shown.context, sensitive), indent=2, ensure_ascii=False)
        lines += ["", "Context:", *(f"  {plain(line)}" for line in text.splitlines())]
    else:
        names = masked_text(", ".join(_names(shown.context)) or "nothing", sensitive)
        lines += ["", "Context (its values are personal data; --show-personal shows them):", *wrapped(names, 2, style)]
    return joined(lines)


def retention(kept_since: datetime) -> str:
    """Say that Studio has nothing older."""
    return (
        f"Studio keeps executions for 30 days after they begin: of what began before {moment(kept_since)} "
        "nothing is left."
    )


def absent_lines(flows: Sequence[KnownFlow], style: Style) -> list[str]:
    """Say which flows Studio does not have any more; no line for none."""
    if not flows:
        return []
    names = ", ".join(flow.name for flow in flows)
    return wrapped(said(f"Not in Studio any more: {names}. `reconciler plan` says what to do.", style), 0, style)


def _rows(runs: Sequence[Execution], style: Style, *, personal: bool) -> list[str]:
    rows = []
    for run in runs:
        revision = "" if run.revision is None else f"r{run.revision}"
        contact = plain(contact_shown(run.contact, personal=personal) or "")
        rows.append((run.sid, run.status.ljust(6), minute(run.date_created), spoken(run.lasted), revision, contact))
    return table(rows, ("strong", None, None, None, "faint", None), style)


def _began(run: Execution) -> str:
    by = f" by {plain(run.initiated_by)}" if run.initiated_by else ""
    return f"begun {moment(run.date_created)}{by}"


def _path(shown: ShownRun, style: Style) -> list[str]:
    if not shown.path:
        return ["  no steps"]
    rows = [_visit(visit) for visit in shown.path]
    last = "waits here" if shown.waiting_at is not None else "ended here" if shown.path[-1].step is None else None
    if last is not None:
        rows[-1] = (*rows[-1][:3], f"({last})")
    return [f"  {line}" for line in table(rows, ("faint", None, "strong", None), style)]


def _visit(visit: Visit) -> tuple[str, str, str, str]:
    at = "" if visit.entered is None else f"{visit.entered.astimezone(UTC):%H:%M:%S}"
    name = "  " * visit.depth + plain(visit.widget or "?")
    if len(name) > _WIDEST:
        name = name[: _WIDEST - 3] + "..."
    return at, spoken(visit.spent).rjust(6), name, plain(visit.event or "")


def _end(shown: ShownRun, style: Style) -> list[str]:
    run = shown.seen.run
    steps = count(len(shown.steps), "step")
    if run.status == "active":
        return wrapped(f"{steps}. Active. To end it: `{style.program} executions end {run.sid}`", 0, style)
    lasted = "" if run.lasted is None else f" after {spoken(run.lasted)}"
    if shown.cut_short:
        return wrapped(
            f"{steps}. Ended{lasted}, before the flow did: somebody ended it, hung up, or Studio stopped it.", 0, style
        )
    return [f"{steps}. Ended{lasted}, at an end of the flow."]


def _names(context: Json, at: str = "") -> Iterator[str]:
    """Give the names of all values."""
    members: Iterable[tuple[str, Json]] = ()
    if isinstance(context, dict):
        members = ((f"{at}.{key}" if at else key, value) for key, value in context.items())
    elif isinstance(context, list):
        members = ((f"{at}[{index}]", value) for index, value in enumerate(context))
    elif at:
        yield at
    for name, value in members:
        yield from _names(value, name)
