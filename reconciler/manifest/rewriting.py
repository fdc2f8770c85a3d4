"""What the files of a project become when flows in them get other content: as values, nothing is written here.

A definition is changed where the manifests keep it: in its JSON or YAML file, or inline in its manifest. What stays
the same keeps its bytes, in YAML the comments too, and placeholders go back where they stood (`restoration`). Several
flows of one file are changed one after the other.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from yaml import Node

from reconciler.definition.manner import in_manner_of
from reconciler.errors import LoadError, RefusedError
from reconciler.manifest import jsontext, yamlpatch
from reconciler.manifest.findings import Findings
from reconciler.manifest.folder import LARGEST_DEFINITION, YAML_SUFFIXES, Folder
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
        body = (in_manner_of(content.data, resolved), resolved)
        if not inline:
            self._in_file(flow, *body)
        if inline or fields:
            self._in_manifest(flow, content, body if inline else None)
        return (flow.source,) if inline or not fields else (flow.place.file, flow.source)

    def _in_file(self, flow: DesiredFlow, data: JsonObject, resolved: JsonObject) -> None:
        file = flow.source
        if file in self._meant:
            if not jsontext.exactly(self._meant[file], data):
                raise RefusedError(
                    f"{file} is the definition of several flows, which differ by now",
                    hint=f"Give {flow.address} a file of its own.",
                )
            return
        text = self._text(file)
        in_yaml = file.endswith(YAML_SUFFIXES)
        written = _first_of(text, file) if in_yaml else json.loads(text.removeprefix("\ufeff"))
        new = self._portable(*_own(flow, written, data, resolved))
        self._refuse_losses(file, written, new)
        if in_yaml:
            self._after[file] = _in_yaml(flow, text, _Site(file, lambda _: True, ()), new)
        else:
            self._after[file] = jsontext.patched(text, new)
        self._meant[file] = data

    def _in_manifest(self, flow: DesiredFlow, content: Content, body: tuple[JsonObject, JsonObject] | None) -> None:
        file = flow.place.file
        text = self._text(file)
        site = _Site(file, lambda document: _is_of(document, flow), ("spec",))
        old = cast("JsonObject", site.value(site.document(text, flow).data))
        new = dict(old)
        _set(new, "friendlyName", flow.friendly_name, content.friendly_name)
        _set(new, "status", flow.status, content.status)
        if body is not None:
            written = cast("JsonObject", old["definition"])
            new["definition"] = self._portable(*_own(flow, written, *body))
        self._refuse_losses(file, old, new)
        first: JsonObject = {key: new[key] for key in _FIRST if key in new and key not in old}
        self._after[file] = _in_yaml(flow, text, site, {**first, **new})

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
            message = f"{file} holds {', '.join(lost[:_SHOWN])}{more}, which would get lost"
            raise RefusedError(message, hint="Say --replace-placeholders to let them go, or change the file yourself.")


def _set(spec: JsonObject, key: str, known: str, wanted: str | None) -> None:
    """Let a field of the spec say something else; a placeholder whose value stands in it goes back."""
    if wanted is None or wanted == known:
        return
    text, written = escaped(wanted), spec.get(key)
    spec[key] = restored(text, written, known) if isinstance(written, str) else text


@dataclass(frozen=True, slots=True)
class _Site:
    """Where in a YAML file a value stands: in the first document that is meant, under these keys."""

    file: str
    is_meant: Callable[[Any], bool]
    keys: tuple[str, ...]

    def document(self, text: str, flow: DesiredFlow) -> Document:
        """Find the document. Raises RefusedError when it has gone since."""
        documents = read(text.removeprefix("\ufeff").encode(), self.file, Findings())
        found = next((document for document in documents if self.is_meant(document.data)), None)
        if found is None:
            raise RefusedError(f"{self.file} no longer declares {flow.address}", hint="Try again.")
        return found

    def value(self, data: Any) -> Any:  # noqa: ANN401 - ruamel.yaml's own types are untyped
        """Give the value in a document's data."""
        for key in self.keys:
            data = data[key]
        return data

    def node(self, document: Document) -> Node:
        """Give the value's node."""
        found = document.node
        for key in self.keys:
            found = next(value for name, value in found.value if name.value == key)
        return found


def _in_yaml(flow: DesiredFlow, text: str, site: _Site, new: JsonObject) -> str:
    document = site.document(text, flow)
    old = cast("JsonObject", site.value(document.data))
    if jsontext.exactly(old, new):
        return text

    def change(documents: list[Any]) -> None:
        """Put the new values into the document: ruamel's documents and ours look alike."""
        value = site.value(next(one for one in documents if site.is_meant(one)))
        for key in old.keys() - new.keys():
            del value[key]
        value.update({key: item for key, item in new.items() if item != old.get(key)})

    def expected(documents: list[Json]) -> list[Json]:
        change(documents)
        return documents

    try:
        return _in_place(text, site.node(document), (old, new), expected) or rewrite(text, change, expected)
    except NotFaithfulError as error:
        message = f"{site.file}: {flow.address} cannot be replaced in YAML: {error}"
        raise RefusedError(message, hint="Move the definition into a JSON file of its own.") from error


def _in_place(
    text: str, node: Node, change: tuple[Json, Json], expected: Callable[[list[Json]], list[Json]]
) -> str | None:
    """Change a value in the text itself; None when that cannot be done faithfully."""
    bare = text.removeprefix("\ufeff")
    try:
        after = yamlpatch.patched(bare, node, *change)
    except yamlpatch.NotPatchedError:
        return None
    meant = [one.data for one in read(after.encode(), "", Findings())]
    wanted = expected([one.data for one in read(bare.encode(), "", Findings())])
    return text[: len(text) - len(bare)] + after if exact(meant) == exact(wanted) else None


def _first_of(text: str, file: str) -> JsonObject:
    documents = read(text.removeprefix("\ufeff").encode(), file, Findings())
    return cast("JsonObject", documents[0].data) if documents else {}


def _own(
    flow: DesiredFlow, written: JsonObject, data: JsonObject, resolved: JsonObject
) -> tuple[JsonObject, JsonObject, JsonObject]:
    """Give new body, file and old body as the file says them: without what other files say.

    Raises:
        RefusedError: the new body changes what other files say, or the file was changed since the load.
    """
    if flow.origins:
        from reconciler.manifest.apart import apart  # noqa: PLC0415 - most definitions include nothing

        after, before = apart(flow, written, data, resolved)
        return after, written, before
    if exact([written]) != exact([(flow.written or flow.definition).data()]):
        raise RefusedError(f"{flow.source} was changed since it was loaded", hint="Try again.")
    return data, written, resolved


def _is_of(document: Any, flow: DesiredFlow) -> bool:  # noqa: ANN401 - ruamel.yaml's own types are untyped
    return bool(document["kind"] == "Flow" and document["metadata"]["name"] == flow.address.name)


def _placeholders(value: Json) -> Counter[str]:
    text = json.dumps(value, ensure_ascii=False)
    return Counter(found.group() for found in PLACEHOLDER.finditer(text) if not found.group(1))
