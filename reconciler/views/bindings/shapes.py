"""The shapes of the JSON documents of `bindings`. Types only. A shape only ever grows while `format` stays 1."""

from __future__ import annotations

from typing import Literal

from pydantic import with_config
from typing_extensions import TypedDict

from reconciler.plan.shape import STRICT

BindingShape = str | dict[str, str]


class CheckedBindingShape(TypedDict):
    """One identifier of a flow held against the account; `line` and `column` count from 1, null where not known."""

    address: str
    widget: str
    property: str
    identifier: str
    name: str | None
    verdict: Literal["exists", "missing", "unbound", "unasked", "mentioned"]
    note: str | None
    file: str | None
    line: int | None
    column: int | None


@with_config(STRICT)
class BindingsCheckShape(TypedDict):
    """Every identifier of every flow; `holds` is whether the account has all that can be asked for."""

    format: Literal[1]
    environment: str
    account: str
    holds: bool
    identifiers: list[CheckedBindingShape]


class DiscoveredShape(TypedDict):
    """One identifier of the source; `source` and `target` are as in bindings, null where not known."""

    name: str
    found: Literal["matched", "bound", "ambiguous", "unmatched", "unasked"]
    source: BindingShape | None
    target: BindingShape | None
    label: str
    note: str
    candidates: list[str]


class SideShape(TypedDict):
    """One environment that was asked; `added` are the bindings that it gets, or would get."""

    environment: str
    account: str
    added: dict[str, BindingShape]


@with_config(STRICT)
class BindingsDiscoverShape(TypedDict):
    """What identifiers of one environment are in another; `written` is whether `file` was changed."""

    format: Literal[1]
    source: SideShape
    target: SideShape
    file: str
    written: bool
    rows: list[DiscoveredShape]
