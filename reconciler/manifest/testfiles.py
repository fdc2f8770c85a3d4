"""Which files hold FlowTest documents: told without parsing them, so that tests cost a plan nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from reconciler.manifest.placeholder import Values

KIND: Final = "FlowTest"
"""The kind of a scenario test. It is no resource: nothing of it is planned, applied or recorded."""

_BETWEEN_DOCUMENTS: Final = re.compile(rb"^---(?:[ \t].*)?$", re.MULTILINE)
_PLAIN_KIND: Final = re.compile(rb"^kind:[ \t]*(\S*)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class TestFiles:
    """Where FlowTest documents are, and what their placeholders stand for.

    Attributes:
        root: the project folder.
        files: that hold some, relative to it.
        values: of the environment.
    """

    __test__ = False  # pytest takes every class called Test… for a test otherwise

    root: Path
    files: tuple[str, ...]
    values: Values


def holds_only_tests(raw: bytes) -> bool:
    """Tell that a file holds nothing but FlowTest documents, each with `kind: FlowTest` on a line of its own."""
    if KIND.encode() not in raw:
        return False
    kinds = _PLAIN_KIND.findall(raw)
    parts = [part for part in _BETWEEN_DOCUMENTS.split(raw) if _is_content(part)]
    return len(parts) == len(kinds) and set(kinds) == {KIND.encode()}


def _is_content(part: bytes) -> bool:
    return any(line.strip() and not line.lstrip().startswith(b"#") for line in part.splitlines())
