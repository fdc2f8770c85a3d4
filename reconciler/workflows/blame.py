"""Find the revision that last changed a widget, or one property of it, by looking at few revisions.

The search goes back from the latest revision in growing steps until the value is another one, and then halves the gap:
2 log₂ n bodies at most, and two calls beside them. What it finds is a real change: the value was another one in the
revision before, and has been as it is now in every revision that was looked at since. What was changed away and back
again between two revisions that were looked at is not seen; `every` looks at each.

- A renamed widget keeps its past: a property is followed under the old name, and for a whole widget the rename is the
  answer. A transition that only follows the rename of another widget is no change.
- A widget that was removed and added again begins anew where it was added again (if it came back as it was: with
  `every`).
- Of a widget or property that is not there, the revision that removed it is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, assert_never

from reconciler.definition import compare as definitions
from reconciler.definition.canonical import same
from reconciler.definition.difference import (
    Difference,
    TransitionChanged,
    ValueChanged,
    WidgetAdded,
    WidgetRemoved,
    WidgetRenamed,
    WidgetsMoved,
)
from reconciler.definition.lookup import MISSING, Missing, member_names, parted, steps, value_of, widget_names
from reconciler.definition.remarks import nearest
from reconciler.errors import UsageError
from reconciler.model.address import Address
from reconciler.model.audit import Actor
from reconciler.model.definition import Definition
from reconciler.model.desired import Desired
from reconciler.model.jsontypes import Json
from reconciler.model.live import FlowRevision
from reconciler.model.record import RevisionEntry, State
from reconciler.plan.inputs import owned, owner_of
from reconciler.ports import AuditReader
from reconciler.workflows.bodies import Bodies
from reconciler.workflows.history import actors_of
from reconciler.workflows.sides import record_of
from reconciler.workflows.world import ReadingWorld

BlameKind = Literal["changed", "added", "removed", "renamed"]

_SHOWN: Final = 20
"""How many names a hint lists."""


@dataclass(frozen=True, slots=True)
class Blamed:
    """The revision that made a widget, or a property, what it is.

    Attributes:
        widget: as it is called now, or was when it was removed.
        path: of the property; empty for the whole widget.
        kind: what the revision did to it.
        revision: with author, time and message.
        before: the revision it was compared with; None when it is the first of the flow.
        items: what that revision changed about it.
        renamed_from: names that the widget had before, the newest first.
        ours: whether the revision is one of ours.
        entry: what the state knows of it, None when nothing.
        looked_at: how many bodies were read, of how many revisions.
        actor: who it was, as far as Monitor tells.
        nameless: why Monitor could not be asked, None when it was.
    """

    address: Address
    widget: str
    path: str
    kind: BlameKind
    revision: FlowRevision
    before: int | None
    items: tuple[Difference, ...]
    renamed_from: tuple[str, ...]
    ours: bool
    entry: RevisionEntry | None
    looked_at: tuple[int, int]
    actor: Actor | None = None
    nameless: str | None = None


@dataclass(frozen=True, slots=True)
class _Found:
    """Where a search ended: two neighbours, of which only the second has the value; no first one at the very start."""

    before: int | None
    after: int


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked.

    Attributes:
        what: `WIDGET` or `WIDGET.PROPERTY`.
        every: look at every revision. Default no.
    """

    address: Address
    what: str
    every: bool = False


def blame(world: ReadingWorld, audit: AuditReader, desired: Desired, asked: Question, blank: State) -> Blamed:
    """Tell which revision last changed a widget or a property of it.

    Args:
        world: what may be looked at.
        audit: knows names.
        desired: what the manifests say.
        asked: about what.
        blank: the state when there is none.

    Raises:
        UsageError: the flow is not recorded, or no revision that was looked at has such a widget or property.
    """
    address = asked.address
    state = world.state.read() or blank
    record = record_of(desired, state, address)
    body = world.reader.fetch_flow(record.sid).latest
    bodies = Bodies(world, address, record)
    bodies.keep(body)
    listed = {revision.revision for revision in world.reader.list_revisions(record.sid)}
    numbers = sorted({number for number in listed if number < body.revision} | {body.revision})
    name, path = parted(asked.what, widget_names(bodies.definition(body.revision)))
    found = _Search(bodies, numbers, every=asked.every).last_change(name, path)
    if found is None:
        raise _unfound(asked, bodies.definition(body.revision), name, path)
    known = (*world.state.history(address), *record.revisions)
    revision = bodies.revision(found.where.after)
    entry = next((one for one in known if one.revision == revision.revision), None)
    told = audit.events_of(record.sid)
    when = revision.date_updated or revision.date_created
    mine = owned(revision.commit_message, owner_of(desired, address))
    return Blamed(
        address=address,
        widget=name,
        path=".".join(steps(path)) if path else "",
        kind=found.kind,
        revision=revision,
        before=found.where.before,
        items=found.items,
        renamed_from=found.renamed_from,
        ours=mine or (entry is not None and entry.by == "us"),
        entry=entry,
        looked_at=(bodies.count, len(numbers)),
        actor=actors_of([(revision.revision, when)], told).get(revision.revision),
        nameless=told.missing,
    )


