"""Definitions: read from the file that a manifest names or from the manifest itself, their placeholders replaced.

What a definition means is not asked here: `reconciler.definition.check` does that for a workflow.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, cast

from reconciler.definition import locate
from reconciler.definition.document import of, parse
from reconciler.errors import LoadError
from reconciler.manifest.findings import Findings
from reconciler.manifest.folder import LARGEST_DEFINITION, Folder
from reconciler.manifest.placeholder import PLACEHOLDER, Values
from reconciler.manifest.substitution import Path, Substitution
from reconciler.manifest.yamltext import Document
from reconciler.manifest.yamltext import read as read_yaml
from reconciler.model.definition import Definition
from reconciler.model.finding import Place
from reconciler.model.jsontypes import Json, JsonObject

LARGEST: Final = 1_000_000
"""Bytes of compact JSON beyond which Studio refuses the request whatever else is in it (api.md A8)."""

_AT: Final = ("spec", "definition")


@dataclass(frozen=True, slots=True)
class Body:
    """A definition and the file it stands in, relative to the project folder.

    `written` is it with its placeholders as they stand in the file; the same object where it has none.
    """

    definition: Definition
    source: str
    written: Definition


def read(document: Document, given: JsonObject, folder: Folder, values: Values) -> Body | None:
    """Read what a Flow document gives as its definition; None when it cannot be used, which is then a finding."""
    if given.keys() == {"file"}:
        return _from_file(document, given["file"], folder, values)
    return _inline(document, given, values)


def _from_file(document: Document, named: Json, folder: Folder, values: Values) -> Body | None:
    place, findings = document.place((*_AT, "file")), values.findings
    if not isinstance(named, str) or not named:
        findings.error("wrong-type", "spec.definition.file must be a path: quote it", place)
        return None
    file = folder.locate(named, document.file)
    if file is None:
        findings.error("outside", f"{named!r} leads out of the project folder: nothing there is read", place)
        return None
    if not folder.exists(file):
        hint = folder.nearest(file, document.file)
        findings.error("missing-file", f"there is no file {named!r} (relative to this file)", place, hint=hint)
        return None
    raw = folder.read(file, LARGEST_DEFINITION, place)
    if raw is None:
        return None
    try:
        definition = parse(raw, file)
    except LoadError as error:
        findings.extend(error.findings)
        return None
    done = _replaced(definition, values, _file_places(raw, file))
    return Body(done, file, definition) if _fits(done, Place(file), findings) else None


def _inline(document: Document, given: JsonObject, values: Values) -> Body | None:
    place = document.place(_AT)
    try:
        definition = parse(json.dumps(given).encode(), document.file)
    except LoadError as error:
        # Its places are those of the JSON made here, which nobody sees.
        values.findings.extend(replace(finding, place=place) for finding in error.findings)
        return None
    done = _replaced(definition, values, lambda path: document.place((*_AT, *path)))
    return Body(done, document.file, definition) if _fits(done, place, values.findings) else None


def _replaced(definition: Definition, values: Values, place: Callable[[Path], Place]) -> Definition:
    if "${" not in definition.text or not PLACEHOLDER.search(definition.text):
        return definition
    substitution = Substitution(values, place, definition=True)
    before = definition.data()
    after = cast("JsonObject", substitution.apply(before))
    return definition if after == before else of(after)


@dataclass(frozen=True, slots=True)
class InlinePlaces:
    """Where the values of a definition stand in its manifest."""

    document: Document

    def value(self, pointer: Sequence[str | int]) -> tuple[int, int]:
        """Give line and column of the value at a path; of a path that leads nowhere, of the nearest value above."""
        place = self.document.place((*_AT, *pointer))
        return place.line, place.column

    def key(self, pointer: Sequence[str | int]) -> tuple[int, int]:
        """Give line and column of the key of the value at a path (for an element: of the element)."""
        place = self.document.place((*_AT, *pointer), key=True)
        return place.line, place.column


def places_of(raw: bytes, name: str) -> locate.Places:
    """Give where the values of an inline definition stand.

    Args:
        raw: the YAML file as it is now; when the flow has gone from it, places are those of the first document.
        name: the flow's name.
    """
    documents = read_yaml(raw, "", Findings())
    meant = (one for one in documents if _is_flow(one.data, name))
    return InlinePlaces(next(meant, documents[0])) if documents else locate.Positions("{}")


def _is_flow(data: Json, name: str) -> bool:
    match data:
        case {"kind": "Flow", "metadata": {"name": found}}:
            return found == name
        case _:
            return False


def _file_places(raw: bytes, file: str) -> Callable[[Path], Place]:
    def place(path: Path) -> Place:
        return Place(file, *locate.locate(raw.decode("utf-8-sig"), path))

    return place


def _fits(definition: Definition, place: Place, findings: Findings) -> bool:
    size = len(definition.text.encode())
    if size <= LARGEST:
        return True
    message = f"the definition has {size:,} bytes as compact JSON; Studio takes less than {LARGEST:,}"
    findings.error("too-large", message, place, hint="Split the flow into subflows.")
    return False
