"""What the remote stores need of a place: named contents with conditional writes. One engine (`remote`) does the rest.

Names are what follows the location of the state:

    (nothing)                             the snapshot
    .journal/SERIAL/NUMBER.json           what was recorded since; the last one of a serial closes it
    .lock                                 the lease (object stores alone)
    .history/SID/FIRST-LAST.jsonl         revisions of one flow beyond the snapshot's 200
    .backups/SERIAL.json                  the last ten snapshots
    .deleted/NAME.REVISION.json           definitions of flows that were deleted

Numbers have leading zeros, so that the order of names is theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from reconciler.model.address import Address
from reconciler.state.layout import safe

SNAPSHOT: Final = ""
LOCK: Final = ".lock"
BACKUPS: Final = ".backups/"
JOURNALS: Final = ".journal/"
DELETED: Final = ".deleted/"

Version = str
"""Tells one content of a name from every other. Opaque: only its place knows what it means."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A content, and which version of its name that is."""

    data: bytes
    version: Version


class Objects(Protocol):
    """Named contents in one place. All methods may be called from any thread.

    A reading method raises StateUnreachableError when there is no answer, a writing one StateWriteError; then the write
    may or may not have happened, unless it says LeaseLostError: then it did not.
    """

    def get(self, name: str) -> Stored | None:
        """Give a content; None when there is none."""

    def create(self, name: str, data: bytes) -> Version | None:
        """Write a new name; None when it is taken by other content. Safe to repeat with the same data."""

    def replace(self, name: str, data: bytes, version: Version) -> Version | None:
        """Write over exactly this version; None when it is gone or another one. Safe to repeat with the same data."""

    def delete(self, names: Sequence[str]) -> None:
        """Remove those of these names that are there."""

    def names(self, folder: str) -> Sequence[str]:
        """Give all names below a folder (which ends with a slash), sorted."""


def journal(serial: int) -> str:
    """Give the folder of the journal on top of a serial."""
    return f"{JOURNALS}{serial:010}/"


def entry(serial: int, number: int) -> str:
    """Give the name of one journal entry."""
    return f"{journal(serial)}{number:06}.json"


def backup(serial: int) -> str:
    """Give the name of the backup of one serial."""
    return f"{BACKUPS}{serial:010}.json"


def history(sid: str) -> str:
    """Give the folder of a flow's history."""
    return f".history/{safe(sid)}/"


def chapter(sid: str, first: int, last: int) -> str:
    """Give the name of some consecutive revisions of a flow's history."""
    return f"{history(sid)}{first:010}-{last:010}.jsonl"


def bodies(address: Address, revision: int, sid: str) -> Sequence[str]:
    """Give where a deleted flow's body goes; the second when an earlier flow of that name took the first."""
    name = f"{DELETED}{address.name}.{revision}"
    return (f"{name}.json", f"{name}.{safe(sid)}.json")


def number_of(name: str) -> int | None:
    """Give the serial in the name of a backup or of a journal entry; None for what somebody else put there."""
    part = name.removeprefix(BACKUPS).removeprefix(JOURNALS).split("/", maxsplit=1)[0].removesuffix(".json")
    return int(part) if part.isascii() and part.isdigit() else None
