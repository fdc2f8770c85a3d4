"""What the files of a project become when flows in them get other content: as values, nothing is written here.

A definition is changed where the manifests keep it: in its JSON file, or inline in YAML. What stays the same keeps its
bytes, in YAML the comments too, and placeholders go back where they stood (`restoration`). Several flows of one file
are changed one after the other.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from reconciler.definition.manner import in_manner_of
from reconciler.errors import LoadError, RefusedError
from reconciler.manifest import jsontext, yamlpatch
from reconciler.manifest.findings import Findings
from reconciler.manifest.folder import LARGEST_DEFINITION, Folder
from reconciler.manifest.placeholder import PLACEHOLDER, escaped
from reconciler.manifest.restoration import restored, with_placeholders
from reconciler.manifest.roundtrip import NotFaithfulError, exact, rewrite
from reconciler.manifest.yamltext import Document, read
from reconciler.model.definition import Status
from reconciler.model.desired import DesiredFlow
from reconciler.model.jsontypes import Json, JsonObject

if TYPE_CHECKING:
    from reconciler.definition.promotion.table import Table

_SHOWN: Final = 5
_FIRST: Final = ("friendlyName", "status")
"""Where a key is new, it stands before the definition, as people write it."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a flow's document is to say.

    Attributes:
        data: the body in portable form: what only looks like a reference of ours is escaped, SIDs of managed flows
            and bound identifiers may be named.
        resolved: the file's own definition in the same form, to see what is the same; None for it as it was loaded.
        friendly_name, status: None leaves them alone.
    """

    data: JsonObject
    resolved: JsonObject | None = None
    friendly_name: str | None = None
    status: Status | None = None


class Rewriting:
    """The files of one project folder in the making."""

    def __init__(self, root: Path, *, replace_placeholders: bool = False, table: Table | None = None) -> None:
        """Read nothing yet.

        Args:
            root: the project folder.
            replace_placeholders: whether placeholders that cannot be put back may be lost. Default no.
            table: the project's bindings: an identifier that is new in a file is written as the file writes others.
                None leaves identifiers as they are in the account.
        """
        self._table = table
        self._root = root
        self._replace = replace_placeholders
        self._before: dict[str, str] = {}
        self._after: dict[str, str] = {}
        self._meant: dict[str, JsonObject] = {}

    def put(self, flow: DesiredFlow, content: Content) -> tuple[str, ...]:
        """Let a flow have another content; give the files that this is about.

        Raises:
            RefusedError: placeholders would be lost, another flow has the same file, or the YAML cannot be written
                with everything else kept. Nothing has changed then.
            LoadError: a file cannot be read.
        """
        kept = dict(self._after)
        try:
            return self._put(flow, content)
        except BaseException:
            self._after = kept
            raise

    def texts(self) -> dict[str, tuple[str, str]]:
        """Give each file, relative to the folder, before and after."""
        return {file: (self._before[file], after) for file, after in sorted(self._after.items())}

    def _put(self, flow: DesiredFlow, content: Content) -> tuple[str, ...]:
        inline = flow.source == flow.place.file
        resolved = content.resolved if content.resolved is not None else flow.definition.data()
        fields = content.friendly_name is not None or content.status is not None
        if not inline:
            self._in_file(flow, in_manner_of(content.data, resolved), resolved)
        if inline or fields:
            body = (in_manner_of(content.data, resolved), resolved) if inline else None
            self._in_yaml(flow, content, body)
        return (flow.source,) if inline or not fields else (flow.place.file, flow.source)

    def _in_file(self, flow: DesiredFlow, data: JsonObject, resolved: JsonObject) -> None:
        text = self._text(flow.source)
        written = json.loads(text.removeprefix("\ufeff"))
        if flow.source in self._meant:
            if not jsontext.exactly(self._meant[flow.source], data):
                raise RefusedError(
                    f"{flow.source} is the definition of several flows, which differ by now",
                    hint=f"Give {flow.address} a file of its own.",
                )
            return
        self._meant[flow.source] = data
        new = self._portable(data, written, resolved)
        self._refuse_losses(flow.source, written, new)
        self._after[flow.source] = jsontext.patched(text, new) if text.strip() else json.dumps(new, indent=2)

    def _in_yaml(self, flow: DesiredFlow, content: Content, body: tuple[JsonObject, JsonObject] | None) -> None:
        file = flow.place.file
        text = self._text(file)
        document = _document_of(text, flow)
        old = cast("JsonObject", cast("JsonObject", document.data)["spec"])
        new = dict(old)
        _set(new, "friendlyName", flow.friendly_name, content.friendly_name)
        _set(new, "status", flow.status, content.status)
        if body is not None:
            new["definition"] = self._portable(body[0], cast("JsonObject", old["definition"]), body[1])
        self._refuse_losses(file, old, new)
        ordered = {key: new[key] for key in (*(k for k in _FIRST if k not in old and k in new), *new)}
        self._after[file] = self._yaml(flow, text, document, ordered)

    def _yaml(self, flow: DesiredFlow, text: str, document: Document, new: JsonObject) -> str:
        old = cast("JsonObject", cast("JsonObject", document.data)["spec"])
        if jsontext.exactly(old, new):
            return text

        def change(documents: list[Any]) -> None:
            """Put the new values into the flow's document: ruamel's documents and ours look alike."""
            for one in documents:
                if _is_of(one, flow):
                    one["spec"].update({key: value for key, value in new.items() if value != old.get(key)})

        def expected(documents: list[Json]) -> list[Json]:
            change(documents)
            return documents

        try:
            return _in_place(text, document, new, expected) or rewrite(text, change, expected)
        except NotFaithfulError as error:
            message = f"{flow.place.file}: {flow.address} cannot be replaced in YAML: {error}"
            raise RefusedError(message, hint="Move the definition into a JSON file of its own.") from error

    def _portable(self, data: JsonObject, written: JsonObject, resolved: JsonObject) -> JsonObject:
        new = with_placeholders(data, written, resolved)
        if self._table is None or new == written:
            return new
        from reconciler.definition.promotion.homeward import homeward  # noqa: PLC0415 - only what is new needs it

        return homeward(new, self._table, written)

    def _text(self, file: str) -> str:
        if file not in self._after:
            findings = Findings()
            raw = Folder(self._root, findings).read(file, LARGEST_DEFINITION)
            if raw is None:
                raise LoadError(findings.sorted())
            self._before[file] = self._after[file] = raw.decode()
        return self._after[file]

    def _refuse_losses(self, file: str, old: Json, new: Json) -> None:
        lost = sorted((_placeholders(old) - _placeholders(new)).keys())
        if lost and not self._replace:
            more = f" and {len(lost) - _SHOWN} more" if len(lost) > _SHOWN else ""
            message = f"{file} holds {', '.join(lost[:_SHOWN])}{more}, which the new content would replace by values"
            raise RefusedError(message, hint="Say --replace-placeholders to let them go, or change the file yourself.")


def _set(spec: JsonObject, key: str, known: str, wanted: str | None) -> None:
    """Let a field of the spec say something else; a placeholder whose value stands in it goes back."""
    if wanted is None or wanted == known:
        return
    text, written = escaped(wanted), spec.get(key)
    spec[key] = restored(text, written, known) if isinstance(written, str) else text


def _in_place(
    text: str, document: Document, new: JsonObject, expected: Callable[[list[Json]], list[Json]]
) -> str | None:
    """Change a document's spec in the text itself; None when that cannot be done faithfully."""
    bare = text.removeprefix("\ufeff")
    pairs = {key.value: value for key, value in document.node.value}
    try:
        after = yamlpatch.patched(bare, pairs["spec"], cast("JsonObject", document.data)["spec"], new)
    except yamlpatch.NotPatchedError:
        return None
    meant = [one.data for one in read(after.encode(), "", Findings())]
    wanted = expected([one.data for one in read(bare.encode(), "", Findings())])
    return text[: len(text) - len(bare)] + after if exact(meant) == exact(wanted) else None


def _document_of(text: str, flow: DesiredFlow) -> Document:
    documents = read(text.removeprefix("\ufeff").encode(), flow.place.file, Findings())
    found = next((document for document in documents if _is_of(document.data, flow)), None)
    if found is None:
        raise RefusedError(f"{flow.place.file} no longer declares {flow.address}", hint="Try again.")
    return found


def _is_of(document: Any, flow: DesiredFlow) -> bool:  # noqa: ANN401 - ruamel.yaml's own types are untyped
    return bool(document["kind"] == "Flow" and document["metadata"]["name"] == flow.address.name)


def _placeholders(value: Json) -> Counter[str]:
    text = json.dumps(value, ensure_ascii=False)
    return Counter(found.group() for found in PLACEHOLDER.finditer(text) if not found.group(1))
