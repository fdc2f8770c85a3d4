"""The journal: what was recorded since the snapshot, a line for each call, and how the two make one state. Pure.

A line names the lineage and serial of the snapshot it belongs on top of. After a fold the snapshot has a higher serial:
lines that a crash left behind are then old, and left out. A line's number is in it, so that none can get lost unseen.
Changes are kept in the words of the document, and merged as JSON before anything is checked or upgraded: an older
version's journal is upgraded with its document.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reconciler.errors import StateDamagedError
from reconciler.model.jsontypes import JsonObject
from reconciler.model.record import State, StateChange
from reconciler.state.document import REPAIR, from_document, parse
from reconciler.state.encoding import PLAIN_FORMAT, merge, patch
from reconciler.state.lines import encode_line, read_lines
from reconciler.state.seal import PLAIN, Seal
from reconciler.state.upgrade import UPGRADES, format_of, upgraded
from reconciler.state.wire import FORMAT


@dataclass(frozen=True, slots=True)
class Entry:
    """What one call recorded, and the snapshot it belongs on top of.

    `closes`: it is the last one of its journal; whoever finds it may only fold (remote stores alone write it).
    """

    format: int
    lineage: str
    serial: int
    number: int
    changes: JsonObject
    closes: bool = False


@dataclass(frozen=True, slots=True)
class Journal:
    """The whole lines of a journal, and how many bytes of the file they are."""

    entries: Sequence[Entry]
    length: int


def encode_entry(
    state: State, number: int, changes: Iterable[StateChange], *, session: str | None = None, closes: bool = False
) -> bytes:
    """Give the journal line of changes to `state`'s snapshot.

    Args:
        state: what the snapshot holds.
        number: counts from 1 in each journal.
        changes: what is recorded.
        session: whose entry it is, so that no two are the same bytes; None where one lock is all there is.
        closes: whether nothing may follow it but the fold. Default no.
    """
    patched = patch(changes)
    entry: JsonObject = {
        "changes": patched,
        "format": FORMAT if "release" in patched else PLAIN_FORMAT,
        "lineage": state.lineage,
        "number": number,
        "serial": state.serial,
    }
    if session is not None:
        entry |= {"closes": closes, "session": session}
    return encode_line(entry)


def read_journal(data: bytes, origin: str, seal: Seal = PLAIN) -> Journal:
    """Read a journal, with a seal for lines that are encrypted.

    Raises:
        StateDamagedError: a line is not what was written, or one is missing.
        StateKeyError: no key opens a line.
    """
    entries: list[Entry] = []
    length = 0
    for line in read_lines(data, origin, seal):
        entry = _entry(line.entry, f"{origin}:{line.number}")
        if entry.number != line.number:
            raise StateDamagedError(
                f"{origin}:{line.number}: entry {line.number} is missing, this is entry {entry.number}", hint=REPAIR
            )
        entries.append(entry)
        length = line.end
    return Journal(entries, length)


def _entry(data: JsonObject, origin: str) -> Entry:
    match data:
        case {"lineage": str(lineage), "serial": int(serial), "number": int(number), "changes": dict(changes)}:
            closes = data.get("closes") is True
            return Entry(format_of(data, origin, newest=FORMAT), lineage, serial, number, changes, closes)
        case _:
            raise StateDamagedError(f"{origin}: this is no journal entry", hint=REPAIR)


def recover(snapshot: bytes, journal: Journal, origin: str, journal_origin: str) -> tuple[State, int]:
    """Give the state that a snapshot and its journal make, and how many entries were on top of it.

    Raises:
        StateDamagedError: one of them cannot be trusted, or they do not belong together.
    """
    document = parse(snapshot, origin)
    count = 0
    for entry in journal.entries:
        if not _on_top(entry, document, journal_origin):
            continue
        # A version that took a crashed older one's journal over went on in it, in its own format.
        to = max(entry.format, format_of(document, origin, newest=FORMAT))
        document = upgraded(document, UPGRADES, to=to, origin=origin)
        merge(document, entry.changes)
        count += 1
    return from_document(document, origin), count


def _on_top(entry: Entry, document: JsonObject, origin: str) -> bool:
    lineage, serial = document.get("lineage"), document.get("serial")
    if not isinstance(serial, int):
        return False  # the document's own check says what is wrong with it
    if entry.lineage == lineage and entry.serial <= serial:
        return entry.serial == serial
    raise StateDamagedError(
        f"{origin}:{entry.number}: it belongs on top of serial {entry.serial} of lineage {entry.lineage}, "
        f"the snapshot is serial {serial} of lineage {lineage}",
        hint="If the snapshot was put back on purpose, move the journal away; otherwise put the right snapshot back "
        "from the backups.",
    )
