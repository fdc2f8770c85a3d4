"""The past of a flow, for people: one line a revision, what each changed, and who made a widget what it is."""

from __future__ import annotations

from typing import Final

from reconciler.definition.secrets import masked_text
from reconciler.model.audit import Actor
from reconciler.model.record import RevisionEntry
from reconciler.plan.masking import masked_items
from reconciler.views.facts import said
from reconciler.views.human.difference import difference_lines
from reconciler.views.human.text import count, joined, moment, plain, quoted, shortened
from reconciler.views.human.times import minute
from reconciler.views.style import Style
from reconciler.workflows.blame import Blamed
from reconciler.workflows.results import History

_SHOWN_OF_SID: Final = 8
"""Letters of a SID in a line of many, as git shortens its own."""

_WAYS: Final = {"console": "Console", "api": "API", "twilio": "Twilio", "unknown": ""}


def render_history(history: History, style: Style, *, sensitive: frozenset[str] = frozenset()) -> str:
    """Give the revisions of a flow, newest first, one a line. `sensitive`: default none."""
    record = history.record
    lines = [f"{style.paint(str(history.address), 'strong')}  {record.sid}  {quoted(record.friendly_name)}", ""]
    who = {entry.revision: _who(entry, history.actors.get(entry.revision)) for entry in history.entries}
    width = max(map(len, who.values()), default=0)
    for entry in sorted(history.entries, key=lambda entry: -entry.revision):
        lines.append(_entry(history, entry, who[entry.revision].ljust(width), style, sensitive))
        patch = history.patches.get(entry.revision)
        if patch is not None:
            lines += difference_lines(masked_items(patch, sensitive), 8, style) or ["        no difference"]
    lines += ["", f"{_total(history)}; * is the published head, times are UTC."]
    if history.nameless is not None:
        lines.append(f"Names are not available: {history.nameless}.")
    return joined(lines)


def render_blamed(blamed: Blamed, style: Style, *, sensitive: frozenset[str] = frozenset()) -> str:
    """Give the revision that made a widget or a property what it is. `sensitive`: default none."""
    revision = blamed.revision
    what = ".".join(part for part in (blamed.widget, blamed.path) if part)
    title = f"{style.paint(str(blamed.address), 'strong')} {plain(what)}: {blamed.kind} in revision {revision.revision}"
    lines = [title, f"  {moment(revision.date_updated or revision.date_created)}, {revision.status}"]
    lines.append(f"  by {_author(blamed)}")
    if revision.commit_message:
        text = said(revision.commit_message)
        lines.append(f"  {shortened(quoted(masked_text(text, sensitive)), style.width - 2, style)}")
    if blamed.entry is not None and blamed.entry.plan is not None:
        lines.append(f"  plan {blamed.entry.plan}")
    lines += [f"  called {plain(name)} before" for name in blamed.renamed_from]
    lines += difference_lines(masked_items(blamed.items, sensitive), 2, style)
    read, of_all = blamed.looked_at
    lines += ["", f"{read} of {count(of_all, 'revision')} read."]
    if blamed.nameless is not None:
        lines.append(f"Names are not available: {blamed.nameless}.")
    return joined(lines)


def _author(blamed: Blamed) -> str:
    actor = blamed.actor
    names = ["reconciler"] if blamed.ours else []
    sid = blamed.revision.author_sid or (actor.sid if actor is not None else None)
    names += [plain(sid)] if sid else []
    if actor is not None:
        way, address = _WAYS[actor.source], actor.address
        names += [f"({way})"] if way else []
        names += [f"from {plain(address)}"] if address else []
    return " ".join(names) or "others"


def _entry(history: History, entry: RevisionEntry, who: str, style: Style, sensitive: frozenset[str]) -> str:
    mark = "*" if entry.revision == history.published else " "
    start = f"{mark} {entry.revision:>4}  {entry.status:<9}  {minute(entry.at) or 'time unknown':<16}  "
    if not entry.message:
        return f"{start}{style.paint(who.rstrip(), 'move')}"
    message = quoted(masked_text(said(entry.message), sensitive))
    room = style.width - len(start) - len(who) - 2
    return f"{start}{style.paint(who, 'move')}  {shortened(message, room, style)}"


def _who(entry: RevisionEntry, actor: Actor | None) -> str:
    if entry.by == "us":
        return "reconciler"
    sid = entry.author or (actor.sid if actor is not None else None)
    way = _WAYS[actor.source] if actor is not None else ""
    return " ".join(part for part in (plain(sid)[:_SHOWN_OF_SID] if sid else "", way) if part) or "others"


def _total(history: History) -> str:
    told = f"{count(len(history.entries), 'revision')}"
    return f"{told}, {history.older} older left out" if history.older else told
