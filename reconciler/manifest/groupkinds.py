"""Widget groups and their includes, as pydantic models: what keys there are, of what type, and what they mean.

The JSON Schema `schemas/widgetgroup.schema.json` is made from them, beside those of the manifest kinds.
"""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import ConfigDict, Field

from reconciler.manifest.kinds import VARIABLE, Model, Text

PREFIX: Final = r"^[A-Za-z0-9_-]*$"

ParameterName = Annotated[str, Field(pattern=VARIABLE)]


class Offset(Model):
    """How far a group is moved on the canvas."""

    x: int = Field(default=0, description="To the right. Default: 0.")
    y: int = Field(default=0, description="Down. Default: 0.")


class Include(Model):
    """The widgets of a shared group, put in the place of this item."""

    file: Text = Field(description="The group's file, relative to this file, in the project folder.")
    prefix: Annotated[str, Field(pattern=PREFIX)] = Field(
        default="", description="Stands before the names of the group's widgets. Default: nothing."
    )
    values: dict[str, Any] = Field(
        default={}, alias="with", description="What the group's parameters are. Those with a default may be left out."
    )
    exits: dict[str, Text | None] = Field(
        default={}, description="By exit of the group, the widget it leads to; null for nowhere. Every exit is named."
    )
    offset: Offset = Field(default=Offset(), description="How far the group is moved on the canvas.")


class IncludeItem(Model):
    """An item of `states` that stands for the widgets of a shared group."""

    include: Include = Field(description="Which group, and how it is wired.")


class Parameter(Model):
    """What a group lets its users say. Without a default they must."""

    description: str | None = Field(default=None, description="What it is for.")
    default: Any = Field(default=None, description="What it is when an include says nothing. Without it: required.")


class Widget(Model):
    """A widget, as in a flow definition."""

    model_config = ConfigDict(extra="allow", strict=True, frozen=True, defer_build=True)

    name: Text = Field(description="Its name; includes put their prefix before it.")
    type: Text = Field(description="Its type, such as `send-message`.")


class WidgetGroup(Model):
    """Widgets that several flows share: a file that definitions include."""

    description: str | None = Field(default=None, description="What the group does, for whoever includes it.")
    parameters: dict[ParameterName, Parameter] = Field(
        default={}, description="What an include may say; `${param.NAME}` in string values of the widgets."
    )
    exits: list[Text] = Field(
        default=[], description="Names that `next` may lead to, and that an include wires to widgets of its own."
    )
    states: Annotated[list[Widget], Field(min_length=1)] = Field(
        description="The widgets, and includes of other groups."
    )
    """Includes are read apart: in a union each fault of a widget would be told as one of an include too."""
