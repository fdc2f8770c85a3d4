"""Replace a flow's definition where the manifests keep it: in its JSON file, or inline in YAML with comments kept.

A rewrite is first made as a value, so that it can be shown; only `write_definition` and `Rewrite.write` touch a file.
"""

from __future__ import annotations

import difflib
import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from reconciler.errors import LoadError, RefusedError
from reconciler.manifest.findings import Findings
from reconciler.manifest.folder import LARGEST_DEFINITION, Folder
from reconciler.manifest.placeholder import PLACEHOLDER
from reconciler.manifest.replacement import replace
from reconciler.manifest.restoration import with_placeholders
from reconciler.manifest.roundtrip import NotFaithfulError, rewrite
from reconciler.manifest.yamltext import read
from reconciler.model.desired import DesiredFlow
from reconciler.model.jsontypes import Json, JsonObject

_INDENTED: Final = re.compile(r"\n([ \t]+)\S")
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Rewrite:
    """One file before and after. `file` is relative to the project folder."""

    path: Path
    file: str
    before: str
    after: str

    def diff(self) -> str:
        """Show it as git would; empty when nothing changes."""
        return unified_diff(self.before, self.after, self.file)

    def write(self) -> None:
        """Put the new text in place, whole or not at all.

        Raises:
            OSError: it could not be done, and nothing has changed.
        """
        if self.after != self.before:
            replace(self.path, self.after.encode())


def write_definition(root: Path, flow: DesiredFlow, data: JsonObject, *, replace_placeholders: bool = False) -> Path:
    """Replace a flow's definition in the file that holds it; give that file. See `rewritten`."""
    change = rewritten(root, flow, data, replace_placeholders=replace_placeholders)
    change.write()
    return change.path


def rewritten(root: Path, flow: DesiredFlow, data: JsonObject, *, replace_placeholders: bool = False) -> Rewrite:
    """Say how the file that holds a flow's definition changes when its body becomes `data`.

    Args:
        root: the project folder.
        flow: as loaded from that folder.
        data: the new body in portable form: what only looks like a reference of ours is escaped
            (`reconciler.definition.portable.escape`), SIDs of managed flows may be bound.
        replace_placeholders: whether placeholders that cannot be put back (`restoration`) may be lost.

    Raises:
        RefusedError: placeholders would be lost, or the YAML cannot be written with everything else kept.
        LoadError: the file cannot be read.
    """
    findings = Findings()
    raw = Folder(root, findings).read(flow.source, LARGEST_DEFINITION)
    if raw is None:
        raise LoadError(findings.sorted())
    path, before = root.resolve() / flow.source, raw.decode()
    if flow.source == flow.place.file:
        old, after, new = _inline(before, flow, data)
    else:
        new = with_placeholders(data, json.loads(before.removeprefix("\ufeff")), flow.definition.data())
        old, after = before, _like(before, new)
    if not replace_placeholders:
        _refuse_losses(flow, old, json.dumps(new, ensure_ascii=False))
    return Rewrite(path, flow.source, before, after)


def unified_diff(before: str, after: str, file: str) -> str:
    """Show the difference of two texts as git would; empty when there is none."""
    lines = difflib.unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True), f"a/{file}", f"b/{file}"
    )
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _like(before: str, data: JsonObject) -> str:
    """Write a definition in the manner of the text that it replaces: indentation, line ends, final newline."""
    stripped = before.strip()
    found = _INDENTED.search(stripped)
    if found is not None:
        text = json.dumps(data, indent=found.group(1), ensure_ascii=False)
    elif "\n" in stripped or not stripped:
        text = json.dumps(data, indent=0 if stripped else 2, ensure_ascii=False)
    else:
        text = json.dumps(data, ensure_ascii=False, separators=None if '": ' in stripped else (",", ":"))
    text += "\n" if before.endswith("\n") or not stripped else ""
    return text.replace("\n", "\r\n") if "\r\n" in before else text


def _inline(before: str, flow: DesiredFlow, data: JsonObject) -> tuple[str, str, JsonObject]:
    """Give the old inline body as text, the whole YAML with the new one, and that with its placeholders."""
    written = next(
        document.data["spec"]["definition"]  # type: ignore[index, call-overload]  # the flow was loaded from here
        for document in read(before.encode(), flow.source, Findings())
        if _is_of(document.data, flow)
    )
    new = with_placeholders(data, written, flow.definition.data())

    def change(documents: list[Any]) -> None:
        """Put the new body into the flow's document: ruamel's documents and ours look alike."""
        for document in documents:
            if _is_of(document, flow):
                document["spec"]["definition"] = new

    def expected(documents: list[Json]) -> list[Json]:
        change(documents)
        return documents

    try:
        after = rewrite(before, change, expected)
    except NotFaithfulError as error:
        message = f"{flow.source}: the definition of {flow.address} cannot be replaced in YAML: {error}"
        raise RefusedError(message, hint="Move the definition into a JSON file of its own.") from error
    return json.dumps(written, ensure_ascii=False), after, new


def _is_of(document: Any, flow: DesiredFlow) -> bool:  # noqa: ANN401 - ruamel.yaml's own types are untyped
    return bool(document["kind"] == "Flow" and document["metadata"]["name"] == flow.address.name)


def _refuse_losses(flow: DesiredFlow, old: str, new: str) -> None:
    lost = sorted((_placeholders(old) - _placeholders(new)).keys())
    if lost:
        more = f" and {len(lost) - _SHOWN} more" if len(lost) > _SHOWN else ""
        message = (
            f"{flow.source} holds {', '.join(lost[:_SHOWN])}{more}, which the new definition would replace by values"
        )
        raise RefusedError(message, hint="Say --replace-placeholders to let them go, or change the file yourself.")


def _placeholders(text: str) -> Counter[str]:
    return Counter(found.group() for found in PLACEHOLDER.finditer(text) if not found.group(1))
