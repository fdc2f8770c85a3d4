"""The shape of the plan document: what its JSON objects hold (design section 7). Types only.

`schemas/plan.schema.json` is made from these types; `reconciler.plan.document` turns plans into them and back.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, NotRequired, TypeVar

from pydantic import ConfigDict, Discriminator, FailFast, JsonValue, Tag, with_config
from typing_extensions import TypedDict

from reconciler.plan.replay_shape import ReplayedShape

T = TypeVar("T")
Listed = Annotated[list[T], FailFast()]
"""A list of which the first wrong element is told: a damaged plan may have millions."""

STRICT: Final = ConfigDict(extra="forbid", strict=True)
"""For the outermost type of a document; pydantic carries it down to the types inside."""


OriginShape = Literal["console", "manifest", "both", "conflict"]
"""Which side made a difference since the recorded revision; absent where that is not known."""


class WidgetAddedShape(TypedDict):
    """A widget that only the second side has."""

    op: Literal["widget-added"]
    widget: str
    type: str
    origin: NotRequired[OriginShape]


class WidgetRemovedShape(TypedDict):
    """A widget that only the first side has."""

    op: Literal["widget-removed"]
    widget: str
    type: str
    origin: NotRequired[OriginShape]


class WidgetRenamedShape(TypedDict):
    """The same content under another name."""

    op: Literal["widget-renamed"]
    before: str
    after: str
    type: str
    origin: NotRequired[OriginShape]


class TransitionChangedShape(TypedDict):
    """A transition that leads elsewhere; null leads nowhere."""

    op: Literal["transition-changed"]
    widget: str
    event: str
    before: str | None
    after: str | None
    origin: NotRequired[OriginShape]


class ValueChangedShape(TypedDict):
    """A property of a widget, or of the flow when `widget` is null. Of a secret both sides are `(sensitive)`."""

    op: Literal["value-changed"]
    widget: str | None
    path: str
    before: JsonValue
    after: JsonValue
    secret: bool
    origin: NotRequired[OriginShape]


class WidgetsMovedShape(TypedDict):
    """Widgets that stand elsewhere on the canvas."""

    op: Literal["widgets-moved"]
    widgets: Listed[str]
    origin: NotRequired[OriginShape]


class FieldChangedShape(TypedDict):
    """The friendly name or the status of a flow."""

    op: Literal["field-changed"]
    field: Literal["friendlyName", "status"]
    before: str | None
    after: str | None
    origin: NotRequired[OriginShape]


class ContactsChangedShape(TypedDict):
    """Test users that come and go."""

    op: Literal["contacts-changed"]
    added: Listed[str]
    removed: Listed[str]


def _op(item: Any) -> str | None:  # noqa: ANN401 - pydantic hands over whatever the file holds
    return item.get("op") if isinstance(item, dict) else None


DiffItemShape = Annotated[
    Annotated[WidgetAddedShape, Tag("widget-added")]
    | Annotated[WidgetRemovedShape, Tag("widget-removed")]
    | Annotated[WidgetRenamedShape, Tag("widget-renamed")]
    | Annotated[TransitionChangedShape, Tag("transition-changed")]
    | Annotated[ValueChangedShape, Tag("value-changed")]
    | Annotated[WidgetsMovedShape, Tag("widgets-moved")]
    | Annotated[FieldChangedShape, Tag("field-changed")]
    | Annotated[ContactsChangedShape, Tag("contacts-changed")],
    Discriminator(_op),
]

StepKindShape = Literal["create", "update", "publish", "delete", "adopt", "forget", "set-test-users", "record"]
ChangeClassShape = Literal["none", "layout", "metadata", "behaviour", "contacts", "draft", "deleted"]


class BasisShape(TypedDict):
    """What one step was decided on."""

    sid: str | None
    revision: int
    publishedRevision: int | None
    digest: str | None
    target: str | None


StepShape = TypedDict(
    "StepShape",
    {
        "address": str,
        "kind": StepKindShape,
        "class": ChangeClassShape,
        "reason": str,
        "dependsOn": Listed[str],
        "basis": BasisShape,
        "diff": Listed[DiffItemShape],
        "notes": Listed[str],
    },
)


class RevisionShape(TypedDict):
    """A revision above the recorded one; `at` is UTC."""

    revision: int
    status: Literal["draft", "published"]
    author: str | None
    at: str | None
    message: str | None
    ours: bool


DriftShape = TypedDict(
    "DriftShape",
    {
        "address": str,
        "class": ChangeClassShape,
        "from": int | None,
        "to": int | None,
        "revisions": Listed[RevisionShape],
        "diff": Listed[DiffItemShape],
    },
)


class ObjectionShape(TypedDict):
    """A guard's no. `flag` overrules it, null when nothing may; `command` is the next command to type."""

    id: str
    scope: Literal["plan", "step"]
    address: str | None
    message: str
    flag: str | None
    command: str | None


SummaryShape = TypedDict(
    "SummaryShape",
    {
        "create": int,
        "update": int,
        "publish": int,
        "delete": int,
        "adopt": int,
        "forget": int,
        "set-test-users": int,
        "record": int,
        "unchanged": int,
    },
)


@with_config(STRICT)
class PlanShape(TypedDict):
    """A plan of reconciler: what will be done, in which order, decided on what. Holds no bodies and no secrets."""

    format: Literal[1]
    tool: str
    project: str
    environment: str
    account: str | None
    endpoint: str | None
    lineage: str
    serial: int
    manifests: str
    summary: SummaryShape
    steps: Listed[StepShape]
    drift: Listed[DriftShape]
    objections: Listed[ObjectionShape]
    warnings: Listed[str]
    replay: NotRequired[ReplayedShape]
