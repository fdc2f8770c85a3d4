"""What can differ between two definitions, keyed by widget name. Made by `reconciler.definition.compare`.

`before` and `after` are the two sides in the order they were given. A value that one side does not have is None.
`origin` is told where a third side, the base of both, was read (`reconciler.definition.three_way`), else None.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from reconciler.definition.places import Place
from reconciler.model.jsontypes import Json

Origin = Literal["console", "manifest", "both", "conflict"]
"""Which side made a difference since the base: live (a person in the Console, or another program), desired, both in the
same way, or both in different ways."""


@dataclass(frozen=True, slots=True)
class WidgetAdded:
    """A widget that only the second side has."""

    widget: str
    type: str
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class WidgetRemoved:
    """A widget that only the first side has."""

    widget: str
    type: str
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class WidgetRenamed:
    """The same content under another name. Transitions that follow the rename are no differences of their own."""

    before: str
    after: str
    type: str
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class TransitionChanged:
    """A transition that leads elsewhere, or that one side does not have.

    `event` names it: the event, and for a `match` its condition (`match equal_to "yes"`). None: leads nowhere.
    `was` and `at` say the same for programs, on the first side and on the second; empty where a side does not have it.
    """

    widget: str
    event: str
    before: str | None
    after: str | None
    origin: Origin | None = None
    was: Place = field(default=(), compare=False, repr=False)
    at: Place = field(default=(), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ValueChanged:
    """A property of a widget, or of the flow itself (`widget` is None).

    `path` is dotted and starts at the widget or the flow: `properties.body`, `properties.parameters[0].value`, `type`,
    `description`, `transitions.match[2].conditions`. `secret` marks what no view may show (api.md C3). `was` and `at`
    say the same for programs, on the first side and on the second; a difference read from a document has none.
    """

    widget: str | None
    path: str
    before: Json
    after: Json
    secret: bool = False
    origin: Origin | None = None
    was: Place = field(default=(), compare=False, repr=False)
    at: Place = field(default=(), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class WidgetsMoved:
    """Widgets that stand elsewhere on the canvas; the class is `layout` when nothing else differs."""

    widgets: tuple[str, ...]
    origin: Origin | None = None


Difference = WidgetAdded | WidgetRemoved | WidgetRenamed | TransitionChanged | ValueChanged | WidgetsMoved
