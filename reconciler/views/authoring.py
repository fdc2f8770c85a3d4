"""Definitions as `render` and `convert` print them, with their JSON documents."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, cast

from pydantic import with_config
from typing_extensions import TypedDict

from reconciler.definition.canonical import canonical_bytes
from reconciler.definition.document import render
from reconciler.definition.secrets import masked, secrets_of
from reconciler.model.address import Address
from reconciler.model.definition import Definition
from reconciler.model.finding import Finding
from reconciler.model.jsontypes import JsonObject
from reconciler.plan.shape import STRICT
from reconciler.views.facts import sorted_findings
from reconciler.views.machine.findings import finding_shape
from reconciler.views.machine.shapes import FindingShape
from reconciler.views.machine.text import document


@with_config(STRICT)
class RenderShape(TypedDict):
    """What `render` gives: the definition that will be sent. `waiting`: flows whose SID it waits for."""

    format: Literal[1]
    address: str
    definition: dict[str, Any]
    waiting: list[str]


@with_config(STRICT)
class ConvertShape(TypedDict):
    """What `convert` gives."""

    format: Literal[1]
    definition: dict[str, Any]
    findings: list[FindingShape]


def definition_text(definition: Definition, sensitive: frozenset[str] | None, *, canonical: bool = False) -> str:
    """Give a definition as it will be sent.

    Args:
        definition: with everything resolved.
        sensitive: texts to cover besides the definition's own secrets; None covers nothing.
        canonical: the bytes that digests are made of. Default: as the Console shows it.
    """
    data = _covered(definition, sensitive)
    return canonical_bytes(data).decode("utf-8", "replace") if canonical else render(data).rstrip("\n")


def render_definition(address: Address, definition: Definition, sensitive: frozenset[str] | None) -> str:
    """Give the same as a document; see `definition_text`."""
    data: RenderShape = {
        "format": 1,
        "address": str(address),
        "definition": _covered(definition, sensitive),
        "waiting": [str(Address("Flow", name)) for name in definition.references],
    }
    return document(data)


def render_converted(definition: JsonObject, findings: Iterable[Finding]) -> str:
    """Give a converted definition, and what is to be said about it."""
    data: ConvertShape = {
        "format": 1,
        "definition": definition,
        "findings": [finding_shape(finding, frozenset()) for finding in sorted_findings(findings)],
    }
    return document(data)


def _covered(definition: Definition, sensitive: frozenset[str] | None) -> JsonObject:
    data = definition.data()
    return data if sensitive is None else cast("JsonObject", masked(data, sensitive | secrets_of(data)))
