"""Revisions that no longer fit into the snapshot: lines with a checksum, oldest first, a file for each flow."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from reconciler.model.record import RevisionEntry
from reconciler.state.document import revision_from_json
from reconciler.state.encoding import revision_json
from reconciler.state.files import AppendFile, read_file
from reconciler.state.lines import encode_line, read_lines
from reconciler.state.seal import Seal, seal_line


def read_history(path: Path, seal: Seal) -> Sequence[RevisionEntry]:
    """Give the revisions in a history, none when there is no such file.

    Raises:
        StateDamagedError: it cannot be trusted.
    """
    return _read(path, seal)[0]


def append_history(path: Path, entries: Sequence[RevisionEntry], seal: Seal) -> None:
    """Add the revisions that are not there yet. Safe to repeat, as after a crash between this and the fold.

    Raises:
        StateDamagedError: what is there cannot be trusted.
        StateWriteError: they could not be added.
    """
    present, length = _read(path, seal)
    known = {entry.revision for entry in present}
    news = b"".join(
        seal_line(seal, encode_line(revision_json(entry))) for entry in entries if entry.revision not in known
    )
    file = AppendFile(path, length)
    try:
        if news:
            file.append(news)
    finally:
        file.close()


def _read(path: Path, seal: Seal) -> tuple[Sequence[RevisionEntry], int]:
    content = read_file(path)
    entries: list[RevisionEntry] = []
    length = 0
    if content is not None:
        for line in read_lines(content.data, str(path), seal):
            entries.append(revision_from_json(line.entry, f"{path}:{line.number}"))
            length = line.end
    return entries, length
