"""The project folder: which files are in it, and reading them without ever leaving it.

Hidden files and folders are skipped. A symbolic link to a file is followed only to a target inside the folder (a
Kubernetes ConfigMap is mounted like that), one to a folder never: what is silently left out would look like something
to delete, so it is an error. Sizes are asked before anything is read.
"""

# ruff: noqa: PTH112, PTH114, PTH116, PTH117, PTH118, PTH120, PTH123 - with os.path on text ten thousand files take a second less

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Final

from reconciler.manifest.findings import Findings, did_you_mean
from reconciler.model.finding import Place

YAML_SUFFIXES: Final = (".yaml", ".yml")
LARGEST_YAML: Final = 4 * 1024 * 1024
LARGEST_DEFINITION: Final = 16 * 1024 * 1024
"""As a file, white space included. What Studio takes is far less."""


class Folder:
    """One project folder."""

    def __init__(self, root: Path, findings: Findings) -> None:
        self.root = Path(os.path.realpath(root))
        self._prefix = os.path.join(str(self.root), "")
        self._findings = findings
        self._real_folders: dict[str, str] = {}

    def yaml_files(self) -> list[str]:
        """Give the YAML files, relative to the folder with `/`, sorted."""
        real: dict[str, str] = {}
        links: list[str] = []
        for folder, entry in self._entries():
            if entry.name.endswith(YAML_SUFFIXES):
                name = f"{folder}{entry.name}"
                if entry.is_symlink():
                    links.append(name)
                else:
                    real[str(self.root / name)] = name
        for name in links:
            target = os.path.realpath(self.root / name)
            if target not in real:
                real[target] = name
        return sorted(real.values())

    def _entries(self) -> Iterator[tuple[str, os.DirEntry[str]]]:
        waiting = [""]
        while waiting:
            folder = waiting.pop()
            try:
                entries = list(os.scandir(self.root / folder))
            except OSError as error:
                self._refuse("unreadable", f"cannot be read: {error.strerror}", folder.rstrip("/"))
                continue
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(f"{folder}{entry.name}/")
                elif entry.is_symlink() and os.path.isdir(
                    entry.path
                ):  # which, unlike the entry, takes a link to itself
                    self._refuse("linked-folder", "is a symbolic link to a folder: move it here", folder + entry.name)
                else:
                    yield folder, entry

    def read(self, file: str, largest: int, blamed: Place | None = None) -> bytes | None:
        """Read a file inside the folder; None when it cannot be, which is then a finding.

        Args:
            file: relative to the folder, with `/`.
            largest: bytes beyond which it is not read.
            blamed: where the file is named; the file itself when nothing names it.
        """
        real = self._real(self._prefix + file)
        if not self._is_inside(real):
            self._refuse("outside", f"{file} leads out of the project folder: nothing there is read", file, blamed)
            return None
        try:
            return self._read(real, file, largest, blamed)
        except OSError as error:
            self._refuse("unreadable", f"{file} cannot be read: {error.strerror}", file, blamed)
            return None

    def _read(self, real: str, file: str, largest: int, blamed: Place | None) -> bytes | None:
        found = os.stat(real)
        if not stat.S_ISREG(found.st_mode):
            self._refuse("not-a-file", f"{file} is no file", file, blamed)
            return None
        if found.st_size > largest:
            what = f"{file} is larger than {largest:,} bytes and was not read"
            self._refuse("too-large", what, file, blamed)
            return None
        with open(real, "rb", buffering=0) as stream:
            return stream.readall()

    def locate(self, named: str, beside: str) -> str | None:
        """Turn a path that a YAML file names into one relative to the folder; None when it leads out of it."""
        joined = os.path.normpath(os.path.join(os.path.dirname(beside), named))
        if os.path.isabs(joined) or joined.split(os.sep, 1)[0] == os.pardir or "\0" in joined:
            return None
        return joined.replace(os.sep, "/")

    def exists(self, file: str) -> bool:
        """Tell whether there is such a file (or link, or folder)."""
        return os.path.lexists(self._prefix + file)

    def nearest(self, file: str, beside: str) -> str | None:
        """Say `Did you mean …?` for a file that is not there, as the YAML file beside it would write the name."""
        return did_you_mean(os.path.relpath(file, os.path.dirname(beside) or "."), self._definition_files(beside))

    def _definition_files(self, beside: str) -> Sequence[str]:
        start = os.path.dirname(beside) or "."
        return [os.path.relpath(name, start).replace(os.sep, "/") for name in self._all_definitions]

    @cached_property
    def _all_definitions(self) -> list[str]:
        suffixes = (".json", *YAML_SUFFIXES)
        return [f"{folder}{entry.name}" for folder, entry in self._entries() if entry.name.endswith(suffixes)]

    def _real(self, path: str) -> str:
        folder, name = os.path.split(path)
        if folder not in self._real_folders:
            self._real_folders[folder] = os.path.realpath(folder)
        joined = os.path.join(self._real_folders[folder], name)
        return os.path.realpath(joined) if os.path.islink(joined) else joined

    def _is_inside(self, real: str) -> bool:
        return real.startswith(self._prefix)

    def _refuse(self, rule: str, message: str, file: str, blamed: Place | None = None) -> None:
        self._findings.error(rule, message, blamed or Place(file))
