"""An export of six rows in two commits, which goes on where one that was killed stopped."""

from __future__ import annotations

from pathlib import Path

from reconciler.exports.folder import opened
from reconciler.model.export import EXECUTIONS, ExportCursor, ExportSettings, FlowCursor

SIDS = [f"FN{number}" for number in range(1, 7)]


def export(place: Path) -> None:
    """Write the rows that are not there yet."""
    with opened(place, "jsonl", "") as folder:
        done = set() if folder.cursor is None else set(folder.cursor.flows["FW1"].recent)
        for some in (SIDS[:3], SIDS[3:]):
            for sid in some:
                if sid not in done:
                    folder.write(EXECUTIONS, [(sid, *["x"] * 4, 1, "x", None, None)])
                    done.add(sid)
            folder.commit(ExportCursor(ExportSettings(), {"FW1": FlowCursor(None, frozenset(), frozenset(done))}))
