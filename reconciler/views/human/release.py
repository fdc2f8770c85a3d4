"""A release for people: what it would do, how it goes, what came of it, and what to type next."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final, assert_never

from reconciler.definition.secrets import masked_text
from reconciler.model.release import Release, ReleasedFlow, Stage, Watch
from reconciler.views.human.plan import render_plan, step_title
from reconciler.views.human.text import count, joined, moment, plain, said, wrapped
from reconciler.views.releasing import next_commands
from reconciler.views.style import Style, Tone
from reconciler.workflows.release.values import (
    Looked,
    Released,
    ReleaseDecided,
    ReleasePlan,
    SmokeBegan,
    SmokeEnded,
    StageBegan,
    Warned,
)

OwnEvent = ReleaseDecided | StageBegan | SmokeBegan | SmokeEnded | Looked | Warned

_STAGES: Final[dict[Stage, str]] = {
    "draft": "saving drafts; callers go on with what is published",
    "test-users": "setting test users",
    "smoke": "trying the drafts",
    "publish": "publishing",
    "watch": "watching callers",
    "back": "going back to what callers had before",
    "done": "done",
    "taken-back": "taken back",
}
_COLUMN: Final = 14


def render_release_plan(decided: ReleasePlan, style: Style, *, sensitive: frozenset[str] = frozenset()) -> str:
    """Give everything that a release would do, stage by stage. `sensitive`: texts to cover, default none."""
    if not decided.flows and not decided.plan.objections:
        return "Nothing to release: no flow would change."
    lines = [render_plan(decided.plan, style, sensitive=sensitive), ""]
    lines.append(style.paint(f"Release of {count(len(decided.flows), 'flow')}, all of them or none:", "strong"))
    for name, text in _stages(decided):
        lines += wrapped(said(masked_text(text, sensitive), style), _COLUMN + 2, style, first=f"{name:<{_COLUMN}}")
    for step in decided.left:
        lines.append(f"  not part of it: {step_title(step, style)}; `apply` does it")
    return joined(lines)


def _stages(decided: ReleasePlan) -> Iterator[tuple[str, str]]:
    yield "1 draft", ", ".join(str(flow.address) for flow in decided.flows)
    yield "2 test users", ", ".join(map(str, decided.users)) or "none declared"
    yield "3 smoke", "; ".join(f"{one.flow}: {one.smoke.name}" for one in decided.smoke) or "none declared"
    published = [str(flow.address) for flow in decided.flows if flow.publish]
    yield "4 publish", ", ".join(published) or "none: all are drafts in the manifests"
    watched = [f"{one.flow}: {watch_words(one.watch)}" for one in decided.watched if one.watch.span]
    yield "5 watch", "; ".join(watched) or "not declared: it is done once it is published"
    yield "  or back", "; ".join(_back(flow) for flow in decided.flows if flow.publish) or "nothing to take back"


def _back(flow: ReleasedFlow) -> str:
    if flow.previous is None:
        return f"{flow.address} was never published and would stay so: Studio cannot unpublish"
    return f"{flow.address} to revision {flow.previous}"


def watch_words(watch: Watch) -> str:
    """Give a watch in words."""
    limits = []
    if watch.max_failed_ratio is not None:
        limits.append(
            f"more than {watch.max_failed_ratio:.1%} of at least {watch.min_executions} executions had errors"
        )
    if watch.max_errors is not None:
        limits.append(f"there are more than {watch.max_errors} error events")
    back = f", back when {' or '.join(limits)}" if limits else ""
    return f"{_span(watch.span)}, every {_span(watch.every)}{back}"


def _span(span: timedelta) -> str:
    seconds = span.total_seconds()
    for unit, size in (("h", 3600), ("m", 60)):
        if seconds >= size and seconds % size == 0:
            return f"{seconds // size:.0f}{unit}"
    return f"{seconds:g}s"


def render_release_event(event: OwnEvent, style: Style, *, sensitive: frozenset[str] = frozenset()) -> str:
    """Give one event as a line; empty for the decision, which has a view of its own. `sensitive`: default none."""
    match event:
        case ReleaseDecided():
            return ""
        case StageBegan(release, resumed):
            again = ", going on" if resumed else ""
            return style.paint(f"Release {release.id}: {_STAGES[release.stage]}{again}", "strong")
        case SmokeBegan(run):
            return f"  {run.flow}: {plain(run.name)}: started{style.ellipsis}"
        case SmokeEnded(run):
            return f"  {run.flow}: {plain(run.name)}: {run.verdict}: {plain(masked_text(run.message or '', sensitive))}"
        case Looked(flow, executions, failed, errors, left):
            told = f"{count(executions, 'execution')}, {failed} with errors, {count(errors, 'error event')}"
            return f"  {flow}: {told}; {_span(timedelta(seconds=round(left)))} left"
        case Warned(message):
            return plain(masked_text(message, sensitive))
        case _:
            assert_never(event)


def render_released(
    released: Released, style: Style, *, program: str = "reconciler", sensitive: frozenset[str] = frozenset()
) -> str:
    """Give what came of a release, and the command to type next.

    Args:
        released: what came of it.
        style: what the place can show.
        program: how to call us, with what a next command needs. Default bare.
        sensitive: texts to cover. Default none.
    """
    if released.declined:
        return "Declined; nothing was done."
    if released.release is None:
        return "Refused; nothing was done." if released.decided and released.decided.plan.objections else ""
    lines = list(release_lines(released.release, style, sensitive=sensitive))
    if released.halted is not None:
        lines += wrapped(said(masked_text(f"It stopped: {released.halted}", sensitive), style), 2, style)
    if released.interrupted:
        lines.append(style.paint("Interrupted: it is still under way.", "warn"))
    return joined([*lines, *next_commands(released.release, program, conflict=released.conflict)])


def release_lines(release: Release, style: Style, *, sensitive: frozenset[str] = frozenset()) -> Iterator[str]:
    """Give how a release stands: a line for it, one for each flow, and what each smoke execution did."""
    tone: Tone = "good" if release.stage == "done" else "warn"
    began = moment(release.began)
    yield style.paint(f"Release {release.id}: {_STAGES[release.stage]}", tone) + f" (began {began})"
    if release.reason is not None:
        yield from wrapped(said(masked_text(f"Went back: {release.reason}", sensitive), style), 2, style)
    for flow in release.flows:
        yield f"  {flow.address}: {_flow(flow)}"
    for run in release.smoke:
        told = "not tried" if run.at is None else run.verdict if run.verdict != "open" else "begun"
        yield f"  smoke {run.flow}: {plain(run.name)}: {told}" + (f", {run.sid}" if run.sid else "")


def _flow(flow: ReleasedFlow) -> str:
    if flow.left is not None:
        return f"not taken back: {flow.left}"
    if flow.back is not None:
        return f"back, revision {flow.back} has the body of revision {flow.previous}"
    if flow.published is not None:
        before = "never published before" if flow.previous is None else f"callers had revision {flow.previous}"
        return f"published, revision {flow.published} ({before})"
    if flow.draft is not None:
        return f"draft, revision {flow.draft}; callers have " + (
            "nothing" if flow.previous is None else f"revision {flow.previous}"
        )
    return "not begun"
