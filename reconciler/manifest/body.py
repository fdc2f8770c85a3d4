"""Definitions: read from the file that a manifest names or from the manifest itself, their placeholders replaced.

What a definition means is not asked here: `reconciler.definition.check` does that for a workflow.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from reconciler.definition.document import of
from reconciler.definition.locate import Composed as ComposedPlaces
from reconciler.definition.locate import Places, Positions
from reconciler.manifest.findings import Findings
from reconciler.manifest.folder import Folder
from reconciler.manifest.placeholder import PLACEHOLDER, Values
from reconciler.manifest.source import INLINE, Part, Source, in_document, is_yaml, named_file, read_file
from reconciler.manifest.substitution import Path, Substitution
from reconciler.manifest.yamltext import Document
from reconciler.manifest.yamltext import read as read_yaml
from reconciler.model.definition import Definition, StateOrigin
from reconciler.model.desired import DesiredFlow
from reconciler.model.finding import Place
from reconciler.model.jsontypes import Json, JsonObject

if TYPE_CHECKING:
    from reconciler.manifest.groups import Groups

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
    origins: tuple[StateOrigin, ...] = ()


class Bodies:
    """The definitions of one project folder."""

    def __init__(self, folder: Folder, values: Values) -> None:
        """Read nothing yet.

        Args:
            folder: where files are.
            values: what placeholders stand for.
        """
        self._folder = folder
        self._values = values
        self._groups: Groups | None = None

    def read(self, document: Document, given: JsonObject) -> Body | None:
        """Read what a Flow document gives as its definition; None when it cannot be used, which is then a finding."""
        findings = self._values.findings
        source = _source(document, given, self._folder, findings)
        composed = None if source is None else self._composed(source)
        if source is None or composed is None:
            return None
        definition, origins = composed
        done = self._replaced(definition, source, origins)
        place = source.text.place() if source.file == document.file else Place(source.file)
        if not _fits(done, place, findings):
            return None
        return Body(done, source.file, definition, origins)

    def _composed(self, source: Source) -> tuple[Definition, tuple[StateOrigin, ...]] | None:
        if '"include"' not in source.definition.text:
            return source.definition, ()
        from reconciler.manifest.compose import compose  # noqa: PLC0415 - most projects include nothing
        from reconciler.manifest.groups import Groups  # noqa: PLC0415 - as above

        if self._groups is None:
            self._groups = Groups(self._folder, self._values.findings)
        composed = compose(source, self._groups, self._values.findings)
        return None if composed is None else (composed.definition, composed.origins)

    def _replaced(self, definition: Definition, source: Source, origins: Sequence[StateOrigin]) -> Definition:
        if "${" not in definition.text or not PLACEHOLDER.search(definition.text):
            return definition

        def place(path: Path) -> tuple[Place, str]:
            match path:
                case ("states", int() as index, *rest) if origins:
                    origin = origins[index]
                    text = self._groups.text(origin.file) if self._groups and origin.included else source.text
                    return text.place(("states", origin.index, *rest)), origin.note
                case _:
                    return source.text.place(path), ""

        substitution = Substitution(self._values, place, definition=True)
        before = definition.data()
        after = cast("JsonObject", substitution.apply(before))
        return definition if after == before else of(after)


def _source(document: Document, given: JsonObject, folder: Folder, findings: Findings) -> Source | None:
    if given.keys() != {"file"}:
        return in_document(document, INLINE, given, findings)
    place = document.place((*INLINE, "file"))
    file = named_file(folder, given["file"], document.file, place, findings)
    return None if file is None else read_file(folder, file, place, findings)


def places(flow: DesiredFlow, read_bytes: Callable[[str], bytes]) -> str | Places:
    """Give what finds places in a flow's definition: the JSON text, or what knows them in YAML.

    Args:
        flow: as it was loaded.
        read_bytes: gives a file of the project as it is now. When the flow has gone from it, places are those of its
            first document.
    """
    if flow.source != flow.place.file:
        whole = _places(flow.source, read_bytes)
    else:
        documents = read_yaml(read_bytes(flow.source), flow.source, Findings())
        meant = (one for one in documents if _is_flow(one.data, flow.address.name))
        whole = Part(next(meant, documents[0]), INLINE) if documents else Positions("{}")
    if not flow.origins:
        return whole
    return ComposedPlaces(flow.origins, (flow.source, whole), lambda file: _places(file, read_bytes))


def _places(file: str, read_bytes: Callable[[str], bytes]) -> str | Places:
    raw = read_bytes(file)
    if not is_yaml(file):
        return raw.decode("utf-8-sig")
    documents = read_yaml(raw, file, Findings())
    return Part(documents[0], ()) if documents else Positions("{}")


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
