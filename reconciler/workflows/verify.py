"""Prove that what the state recorded still holds: revisions are immutable, so every digest must come out again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from reconciler.errors import NotFoundError, UsageError
from reconciler.model.address import Address
from reconciler.model.record import FlowRecord, RevisionEntry
from reconciler.workflows.world import ReadingWorld

VERIFYING = "Verifying revisions"
Verdict = Literal["holds", "differs", "missing", "unread"]


@dataclass(frozen=True, slots=True)
class Verified:
    """One recorded revision held against Studio.

    Attributes:
        verdict: `holds`; `differs`: Studio has other content under this number; `missing`: Studio has no such revision;
            `unread`: no digest was recorded, because nobody read the body.
    """

    address: Address
    sid: str
    revision: int
    verdict: Verdict


def verify(world: ReadingWorld, address: Address | None = None) -> tuple[Verified, ...]:
    """Fetch every recorded revision again and compare digests; of one flow, or of all. Reads only.

    Raises:
        UsageError: there is no state, or the address is not recorded.
    """
    state = world.state.read()
    flows = state.flows() if state is not None else {}
    if state is None or (address is not None and address not in flows):
        what = "there is no state" if state is None else f"{address} is not recorded"
        raise UsageError(what, hint="`reconciler state list` shows what is recorded.")
    chosen = sorted((a, r) for a, r in flows.items() if address in {None, a})
    checks = [check for a, record in chosen for check in _checks(world, a, record)]
    world.progress.begin(VERIFYING, len(checks))

    def one(check: tuple[Address, str, RevisionEntry]) -> Verified:
        verified = _verify(world, check)
        world.progress.advance(VERIFYING)
        return verified

    return tuple(world.pool.map(one, checks))


def _checks(world: ReadingWorld, address: Address, record: FlowRecord) -> Iterator[tuple[Address, str, RevisionEntry]]:
    entries = {e.revision: e for e in (*world.state.history(address), *record.revisions)}
    return ((address, record.sid, entries[number]) for number in sorted(entries))


def _verify(world: ReadingWorld, check: tuple[Address, str, RevisionEntry]) -> Verified:
    address, sid, entry = check
    if entry.digest is None:
        return Verified(address, sid, entry.revision, "unread")
    try:
        revision = world.reader.fetch_revision(sid, entry.revision)
    except NotFoundError:
        return Verified(address, sid, entry.revision, "missing")
    digest = revision.definition.digests.full if revision.definition else None
    return Verified(address, sid, entry.revision, "holds" if digest == entry.digest else "differs")
