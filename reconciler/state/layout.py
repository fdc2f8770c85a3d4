"""Where the files of one state are, by the path of its snapshot. Names only; nothing is read or written.

    ENV.json                              the snapshot
    ENV.journal                           what was recorded since
    ENV.lock                              see `lock`
    ENV.NAME.SID.history.jsonl            revisions of one flow beyond the snapshot's 200
    backups/ENV.SERIAL.json               the last ten snapshots
    deleted/ENV.NAME.REVISION.json        definitions of flows that were deleted

ENV stands before every name, because environments share a folder. A history bears the SID, because that is what a flow
keeps when it is renamed, and what its successor of the same name does not have. Names of flows hold no dot, so that
`prod` and `prod.eu` never take each other's files.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from reconciler.model.address import Address


@dataclass(frozen=True, slots=True)
class Layout:
    """The files of one state."""

    snapshot: Path

    @property
    def stem(self) -> str:
        """Give what the names of all files begin with."""
        return self.snapshot.name.removesuffix(".json")

    @property
    def folder(self) -> Path:
        """Give the folder of the snapshot."""
        return self.snapshot.parent

    @property
    def journal(self) -> Path:
        """Give the journal's path."""
        return self.folder / f"{self.stem}.journal"

    @property
    def lock(self) -> Path:
        """Give the lock's path."""
        return self.folder / f"{self.stem}.lock"

    @property
    def deleted(self) -> Path:
        """Give the folder of definitions of deleted flows."""
        return self.folder / "deleted"

    @property
    def backups(self) -> Path:
        """Give the folder of earlier snapshots."""
        return self.folder / "backups"

    def backup(self, serial: int) -> Path:
        """Give the path of the backup of one serial."""
        return self.backups / f"{self.stem}.{serial}.json"

    def serials(self) -> Sequence[int]:
        """List the serials that have a backup, oldest first."""
        pattern = re.compile(re.escape(self.stem) + r"\.([0-9]+)\.json")
        found = (pattern.fullmatch(path.name) for path in _files(self.backups))
        return sorted(int(match[1]) for match in found if match)

    def history(self, address: Address, sid: str) -> Path:
        """Give the path of a flow's history: the one there is, under whatever name the flow had, else a new one."""
        pattern = re.compile(rf"{re.escape(self.stem)}\.[^.]+\.{safe(sid)}\.history\.jsonl")
        for path in _files(self.folder):
            if pattern.fullmatch(path.name):
                return path
        return self.folder / f"{self.stem}.{address.name}.{safe(sid)}.history.jsonl"

    def bodies(self, address: Address, revision: int, sid: str) -> Sequence[Path]:
        """Give where a deleted flow's body goes; the second when an earlier flow of that name took the first."""
        name = f"{self.stem}.{address.name}.{revision}"
        return (self.deleted / f"{name}.json", self.deleted / f"{name}.{safe(sid)}.json")


def _files(folder: Path) -> Sequence[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else ()


def safe(sid: str) -> str:
    """Give what may stand in a file's name. SIDs are letters and digits; what is not is named by its digest."""
    if re.fullmatch(r"[A-Za-z0-9]{1,64}", sid):
        return sid
    return hashlib.sha256(sid.encode("utf-8", "surrogatepass")).hexdigest()[:34]
