"""`bindings discover` and `bindings check` as JSON."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.definition.promotion.table import Value
from reconciler.definition.secrets import masked_text
from reconciler.views.bindings.shapes import (
    BindingsCheckShape,
    BindingsDiscoverShape,
    CheckedBindingShape,
    DiscoveredShape,
    SideShape,
)
from reconciler.views.machine.text import document
from reconciler.workflows.bindings import Checked, broken
from reconciler.workflows.discovery import Discovery, Row


def render_checked(checked: Sequence[Checked], where: tuple[str, str], *, sensitive: frozenset[str]) -> str:
    """Give every identifier with its verdict; `where` is environment and account."""
    data: BindingsCheckShape = {
        "format": 1,
        "environment": where[0],
        "account": where[1],
        "holds": not broken(checked),
        "identifiers": [_checked(one, sensitive) for one in checked],
    }
    return document(data)


def _checked(one: Checked, sensitive: frozenset[str]) -> CheckedBindingShape:
    place = one.place
    return {
        "address": str(one.address),
        "widget": one.widget,
        "property": one.property,
        "identifier": masked_text(one.identifier, sensitive),
        "name": one.name,
        "verdict": one.verdict,
        "note": one.note,
        "file": place.file if place else None,
        "line": place.line or None if place else None,
        "column": place.column or None if place else None,
    }


def render_discovery(discovery: Discovery, accounts: tuple[str, str], file: str, *, written: bool) -> str:
    """Give every row, and what is added on both sides."""
    data: BindingsDiscoverShape = {
        "format": 1,
        "source": _side(discovery, discovery.source, accounts[0]),
        "target": _side(discovery, discovery.target, accounts[1]),
        "file": file,
        "written": written,
        "rows": [_row(row) for row in discovery.rows],
    }
    return document(data)


def _side(discovery: Discovery, environment: str, account: str) -> SideShape:
    added = {name: _plain(value) for name, value in discovery.additions.get(environment, {}).items()}
    return {"environment": environment, "account": account, "added": added}


def _row(row: Row) -> DiscoveredShape:
    return {
        "name": row.name,
        "found": row.found,
        "source": None if row.source is None else _plain(row.source),
        "target": None if row.target is None else _plain(row.target),
        "label": row.label,
        "note": row.note,
        "candidates": list(row.candidates),
    }


def _plain(value: Value) -> str | dict[str, str]:
    return value if isinstance(value, str) else dict(value)
