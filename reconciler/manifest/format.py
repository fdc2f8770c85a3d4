"""The project's format of YAML manifests and of JSON definitions: `fmt`.

YAML: two spaces, list items indented, keys of a document in the order apiVersion, kind, metadata, spec; comments and
quotes stay; definitions in blocks (`blocks`). JSON: as the Console shows it, keys in its order. Formatting never
changes what a file means: what cannot be formatted without that stays as it is, and a warning says so.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from reconciler.definition.arrangement import arranged
from reconciler.definition.document import parse, render
from reconciler.errors import LoadError, UsageError
from reconciler.manifest.blocks import style
from reconciler.manifest.findings import Findings
from reconciler.manifest.folder import LARGEST_DEFINITION, LARGEST_YAML, Folder
from reconciler.manifest.replacement import replace
from reconciler.manifest.roundtrip import NotFaithfulError, rewrite
from reconciler.manifest.source import is_part, is_yaml
from reconciler.manifest.yamltext import Document, read
from reconciler.model.finding import Finding, Place
from reconciler.model.jsontypes import Json

_ORDER: Final = ("apiVersion", "kind", "metadata", "spec", "status")


@dataclass(frozen=True, slots=True)
class Formatted:
    """What formatting did, or with `check` would do.

    Attributes:
        changed: files that were not in their format, relative to the project folder.
        findings: files that cannot be read (errors) or not be formatted (warnings).
    """

    changed: tuple[str, ...]
    findings: tuple[Finding, ...]


def fmt(root: Path, *, check: bool = False) -> Formatted:
    """Put every manifest, and every definition that a manifest names, into its format.

    Args:
        root: the project folder.
        check: only tell which files would change.

    Raises:
        UsageError: there is no such folder.
        OSError: a file cannot be written; those before it are.
    """
    if not root.is_dir():
        raise UsageError(f"there is no folder {str(root)!r}", hint="Make a project with: reconciler init")
    findings = Findings()
    folder = Folder(root, findings)
    changed = []
    for file, before, after in _all(folder, findings):
        if after != before:
            changed.append(file)
            if not check:
                replace(folder.root / file, after)
    return Formatted(tuple(sorted(changed)), findings.sorted())


def _all(folder: Folder, findings: Findings) -> Iterator[tuple[str, bytes, bytes]]:
    definitions: dict[str, Place] = {}
    for file in folder.yaml_files():
        raw = folder.read(file, LARGEST_YAML)
        if raw is None:
            continue
        before = Findings()
        documents = read(raw, file, before)
        findings.extend(before.sorted())
        for document in documents:
            definitions |= _named_files(document, folder)
        if not before.failed:
            yield file, raw, _yaml(raw, file, documents, findings)
    waiting = {file: place for file, place in definitions.items() if not is_yaml(file)}
    seen: set[str] = set()
    while waiting:
        file, place = waiting.popitem()
        seen.add(file)
        raw = folder.read(file, LARGEST_DEFINITION, place) if folder.exists(file) else None
        if raw is not None:
            yield file, raw, _json(raw, file, findings)
            waiting |= {name: Place(file) for name in _groups(raw, file, folder) if name not in seen}


def _groups(raw: bytes, file: str, folder: Folder) -> Iterator[str]:
    """Give the JSON files of the groups that a JSON file includes."""
    try:
        data = parse(raw, file).data() if b'"include"' in raw else {}
    except LoadError:
        return
    yield from _included(data, file, folder)


def _included(data: Json, file: str, folder: Folder) -> Iterator[str]:
    states = data.get("states") if isinstance(data, dict) else None
    for state in states if isinstance(states, list) else []:
        match state:
            case {"include": {"file": str() as named}} if named:
                found = folder.locate(named, file)
                if found is not None and not is_yaml(found):
                    yield found
            case _:
                pass


def _named_files(document: Document, folder: Folder) -> dict[str, Place]:
    """Give the files of definitions and groups that a document names."""
    inside = document.data if is_part(document.data) else _inline(document.data)
    found = {name: document.place() for name in _included(inside, document.file, folder)}
    return found | _named_definition(document, folder)


def _inline(data: Json) -> Json:
    match data:
        case {"kind": "Flow", "spec": {"definition": definition}}:
            return definition
        case _:
            return None


def _named_definition(document: Document, folder: Folder) -> dict[str, Place]:
    match document.data:
        case {"kind": "Flow", "spec": {"definition": {"file": str() as named, **rest}}} if named and not rest:
            file = folder.locate(named, document.file)
            return {} if file is None else {file: document.place(("spec", "definition", "file"))}
        case _:
            return {}


def _yaml(raw: bytes, file: str, documents: list[Document], findings: Findings) -> bytes:
    if not documents:
        return raw
    try:
        return format_yaml(raw.decode("utf-8-sig"), file).encode()
    except NotFaithfulError as error:
        findings.warning("not-formatted", f"left as it is: {error}", Place(file))
        return raw


def format_yaml(text: str, file: str = "") -> str:
    """Give YAML that our reader takes in the project's format.

    Raises:
        NotFaithfulError: it cannot be formatted without a change of meaning or the loss of a comment.
    """
    ordered = _in_order(text, read(text.encode(), file, Findings()))
    documents = read(ordered.encode(), file, Findings())
    try:
        return _rewritten(ordered, lambda written: style(written, documents))
    except NotFaithfulError:
        # Some comment or text has no place in blocks; the rest of the format can be had all the same.
        return _rewritten(ordered, lambda _: None)


def _rewritten(text: str, change: Callable[[list[Any]], None]) -> str:
    after = rewrite(text, change, lambda documents: documents)
    if after.count("#") != text.count("#"):
        raise NotFaithfulError("a comment would be lost")
    return after


def _in_order(text: str, documents: list[Document]) -> str:
    """Move the top-level keys of each document, with the comment lines right above them."""
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    for document in reversed(documents):
        starts = _starts(document, lines)
        if starts is None:
            continue
        end = _end(starts[-1][1], lines)
        bounds = [line for _, line in starts] + [end]
        blocks = [(key, lines[a:b]) for (key, _), a, b in zip(starts, bounds, bounds[1:], strict=False)]
        blocks.sort(key=lambda block: _ORDER.index(block[0]) if block[0] in _ORDER else len(_ORDER))
        lines[bounds[0] : end] = [line for _, block in blocks for line in block]
    return "".join(lines)


def _starts(document: Document, lines: list[str]) -> list[tuple[str, int]] | None:
    """Give key and first line of each top-level block; None when the mapping is not written in blocks."""
    data = document.data
    if not isinstance(data, dict):
        return None
    starts: list[tuple[str, int]] = []
    for key in data:
        place = document.place((key,), key=True)
        line = place.line - 1
        if place.column != 1 or not lines[line].startswith(key):
            return None
        while starts and lines[line - 1].startswith("#") and line - 1 > starts[-1][1]:
            line -= 1
        starts.append((key, line))
    keys = [key for key, _ in starts]
    in_order = sorted(keys, key=lambda key: _ORDER.index(key) if key in _ORDER else len(_ORDER))
    return None if keys == in_order else starts


def _end(start: int, lines: list[str]) -> int:
    """Give the line after the last block: the next document marker, or the end. Comments before it stay there."""
    end = next((i for i in range(start + 1, len(lines)) if lines[i].startswith(("---", "..."))), len(lines))
    while end > start + 1 and (lines[end - 1].startswith("#") or not lines[end - 1].strip()):
        end -= 1
    return end


def _json(raw: bytes, file: str, findings: Findings) -> bytes:
    try:
        definition = parse(raw, file)
    except LoadError as error:
        findings.extend(error.findings)
        return raw
    after = render(arranged(json.loads(raw.decode("utf-8-sig")))).encode()
    return after if parse(after, file).digests == definition.digests else raw
