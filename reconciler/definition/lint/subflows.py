"""Rule 14: flows that run other flows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from reconciler.definition.lint.context import Context
from reconciler.definition.lint.flow import Widget
from reconciler.definition.lint.literals import quoted
from reconciler.definition.lint.rule import Problem, Rule

_PUBLISHED: Final = "LatestPublished"


def _calls(context: Context) -> Iterator[tuple[Widget, str, str]]:
    """Give each run-subflow with what it names and the managed flow's name, empty when it is none of ours."""
    for widget in context.flow.widgets:
        sid = widget.text("flow_sid")
        if widget.type == "run-subflow" and sid:
            yield widget, sid, name_of(context, sid)


def name_of(context: Context, sid: str) -> str:
    """Give the name of the managed flow that a `flow_sid` means; empty when it is none that is known."""
    name = context.around.sids.get(sid) or sid.removeprefix("${flow.").removesuffix(".sid}")
    return name if name in context.around.flows else ""


def _nested(context: Context) -> Iterator[Problem]:
    for widget, _, name in _calls(context):
        called = context.around.flows.get(name)
        if name and name == context.name:
            message = "this flow runs itself"
        elif called is not None and called.definition.subflows:
            message = f"{name} runs sub-flows itself, and Studio allows one level"
        else:
            continue
        yield Problem(message, widget.at("properties", "flow_sid"), widget.name, "properties.flow_sid")


def _revisions(context: Context) -> Iterator[Problem]:
    first: dict[str, tuple[Widget, str]] = {}
    for widget, sid, name in _calls(context):
        revision = widget.text("flow_revision")
        other, asked = first.setdefault(name or sid, (widget, revision))
        if asked != revision:
            message = f"runs revision {quoted(revision)} of a flow that {other.name!r} runs in revision {quoted(asked)}"
            yield Problem(message, widget.at("properties", "flow_revision"), widget.name, "properties.flow_revision")


def _unpublished(context: Context) -> Iterator[Problem]:
    for widget, _, name in _calls(context):
        called = context.around.flows.get(name)
        if called is not None and called.status == "draft" and widget.text("flow_revision") == _PUBLISHED:
            message = f"runs the published revision of {name}, which the manifests keep as a draft"
            yield Problem(message, widget.at("properties", "flow_sid"), widget.name, "properties.flow_sid")


RULES: Final = (
    Rule(
        id="nested-subflow",
        number=14,
        severity="warning",
        summary="A sub-flow that runs a sub-flow",
        why="Studio allows one level. The inner one fails when it is reached (error 81024), and the path ends.",
        example='opening-hours is run by support-bot, and has a {"type": "run-subflow"} of its own',
        remedy="Let the outer flow run both, one after the other.",
        check=_nested,
    ),
    Rule(
        id="subflow-revisions",
        number=14,
        severity="warning",
        summary="One flow runs two revisions of the same sub-flow",
        why="All widgets of a flow that run the same sub-flow must name the same revision: Studio refuses others, "
        "or runs the one you did not mean.",
        example='"flow_revision": "LatestPublished"   in one widget, and   "flow_revision": "7"   in another',
        remedy="Name the same revision everywhere, best `LatestPublished`.",
        check=_revisions,
    ),
    Rule(
        id="unpublished-subflow",
        number=14,
        severity="warning",
        summary="The published revision of a flow that the manifests never publish",
        why="There may be none, or an old one: the sub-flow fails when it is reached, or does what it did long ago.",
        example='"flow_revision": "LatestPublished"   of a flow with   status: draft',
        remedy="Publish the sub-flow, or keep both as drafts.",
        check=_unpublished,
    ),
)
