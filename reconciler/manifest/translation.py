"""Definitions for the chosen environment: identifiers of the other environments become its own.

A definition that holds none of theirs is not even parsed. What this environment does not bind is noted with the flow,
and refused by whoever would send it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from reconciler.definition.document import of
from reconciler.definition.locate import Positions, place_in
from reconciler.definition.remarks import Remark
from reconciler.manifest import body
from reconciler.manifest.catalogue import Catalogue
from reconciler.manifest.folder import LARGEST_DEFINITION, Folder
from reconciler.manifest.project import Project
from reconciler.model.desired import DesiredFlow
from reconciler.model.finding import Finding


def translate(project: Project, catalogue: Catalogue, folder: Folder) -> None:
    """Put translated definitions in the place of those that hold identifiers of other environments."""
    if not any(bound for name, bound in project.bindings.items() if name != project.environment.name):
        return
    from reconciler.definition.promotion.outward import outward  # noqa: PLC0415 - most projects have one account
    from reconciler.definition.promotion.table import Table  # noqa: PLC0415 - as above

    managed = frozenset(address.name for address in catalogue.flows)
    table = Table(project.bindings, project.environment.name, managed)
    tokens = sorted(table.others_tokens())
    for address, flow in catalogue.flows.items():
        if not any(token in flow.definition.text for token in tokens):
            continue
        data = flow.definition.data()
        found = outward(data, table)
        definition = flow.definition if found.data is data else of(found.data)
        unbound = tuple(_placed(found.remarks, flow, folder))
        written = flow.written if flow.written is not None or definition is flow.definition else flow.definition
        catalogue.flows[address] = replace(flow, definition=definition, unbound=unbound, written=written)


def _placed(remarks: tuple[Remark, ...], flow: DesiredFlow, folder: Folder) -> Iterator[Finding]:
    if not remarks:
        return
    found = body.places(flow, lambda file: folder.read(file, LARGEST_DEFINITION) or b"{}")
    where = Positions(found) if isinstance(found, str) else found
    for remark in remarks:
        place, note = place_in(flow.source, where, remark.path)
        message = remark.message + note
        yield Finding(remark.rule, remark.severity, message, place, remark.widget, remark.property, remark.hint)
