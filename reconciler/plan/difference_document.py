"""Diff items ↔ JSON objects tagged with `op`. Secrets and sensitive texts are covered on the way out."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from reconciler.definition.difference import (
    TransitionChanged,
    ValueChanged,
    WidgetAdded,
    WidgetRemoved,
    WidgetRenamed,
    WidgetsMoved,
)
from reconciler.plan.shape import DiffItemShape
from reconciler.plan.values import ContactsChanged, DiffItem, FieldChanged


def encode_item(item: DiffItem) -> DiffItemShape:
    """Give one diff item as a tagged object, with its origin where that is known."""
    data = _encoded(item)
    if not isinstance(item, ContactsChanged) and data["op"] != "contacts-changed" and item.origin is not None:
        data["origin"] = item.origin
    return data


def decode_item(data: DiffItemShape) -> DiffItem:
    """Give the diff item of a tagged object that has been validated."""
    item = _decoded(data)
    if isinstance(item, ContactsChanged) or data["op"] == "contacts-changed":
        return item
    return replace(item, origin=data.get("origin"))


def _encoded(item: DiffItem) -> DiffItemShape:  # noqa: C901, PLR0911 - one line for each member of a closed union
    match item:
        case WidgetAdded(widget, kind):
            return {"op": "widget-added", "widget": widget, "type": kind}
        case WidgetRemoved(widget, kind):
            return {"op": "widget-removed", "widget": widget, "type": kind}
        case WidgetRenamed(before, after, kind):
            return {"op": "widget-renamed", "before": before, "after": after, "type": kind}
        case TransitionChanged(widget, event, came, goes):
            return {"op": "transition-changed", "widget": widget, "event": event, "before": came, "after": goes}
        case ValueChanged(owner, path, old, new, secret):
            return {
                "op": "value-changed", "widget": owner, "path": path, "before": old, "after": new, "secret": secret,
            }  # fmt: skip
        case WidgetsMoved(widgets):
            return {"op": "widgets-moved", "widgets": list(widgets)}
        case FieldChanged(field, was, becomes):
            return {"op": "field-changed", "field": field, "before": was, "after": becomes}
        case ContactsChanged(added, removed):
            return {"op": "contacts-changed", "added": list(added), "removed": list(removed)}
        case _:
            assert_never(item)


def _decoded(data: DiffItemShape) -> DiffItem:  # noqa: C901, PLR0911 - one line for each member of a closed union
    match data["op"]:
        case "widget-added":
            return WidgetAdded(data["widget"], data["type"])
        case "widget-removed":
            return WidgetRemoved(data["widget"], data["type"])
        case "widget-renamed":
            return WidgetRenamed(data["before"], data["after"], data["type"])
        case "transition-changed":
            return TransitionChanged(data["widget"], data["event"], data["before"], data["after"])
        case "value-changed":
            return ValueChanged(data["widget"], data["path"], data["before"], data["after"], data["secret"])
        case "widgets-moved":
            return WidgetsMoved(tuple(data["widgets"]))
        case "field-changed":
            return FieldChanged(data["field"], data["before"], data["after"])
        case "contacts-changed":
            return ContactsChanged(tuple(data["added"]), tuple(data["removed"]))
        case _:
            assert_never(data)
