"""Definitions: read from the file that a manifest names or from the manifest itself, their placeholders replaced.

What a definition means is not asked here: `reconciler.definition.check` does that for a workflow.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, cast

from reconciler.definition.document import of
from reconciler.definition.locate import Places, Positions
from reconciler.manifest.findings import Findings
from reconciler.manifest.folder import Folder
from reconciler.manifest.placeholder import PLACEHOLDER, Values
from reconciler.manifest.source import INLINE, Part, Source, in_document, is_yaml, named_file, read_file
from reconciler.manifest.substitution import Path, Substitution
from reconciler.manifest.yamltext import Document
from reconciler.manifest.yamltext import read as read_yaml
from reconciler.model.definition import Definition
from reconciler.model.desired import DesiredFlow
from reconciler.model.finding import Place
from reconciler.model.jsontypes import Json, JsonObject

LARGEST: Final = 1_000_000
"""Bytes of compact JSON beyond which Studio refuses the request whatever else is in it (api.md A8)."""


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
    source = _source(document, given, folder, values.findings)
    if source is None:
        return None
    done = _replaced(source.definition, values, source.text.place)
    place = source.text.place() if source.file == document.file else Place(source.file)
    return Body(done, source.file, source.definition) if _fits(done, place, values.findings) else None


def _source(document: Document, given: JsonObject, folder: Folder, findings: Findings) -> Source | None:
    if given.keys() != {"file"}:
        return in_document(document, INLINE, given, findings)
    place = document.place((*INLINE, "file"))
    file = named_file(folder, given["file"], document.file, place, findings)
    return None if file is None else read_file(folder, file, place, findings)


def _replaced(definition: Definition, values: Values, place: Callable[[Path], Place]) -> Definition:
    if "${" not in definition.text or not PLACEHOLDER.search(definition.text):
        return definition
    substitution = Substitution(values, place, definition=True)
    before = definition.data()
    after = cast("JsonObject", substitution.apply(before))
    return definition if after == before else of(after)


def places(flow: DesiredFlow, read_bytes: Callable[[str], bytes]) -> str | Places:
    """Give what finds places in a flow's definition: the JSON text, or what knows them in YAML.

    Args:
        flow: as it was loaded.
        read_bytes: gives a file of the project as it is now. When the flow has gone from it, places are those of its
            first document.
    """
    raw = read_bytes(flow.source)
    inline = flow.source == flow.place.file
    if not inline and not is_yaml(flow.source):
        return raw.decode("utf-8-sig")
    documents = read_yaml(raw, flow.source, Findings())
    if not documents:
        return Positions("{}")
    if not inline:
        return Part(documents[0], ())
    meant = (one for one in documents if _is_flow(one.data, flow.address.name))
    return Part(next(meant, documents[0]), INLINE)


def _is_flow(data: Json, name: str) -> bool:
    match data:
        case {"kind": "Flow", "metadata": {"name": found}}:
            return found == name
        case _:
            return False


def _fits(definition: Definition, place: Place, findings: Findings) -> bool:
    size = len(definition.text.encode())
    if size <= LARGEST:
        return True
    message = f"the definition has {size:,} bytes as compact JSON; Studio takes less than {LARGEST:,}"
    findings.error("too-large", message, place, hint="Split the flow into subflows.")
    return False
