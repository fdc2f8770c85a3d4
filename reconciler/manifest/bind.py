"""Add bindings to the Project document: as a value first, so that it can be shown. Comments and manner stay."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from reconciler.errors import RefusedError
from reconciler.manifest import yamlpatch
from reconciler.manifest.findings import Findings
from reconciler.manifest.folder import LARGEST_YAML, Folder
from reconciler.manifest.placeholder import Binding
from reconciler.manifest.roundtrip import NotFaithfulError, exact, rewrite
from reconciler.manifest.write import Rewrite
from reconciler.manifest.yamltext import Document, read
from reconciler.model.jsontypes import Json, JsonObject

Additions = Mapping[str, Mapping[str, Binding]]
"""By environment, bindings by name."""


def with_bindings(root: Path, additions: Additions) -> Rewrite:
    """Say how the file of the Project document changes when bindings are added. Those that are there stay.

    Raises:
        RefusedError: there is no Project document, or its YAML cannot be written with everything else kept.
    """
    folder = Folder(root, Findings())
    for file in folder.yaml_files():
        raw = folder.read(file, LARGEST_YAML)
        for document in read(raw or b"", file, Findings()):
            if _is_project(document.data):
                before = cast("bytes", raw).decode()
                return Rewrite(root.resolve() / file, file, before, _changed(before, document, additions))
    raise RefusedError(f"there is no Project document in {root}", hint="Make a project with: reconciler init")


def _changed(before: str, document: Document, additions: Additions) -> str:
    if not any(additions.values()):
        return before

    def change(documents: list[Any]) -> None:
        for one in documents:
            if _is_project(one):
                _add(one["spec"]["environments"], additions)

    def expected(documents: list[Json]) -> list[Json]:
        change(documents)
        return documents

    try:
        return _in_place(before, document, additions, expected(_meaning(before))) or rewrite(before, change, expected)
    except NotFaithfulError as error:
        message = f"{document.file}: bindings cannot be added: {error}"
        raise RefusedError(message, hint="Add them by hand, as they are shown with --json.") from error


def _in_place(before: str, document: Document, additions: Additions, wanted: list[Json]) -> str | None:
    """Change the text itself; None when that cannot be done faithfully."""
    old = cast("JsonObject", document.data)
    new = copy.deepcopy(old)
    _add(cast("Any", new)["spec"]["environments"], additions)
    bare = before.removeprefix("\ufeff")
    try:
        after = yamlpatch.patched(bare, document.node, old, new, spread={"bindings"})
    except yamlpatch.NotPatchedError:
        return None
    return before[: len(before) - len(bare)] + after if exact(_meaning(after)) == exact(wanted) else None


def _add(environments: Any, additions: Additions) -> None:  # noqa: ANN401 - ruamel.yaml's own types are untyped
    for name, bindings in additions.items():
        if not bindings:
            continue
        environment = environments[name]
        if not environment.get("bindings"):
            environment["bindings"] = {}
        for key, value in bindings.items():
            environment["bindings"].setdefault(key, value if isinstance(value, str) else dict(value))


def _is_project(data: Any) -> bool:  # noqa: ANN401 - as above
    return isinstance(data, dict) and data.get("kind") == "Project"


def _meaning(text: str) -> list[Json]:
    return [document.data for document in read(text.removeprefix("\ufeff").encode(), "", Findings())]
