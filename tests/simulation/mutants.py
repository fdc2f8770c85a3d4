"""The product, broken on purpose: each mutant drops one promise, and the simulation has to notice.

This is the one place where our own code is patched: that is what it is for. Each mutant names seeds that caught it;
when the product or the simulation moved on and they do so no more, a few hundred others are tried.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from reconciler.apply import attempt, look, other_steps, recover, settle, write_flow
from reconciler.apply.ledger import Ledger
from reconciler.errors import AmbiguousError
from reconciler.model.live import FlowRow
from reconciler.model.record import DropIntent, PutIntent
from reconciler.plan import decide_rest, inputs, needs
from reconciler.plan.inputs import recorded_as
from reconciler.state import file, lease, lock, remote_session, session
from reconciler.studio import client, paging
from reconciler.workflows import apply as apply_workflow
from reconciler.workflows import refresh

Patch = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True)
class Mutant:
    """One way to break the product."""

    name: str
    patch: Patch
    seeds: tuple[int, ...] = ()

    @contextmanager
    def loose(self) -> Iterator[None]:
        """Break the product until the context ends."""
        with pytest.MonkeyPatch.context() as patch:
            self.patch(patch)
            yield


def everywhere(patch: pytest.MonkeyPatch, name: str, new: object, *modules: Any) -> None:
    """Replace a function in every module that imported it."""
    for module in modules:
        patch.setattr(module, name, new)


def blind_create(patch: pytest.MonkeyPatch) -> None:
    """A create whose answer got lost is sent again without a look."""
    patch.setattr(write_flow, "find_created", lambda *_: None)


def blind_update(patch: pytest.MonkeyPatch) -> None:
    """An update whose answer got lost is sent again without a look."""
    patch.setattr(write_flow, "_settle", lambda *_: None)


def no_reread(patch: pytest.MonkeyPatch) -> None:
    """What the plan saw is taken for what is there."""

    def reread(run, step, record):
        expected = max(step.basis.revision, record.revision)
        revision = run.look.reader.fetch_revision(record.sid, expected)
        row = FlowRow(record.sid, None, revision.friendly_name, revision.status, expected)
        return settle.as_body(row, revision)

    patch.setattr(write_flow, "_reread", reread)


def in_place(patch: pytest.MonkeyPatch) -> None:
    """The state is written over itself."""

    def write(path: Path, data: bytes) -> None:
        path.write_bytes(data)

    everywhere(patch, "replace_file", write, session, file)


def short_list(patch: pytest.MonkeyPatch) -> None:
    """A page without `meta` is taken for the last one."""
    following = paging._following

    def tolerant(call, page, *rest):
        return following(call, page, *rest) if "meta" in page else None

    patch.setattr(paging, "_following", tolerant)


def one_404(patch: pytest.MonkeyPatch) -> None:
    """What is not found once is gone."""

    def impatient(look_, sid, revision):
        look_.reader.fetch_flow(sid)
        return fetch(look_, sid, revision)

    fetch = look.fetch_at_least
    everywhere(patch, "fetch_at_least", impatient, look, write_flow, other_steps, refresh)


def stale_is_news(patch: pytest.MonkeyPatch) -> None:
    """An answer that is older than the record is believed."""
    fetch = look.fetch_at_least
    gullible = lambda look_, sid, _: fetch(look_, sid, 0)  # noqa: E731 - one expression
    everywhere(patch, "fetch_at_least", gullible, look, write_flow, other_steps, refresh)


def no_intent(patch: pytest.MonkeyPatch) -> None:
    """Nothing is written down before a write."""
    record = Ledger.record
    patch.setattr(Ledger, "record", lambda self, changes: record(self, _without_intents(changes)))


def _without_intents(changes):
    return [change for change in changes if not isinstance(change, PutIntent)]


def no_create_intent(patch: pytest.MonkeyPatch) -> None:
    """Nothing is written down before a create; all other writes are."""
    record = Ledger.record
    patch.setattr(Ledger, "record", lambda self, changes: record(self, [c for c in changes if not _creating(c)]))


def _creating(change) -> bool:
    return isinstance(change, PutIntent) and change.intent.kind == "create"


def outcome_first(patch: pytest.MonkeyPatch) -> None:
    """The intent is struck out before the write is sent."""

    def early(run, address, intent, send, settle_):
        def sent():
            run.ledger.record([DropIntent(address)])
            return send()

        return inner(run, address, intent, sent, settle_)

    inner = attempt.attempt
    everywhere(patch, "attempt", early, write_flow, other_steps)


def lock_for_all(patch: pytest.MonkeyPatch) -> None:
    """Everybody gets the lock."""
    patch.setattr(lock, "_locked", lambda _: True)


def fold_over_anything(patch: pytest.MonkeyPatch) -> None:
    """The state is put together without a look at what is there."""
    patch.setattr(session.FileStateSession, "_unmoved_snapshot", lambda self: self._layout.snapshot.read_bytes())


def lease_for_all(patch: pytest.MonkeyPatch) -> None:
    """Every lease is taken for one that has ended. No mutant: a lease is advice, and nothing may depend on it."""
    patch.setattr(lease.LeaseLock, "_ended", lambda *_: True)


def no_condition(patch: pytest.MonkeyPatch) -> None:
    """A shared state is written over whatever is there, as through a lock without compare-and-swap."""
    begin = remote_session.RemoteStateSession.__init__

    def careless(self, place, found, hold):
        begin(self, place, found, hold)
        self._objects = _Careless(place.objects)

    patch.setattr(remote_session.RemoteStateSession, "__init__", careless)
    lease_for_all(patch)


class _Careless:
    def __init__(self, objects: Any) -> None:
        self._objects = objects

    def __getattr__(self, name: str) -> Any:
        return getattr(self._objects, name)

    def create(self, name: str, data: bytes) -> str | None:
        present = self._objects.get(name)
        return self._objects.create(name, data) if present is None else self.replace(name, data, present.version)

    def replace(self, name: str, data: bytes, _: str) -> str | None:
        present = self._objects.get(name)
        return None if present is None else self._objects.replace(name, data, present.version)


def pending_forgotten(patch: pytest.MonkeyPatch) -> None:
    """What an interrupted run left open is not looked at."""
    everywhere(patch, "recover", lambda *_: (), apply_workflow, recover)


def adopt_by_name(patch: pytest.MonkeyPatch) -> None:
    """A flow of the same friendly name is taken for ours."""
    marked = inputs._own

    def named(asked):
        recorded = {record.sid for record in asked.state.flows().values()}
        wanted = {f.friendly_name: a for a, f in asked.desired.flows.items() if recorded_as(asked.state, f) is None}
        free = [(live.row.friendly_name, sid) for sid, live in asked.live.flows.items() if sid not in recorded]
        return {wanted[name]: sid for name, sid in free if name in wanted} | marked(asked)

    patch.setattr(inputs, "_own", named)
    patch.setattr(refresh, "_is_ours", lambda *_: True)


def partial_write(patch: pytest.MonkeyPatch) -> None:
    """An update leaves the definition out and lets Studio keep what it has."""
    inner = client.StudioClient._flow

    def without(self, call):
        if call.operation == "UpdateFlow":
            call = replace(call, form=tuple(pair for pair in call.form if pair[0] != "Definition"))
        return inner(self, call)

    patch.setattr(client.StudioClient, "_flow", without)


def between_skipped(patch: pytest.MonkeyPatch) -> None:
    """Revisions between two that we know are not read."""
    everywhere(patch, "between", lambda *_: (), look, write_flow, recover)


def any_is_ours(patch: pytest.MonkeyPatch) -> None:
    """Whatever stands above the base is taken for our lost write."""
    patch.setattr(settle, "is_ours", lambda *_: True)


def one_look(patch: pytest.MonkeyPatch) -> None:
    """What is not visible at once did not happen."""
    patch.setattr(look.Look, "polls", lambda _: iter([None]))


def rename_is_removal(patch: pytest.MonkeyPatch) -> None:
    """A renamed manifest is a flow that is no longer wanted."""
    everywhere(patch, "renamed_from", lambda *_: {}, decide_rest, needs)


def own_clock(patch: pytest.MonkeyPatch) -> None:
    """Our own clock tells how old an intent is."""
    patch.setattr(look.Look, "server_now", lambda self: self.clock.now())


def early_last_look(patch: pytest.MonkeyPatch) -> None:
    """The last look begins long before the window has passed."""

    def polls(self):
        yield
        self.clock.sleep(self.window / 8)
        yield

    patch.setattr(look.Look, "polls", polls)


def never_ambiguous(patch: pytest.MonkeyPatch) -> None:
    """A write whose answer got lost is reported as failed, and its intent struck out."""
    patch.setattr(attempt, "NOTHING_DONE", (*attempt.NOTHING_DONE, AmbiguousError))


def namesake_unasked(patch: pytest.MonkeyPatch) -> None:
    """A create beside a namesake is not objected to."""
    from reconciler.plan import guard  # noqa: PLC0415 - only here

    patch.setattr(guard, "GUARDS", tuple(each for each in guard.GUARDS if each is not guard._namesake))


MUTANTS = (
    Mutant("blind-create", blind_create, (4, 5, 16, 23)),
    Mutant("blind-update", blind_update, (41, 76, 77, 131)),
    Mutant("no-reread", no_reread, (5, 94, 128, 154)),
    Mutant("in-place", in_place, (21, 62, 371, 508)),
    Mutant("short-list", short_list, (53, 101, 141, 167)),
    Mutant("one-404", one_404, (52, 319, 397, 578)),
    Mutant("stale-is-news", stale_is_news, (270, 319, 332)),
    Mutant("no-intent", no_intent, (0, 1, 2)),
    Mutant("no-create-intent", no_create_intent, (0, 1, 2)),
    Mutant("outcome-first", outcome_first, (0, 1, 2)),
    Mutant("lock-for-all", lock_for_all, (4, 41, 43, 67)),
    Mutant("no-condition", no_condition, (56, 92, 122, 126)),
    Mutant("fold-over-anything", fold_over_anything, (15, 35, 409, 688)),
    Mutant("pending-forgotten", pending_forgotten, (0, 45, 76, 111)),
    Mutant("adopt-by-name", adopt_by_name, (96, 158, 166, 186)),
    Mutant("partial-write", partial_write, (0, 2, 3, 5)),
    Mutant("between-skipped", between_skipped, (0, 3, 5, 10)),
    Mutant("any-is-ours", any_is_ours, (4, 5, 16, 25)),
    Mutant("one-look", one_look, (4, 5, 16, 24)),
    Mutant("rename-is-removal", rename_is_removal, (59, 130, 145, 161)),
    Mutant("own-clock", own_clock, (25, 104, 150, 177)),
    Mutant("early-last-look", early_last_look, (5, 16, 24, 44)),
    Mutant("never-ambiguous", never_ambiguous, (5, 16, 75, 104)),
    Mutant("namesake-unasked", namesake_unasked, (101, 186, 241)),
)
