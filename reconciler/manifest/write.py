"""Replace a flow's definition where the manifests keep it: in its JSON file, or inline in YAML with comments kept.

A rewrite is first made as a value, so that it can be shown; only `write_definition` and `Rewrite.write` touch a file.
How a file changes is said in `rewriting`.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.errors import StaleError
from reconciler.manifest.replacement import replace
from reconciler.manifest.rewriting import Content, Rewriting
from reconciler.model.desired import DesiredFlow
from reconciler.model.jsontypes import JsonObject

if TYPE_CHECKING:
    from reconciler.definition.promotion.table import Table


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

    def must_hold(self) -> None:
        """Make sure that the file is what it was when this was made.

        Raises:
            StaleError: it is not.
        """
        if self.path.read_bytes() != self.before.encode():
            raise StaleError(f"{self.file} was changed meanwhile; it stays as it is", hint="Try again.")

    def write(self) -> None:
        """Put the new text in place, whole or not at all.

        Raises:
            OSError: it could not be done, and nothing has changed.
            StaleError: the file is no longer what it was when this was made.
        """
        if self.after == self.before:
            return
        self.must_hold()
        replace(self.path, self.after.encode())


def write_definition(root: Path, flow: DesiredFlow, data: JsonObject, *, replace_placeholders: bool = False) -> Path:
    """Replace a flow's definition in the file that holds it; give that file. See `rewritten`."""
    change = rewritten(root, flow, data, replace_placeholders=replace_placeholders)
    change.write()
    return change.path


def rewritten(
    root: Path,
    flow: DesiredFlow,
    data: JsonObject,
    *,
    replace_placeholders: bool = False,
    table: Table | None = None,
) -> Rewrite:
    """Say how the file that holds a flow's definition changes when its body becomes `data`.

    Args:
        root: the project folder.
        flow: as loaded from that folder.
        data: the new body in portable form: what only looks like a reference of ours is escaped
            (`reconciler.definition.portable.escape`), SIDs of managed flows may be bound.
        replace_placeholders: whether placeholders that cannot be put back (`restoration`) may be lost.
        table: the project's bindings, so that identifiers of the account are written as the file does.

    Raises:
        RefusedError: placeholders would be lost, or the YAML cannot be written with everything else kept.
        LoadError: the file cannot be read.
    """
    rewriting = Rewriting(root, replace_placeholders=replace_placeholders, table=table)
    rewriting.put(flow, Content(data))
    return next(change for change in rewrites(root, rewriting) if change.file == flow.source)


def rewrites(root: Path, rewriting: Rewriting) -> tuple[Rewrite, ...]:
    """Give the files that were looked at, by name, each before and after; some may stay as they are."""
    folder = root.resolve()
    return tuple(Rewrite(folder / file, file, *both) for file, both in rewriting.texts().items())


def unified_diff(before: str, after: str, file: str) -> str:
    """Show the difference of two texts as git would; empty when there is none."""
    lines = difflib.unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True), f"a/{file}", f"b/{file}"
    )
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
