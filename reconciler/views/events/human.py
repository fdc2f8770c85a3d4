"""`events …` for people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from reconciler.model.streams import KeptEvents, SinkStatus
from reconciler.views.executions.personal import contact_shown
from reconciler.views.human.text import count, joined, moment, plain, said, table, wrapped
from reconciler.views.human.times import minute, spoken
from reconciler.views.style import Style, Tone
from reconciler.workflows.received import Received, ReceivedRun
from reconciler.workflows.streams import Done, Setup, Standing, Trouble

_TONES: Final[dict[SinkStatus, Tone]] = {
    "active": "good",
    "initialized": "warn",
    "validating": "warn",
    "failed": "remove",
}


def render_received(received: Received, style: Style, *, personal: bool) -> str:
    """Give the executions that events told of. `personal`: contacts as they are kept."""
    tones: tuple[Tone | None, ...] = ("strong", None, None, None, "faint", None, None, None)
    lines = table([_row(one, personal=personal) for one in received.runs], tones, style)
    shown = len(received.runs)
    left = f"; the newest {shown} are shown, --limit shows more" if shown < received.total else ""
    return joined([*lines, *([""] if lines else []), f"{count(received.total, 'execution')}{left}."])


def render_kept(kept: KeptEvents, database: str, style: Style) -> str:
    """Give what a store holds."""
    rows = [(name, str(number)) for name, number in sorted(kept.events.items())]
    rows += [(f"{name} (kept aside)", str(number)) for name, number in sorted(kept.aside.items())]
    lines = [f"Events in {plain(database)}", "", *(f"  {line}" for line in table(rows, (None, "strong"), style))]
    lines += ["" if rows else "  none yet", _runs(kept)]
    if kept.received is not None:
        # A sender whose clock is ahead tells of what has not happened yet.
        late = "" if kept.lag is None or kept.lag < timedelta() else f", {_lag(kept.lag)} after it happened"
        lines.append(f"The last event arrived {moment(kept.received)}{late}.")
    if kept.again:
        lines.append(f"{count(kept.again, 'event')} arrived again, and changed nothing.")
    if kept.keep is not None:
        lines.append(f"Executions are kept for {kept.keep[:-1]} days after they begin.")
    return joined(lines)


def render_checked(standings: Sequence[Standing], style: Style, *, holds: bool) -> str:
    """Give every sink with its troubles, and whether Studio's events arrive."""
    lines: list[str] = []
    for one in standings:
        lines += [*_sink(one, style), *(line for trouble in one.troubles for line in _trouble(trouble, style)), ""]
    if not standings:
        hint = "`reconciler events setup --url URL` has them sent to a webhook."
        return joined(["No sink is sent Studio's events.", *wrapped(said(hint, style), 8, style, first="hint: ")])
    return joined([*lines, "Studio's events are sent." if holds else "Studio's events do not all arrive."])


def render_plan(setup: Setup, style: Style) -> str:
    """Give what a setup would do."""
    lines = [f"So that Studio's events are sent to {plain(setup.url)}:", ""]
    standing = setup.standing
    if standing is None:
        lines.append(f"  {style.paint('+', 'add')} a sink, which is this webhook")
    elif setup.proves:
        lines.append(
            f"  {style.paint('~', 'change')} sink {standing.sink.sid} is tested, as it is {standing.sink.status}"
        )
    if standing is None or standing.subscription is None:
        lines.append(f"  {style.paint('+', 'add')} a subscription to the three types of Studio's events")
    elif standing.missing:
        lines += [f"  {style.paint('+', 'add')} {standing.subscription.sid}: {name}" for name in standing.missing]
    return joined(lines)


def render_setup(done: Done, style: Style, *, changed: bool) -> str:
    """Give what came of a setup."""
    standing = Standing(done.sink, done.subscription)
    if not changed:
        return joined([*_sink(standing, style), "", "Nothing to do: Studio's events are sent there."])
    lines = [*_sink(standing, style), ""]
    if done.proved:
        lines.append("The test event arrived.")
    if standing.troubles:
        return joined([*lines, *(line for trouble in standing.troubles for line in _trouble(trouble, style))])
    return joined([*lines, "Studio's events are sent there from now on."])


def _row(one: ReceivedRun, *, personal: bool) -> tuple[str, ...]:
    run = one.seen.run
    contact = contact_shown(run.contact, personal=personal or one.pseudonymous)
    return (
        plain(run.sid),
        plain(one.seen.flow.name),
        run.status.ljust(6),
        minute(run.date_created),
        "" if run.revision is None else f"r{run.revision}",
        f"{count(one.steps, 'step')}{f' in {spoken(run.lasted)}' if run.lasted is not None else ''}",
        plain(run.ended_reason or ""),
        plain(contact or ""),
    )


def _runs(kept: KeptEvents) -> str:
    since = "" if kept.oldest is None else f", the oldest begun {moment(kept.oldest)}"
    return f"{count(kept.executions, 'execution')}, {kept.active} of them without an end{since}."


def _lag(lag: timedelta) -> str:
    return f"{lag.total_seconds():.1f} s" if lag < timedelta(minutes=1) else spoken(lag)


def _sink(standing: Standing, style: Style) -> list[str]:
    sink, subscription = standing.sink, standing.subscription
    status = style.paint(sink.status, _TONES[sink.status])
    lines = [f"{style.paint(sink.sid, 'strong')}  {status}  {plain(sink.url or sink.kind)}"]
    if subscription is not None:
        lines.append(f"  {subscription.sid} is sent")
        lines += [
            f"    {plain(name)}{'' if version is None else f', version {version}'}"
            for name, version in subscription.types.items()
        ]
    return lines


def _trouble(trouble: Trouble, style: Style) -> list[str]:
    sign = style.paint("!", "warn")
    return [f"  {sign} {plain(trouble.what)}", *wrapped(said(trouble.hint, style), 10, style, first="hint: ")]