def _unfound(asked: Question, latest: Definition, name: str, path: str) -> UsageError:
    """Give the error for what no revision has: the nearest name that the latest has, or all that it has there."""
    widgets = widget_names(latest)
    if name in widgets:
        asked_for, known = steps(path)[-1], member_names(latest, name, path)
        of = f"{name} has {_listed(known)}"
    else:
        asked_for, known, of = name, widgets, f"widgets are {_listed(widgets)}"
    near = nearest(asked_for, known)
    hint = f"In the latest revision {of}." if near is None else f"Did you mean {near!r}?"
    if not asked.every:
        hint += " --every also finds what came and went."
    return UsageError(f"{asked.address}: no revision that was looked at has {asked.what!r}", hint=hint)


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


@dataclass(frozen=True, slots=True)
class _Change:
    """What was found, under which name, and what it did."""

    where: _Found
    kind: BlameKind
    items: tuple[Difference, ...]
    renamed_from: tuple[str, ...] = ()


class _Search:
    """Look for the last change among the revisions of one flow."""

    def __init__(self, bodies: Bodies, numbers: Sequence[int], *, every: bool) -> None:
        self._bodies = bodies
        self._numbers = numbers
        self._every = every

    def last_change(self, name: str, path: str) -> _Change | None:
        """Give the last change; None when the value is in no revision that was looked at."""
        names: list[str] = []
        start = len(self._numbers) - 1
        while True:
            target = self._value(start, name, path)
            where = self._boundary(start, name, path)
            if where.before is None:
                kind: BlameKind = "added"
                return None if isinstance(target, Missing) else _Change(self._told(where), kind, (), tuple(names))
            items = self._items(where, name, path)
            renamed = next((item for item in items if isinstance(item, WidgetRenamed)), None)
            if path and renamed is not None and renamed.after == name and len(items) == 1:
                names.append(renamed.before)
                name, start = renamed.before, where.before
                continue
            if not items and not isinstance(target, Missing):
                start = where.before  # only a rename elsewhere was followed
                continue
            return _Change(self._told(where), self._kind(where, name, path, items), items, tuple(names))

    def _boundary(self, last: int, name: str, path: str) -> _Found:
        """Give two neighbours of which the second, and all looked at up to `last`, are alike, and the first is not."""
        target = self._value(last, name, path)

        def alike(index: int) -> bool:
            return _alike(self._value(index, name, path), target)

        high, low, step = last, last - 1, 1
        while low >= 0 and alike(low):
            high = low
            step = 1 if self._every else step * 2
            low = max(high - step, 0) if high else -1
        if low < 0:
            return _Found(None, 0)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if alike(middle) else (middle, high)
        return _Found(low, high)

    def _told(self, where: _Found) -> _Found:
        """Give the numbers of the revisions instead of their places."""
        before = None if where.before is None else self._numbers[where.before]
        return _Found(before, self._numbers[where.after])

    def _value(self, index: int, name: str, path: str) -> Json | Missing:
        return value_of(self._bodies.definition(self._numbers[index]), name, path)

    def _items(self, where: _Found, name: str, path: str) -> tuple[Difference, ...]:
        """Give what a revision changed about the widget, or about one property of it."""
        before = self._bodies.definition(self._numbers[where.before or 0])
        after = self._bodies.definition(self._numbers[where.after])
        found = definitions.differences(before, after)
        wanted = steps(path) if path else ()
        # Differences may name an element otherwise than who asks: then all that changed about its list is told.
        return next(
            (items for depth in (len(wanted), 2) if (items := _about(found, name, ".".join(wanted[:depth])))), ()
        )

    def _kind(self, where: _Found, name: str, path: str, items: Sequence[Difference]) -> BlameKind:
        before, after = self._value(where.before or 0, name, path), self._value(where.after, name, path)
        if any(isinstance(item, WidgetRenamed) for item in items) and (
            isinstance(before, Missing) or isinstance(after, Missing)
        ):
            return "renamed"
        if isinstance(before, Missing):
            return "added"
        return "removed" if isinstance(after, Missing) else "changed"


def _alike(one: Json | Missing, other: Json | Missing) -> bool:
    if isinstance(one, Missing) or isinstance(other, Missing):
        return one is MISSING and other is MISSING
    return same(one, other)


def _about(found: Iterable[Difference], name: str, path: str) -> tuple[Difference, ...]:
    return tuple(item for item in found if _is_about(item, name, path))


def _is_about(item: Difference, name: str, path: str) -> bool:
    """Tell whether a difference is one of a widget and, with a path, of that property or what holds or is in it."""
    match item:
        case WidgetAdded(widget) | WidgetRemoved(widget):
            return widget == name
        case WidgetRenamed(before, after):
            return name in {before, after}
        case TransitionChanged(widget):
            return widget == name and (not path or path.partition(".")[0] == "transitions")
        case ValueChanged(widget, at):
            return widget == name and (not path or _nested(at, path) or _nested(path, at))
        case WidgetsMoved(widgets):
            return name in widgets and path.startswith("properties.offset")
        case _:
            assert_never(item)


def _nested(inner: str, outer: str) -> bool:
    inner, outer = inner.replace("[", ".").replace("]", ""), outer.replace("[", ".").replace("]", "")
    return inner == outer or inner.startswith(f"{outer}.")
