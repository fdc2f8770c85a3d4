"""Definitions and widget groups as files say them, in JSON or YAML: the value, and where each part of it stands.

A YAML file is read by the same reader as manifests (YAML 1.2), so a definition means the same in either language. What
stands in `${…}` is left as it is here.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from reconciler.definition.document import parse
from reconciler.definition.locate import Positions
from reconciler.errors import LoadError
from reconciler.manifest.findings import Findings
from reconciler.manifest.folder import LARGEST_DEFINITION, LARGEST_YAML, YAML_SUFFIXES, Folder
from reconciler.manifest.yamltext import Document
from reconciler.manifest.yamltext import read as read_yaml
from reconciler.model.definition import Definition
from reconciler.model.finding import Place
from reconciler.model.jsontypes import Json

Path = Sequence[str | int]

INLINE: Final = ("spec", "definition")
"""Where a definition stands in the manifest that holds it."""


class Text(Protocol):
    """A text that knows where its values stand."""

    def place(self, path: Path = (), *, key: bool = False) -> Place:
        """Find where a value stands, or with `key` its key; of what does not exist, where its parent stands."""

    def source(self, path: Path) -> str:
        """Give a scalar as it is written; empty when it is no scalar."""


@dataclass(frozen=True, slots=True)
class Part:
    """What stands in a text under a path, as a text of its own."""

    text: Text
    at: tuple[str | int, ...]

    def place(self, path: Path = (), *, key: bool = False) -> Place:
        """See `Text`."""
        return self.text.place((*self.at, *path), key=key)

    def source(self, path: Path) -> str:
        """See `Text`."""
        return self.text.source((*self.at, *path))

    def value(self, pointer: Path) -> tuple[int, int]:
        """Give line and column of the value at a path; of a path that leads nowhere, of the nearest value above."""
        place = self.place(pointer)
        return place.line, place.column

    def key(self, pointer: Path) -> tuple[int, int]:
        """Give line and column of the key of the value at a path (for an element: of the element)."""
        place = self.place(pointer, key=True)
        return place.line, place.column


@dataclass(slots=True)
class JsonText:
    """JSON that was parsed; its places are looked for when the first one is asked."""

    file: str
    raw: bytes
    _positions: Positions | None = field(default=None, repr=False)

    def place(self, path: Path = (), *, key: bool = False) -> Place:
        """See `Text`."""
        if self._positions is None:
            self._positions = Positions(self.raw.decode("utf-8-sig"))
        return Place(self.file, *(self._positions.key(path) if key else self._positions.value(path)))

    def source(self, path: Path) -> str:
        """See `Text`."""
        value: Json = json.loads(self.raw)
        for step in path:
            if isinstance(value, dict):
                value = value.get(str(step))
            elif isinstance(value, list) and isinstance(step, int) and step < len(value):
                value = value[step]
            else:
                return ""
        if isinstance(value, str):
            return value
        return "" if isinstance(value, dict | list) or value is None else json.dumps(value)


@dataclass(frozen=True, slots=True)
class Source:
    """A definition as one file says it; `file` is relative to the project folder."""

    file: str
    definition: Definition
    text: Text


def is_yaml(file: str) -> bool:
    """Tell by its name whether a file is YAML."""
    return file.endswith(YAML_SUFFIXES)


def is_part(data: Json) -> bool:
    """Tell whether a YAML document is a definition or a widget group that manifests name, and no manifest itself."""
    return isinstance(data, dict) and "states" in data and not {"apiVersion", "kind"} & data.keys()


def named_file(folder: Folder, named: Json, beside: str, place: Place, findings: Findings) -> str | None:
    """Turn a path that a file names into one relative to the folder; None when there is none, which is a finding."""
    if not isinstance(named, str) or not named:
        findings.error("wrong-type", "file must be a path: quote it", place)
        return None
    file = folder.locate(named, beside)
    if file is None:
        findings.error("outside", f"{named!r} leads out of the project folder: nothing there is read", place)
        return None
    if not folder.exists(file):
        hint = folder.nearest(file, beside)
        findings.error("missing-file", f"there is no file {named!r} (relative to this file)", place, hint=hint)
        return None
    return file


def read_file(folder: Folder, file: str, blamed: Place, findings: Findings) -> Source | None:
    """Read a definition file of either language; None when it cannot be used, which is then a finding.

    Args:
        folder: the project folder.
        file: relative to it, and there.
        blamed: where it is named.
        findings: where faults go.
    """
    raw = folder.read(file, LARGEST_YAML if is_yaml(file) else LARGEST_DEFINITION, blamed)
    if raw is None:
        return None
    if is_yaml(file):
        document = only_document(raw, file, findings)
        return None if document is None else in_document(document, (), document.data, findings)
    try:
        definition = parse(raw, file)
    except LoadError as error:
        findings.extend(error.findings)
        return None
    return Source(file, definition, JsonText(file, raw))


def only_document(raw: bytes, file: str, findings: Findings) -> Document | None:
    """Read a YAML file that is to hold one document; None when it does not, which is then a finding."""
    before = Findings()
    documents = read_yaml(raw, file, before)
    findings.extend(before.sorted())
    if before.failed:
        return None
    if len(documents) != 1:
        what = "holds no document" if not documents else "holds several documents"
        place = documents[1].place() if len(documents) > 1 else Place(file, 1, 1)
        findings.error("not-a-flow", f"{file} {what}: a definition is a file of one", place)
        return None
    return documents[0]


def in_document(document: Document, at: tuple[str | int, ...], data: Json, findings: Findings) -> Source | None:
    """Take a definition from a YAML document; None when it is none, which is then a finding at its place."""
    text = Part(document, at)
    try:
        definition = parse(json.dumps(data).encode(), document.file)
    except LoadError as error:
        # Its places are those of the JSON made here, which nobody sees.
        findings.extend(replace(finding, place=text.place()) for finding in error.findings)
        return None
    return Source(document.file, definition, text)
