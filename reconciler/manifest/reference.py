"""References from one resource to another: every name must be declared, and flows must not call in a circle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.definition.document import REFERENCE
from reconciler.manifest.catalogue import Catalogue
from reconciler.manifest.findings import Findings
from reconciler.manifest.folder import LARGEST_DEFINITION, Folder
from reconciler.manifest.project import Project
from reconciler.model.address import flow
from reconciler.model.desired import DesiredFlow
from reconciler.model.finding import Place


def check(project: Project, catalogue: Catalogue, folder: Folder, findings: Findings) -> None:
    """Note imports of flows that are not declared, references to such flows, and references in a circle."""
    for found in project.imports:
        if found.address not in catalogue.names:
            hint = findings.nearest(found.address.name, catalogue.flow_names())
            message = f"environment {found.environment} imports {found.address}, which no document declares"
            findings.error("unknown-flow", message, found.place, hint=hint)
    for desired in catalogue.flows.values():
        for name in desired.definition.references:
            if flow(name) not in catalogue.names:
                place = _place(f"${{flow.{name}.sid}}", desired, folder, catalogue)
                hint = findings.nearest(name, catalogue.flow_names()) or f"Add a Flow document of the name {name!r}."
                findings.error(
                    "unknown-flow", f"{desired.address} refers to {name}, which no document declares", place, hint=hint
                )
    calls = {desired.address.name: _calls(desired, project.known_sids) for desired in catalogue.flows.values()}
    for circle in circles(calls):
        first = catalogue.flows[flow(circle[0])]
        place = catalogue.places[first.address]
        message = f"flows refer to each other in a circle: {' -> '.join(circle)}"
        findings.error("cycle", message, place, hint="A flow must exist before another can refer to its SID.")


def _calls(desired: DesiredFlow, known_sids: Mapping[str, str]) -> list[str]:
    names = set(desired.definition.references)
    for subflow in desired.definition.subflows:
        reference = REFERENCE.fullmatch(subflow)
        if reference is not None:
            names.add(reference.group(1))
        elif subflow in known_sids:
            names.add(known_sids[subflow])
    return sorted(names)


def circles(calls: Mapping[str, list[str]]) -> Iterator[list[str]]:
    """Give each circle found on one walk over the graph, as a path that ends where it began.

    Every part of the graph that holds a circle gives at least one. Not recursive: a chain may be thousands long.
    """
    done: set[str] = set()
    for start in sorted(calls):
        path: list[str] = []
        on_path: dict[str, int] = {}
        waiting = [(start, iter(calls[start]))] if start not in done else []
        if waiting:
            path, on_path = [start], {start: 0}
        while waiting:
            name, rest = waiting[-1]
            following = next(rest, None)
            if following is None:
                waiting.pop()
                path.pop()
                del on_path[name]
                done.add(name)
            elif following in on_path:
                yield [*path[on_path[following] :], following]
            elif following not in done and following in calls:
                waiting.append((following, iter(calls[following])))
                on_path[following] = len(path)
                path.append(following)


def _place(text: str, desired: DesiredFlow, folder: Folder, catalogue: Catalogue) -> Place:
    """Find where a reference stands in the file of its definition; the manifest's line when it is written oddly."""
    definition_place = catalogue.places[desired.address]
    for file in dict.fromkeys([desired.source, *(origin.file for origin in desired.origins)]):
        raw = folder.read(file, LARGEST_DEFINITION)
        start_line = definition_place.line if file == definition_place.file else 1
        for number, line in enumerate((raw or b"").decode(errors="replace").splitlines(), 1):
            if number >= start_line and text in line:
                return Place(file, number, line.index(text) + 1)
    return definition_place
