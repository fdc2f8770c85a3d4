"""Releases, broken on purpose: each mutant drops one promise of theirs, and the simulation has to notice."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reconciler.plan import guard
from reconciler.workflows.release import back, forward, run, smoke
from reconciler.workflows.release.job import Job
from tests.simulation.mutants import Mutant


def publishes_before_smoke(patch: pytest.MonkeyPatch) -> None:
    """What nobody tried is called tried, and published."""

    def unseen(job: Job, release: Any) -> Any:
        tried = tuple(replace(one, verdict="passed") for one in release.smoke)
        with job.session(release) as session:
            return job.to(session, replace(release, smoke=tried), "publish")

    patch.setitem(run._STAGES, "smoke", unseen)


def one_goes_back(patch: pytest.MonkeyPatch) -> None:
    """Of several flows only the first goes back."""
    all_of_them = back._to_do

    def first(job: Any, session: Any, release: Any) -> Any:
        release, records = all_of_them(job, session, release)
        return release, dict(list(records.items())[:1])

    patch.setattr(back, "_to_do", first)


def stage_forgotten(patch: pytest.MonkeyPatch) -> None:
    """A stage that is over is not written down."""
    patch.setattr(Job, "to", lambda _self, _session, release, stage: replace(release, stage=stage))


def edits_unseen(patch: pytest.MonkeyPatch) -> None:
    """What others wrote since the release began is not asked for."""
    patch.setattr(forward, "others_since", lambda *_: None)
    patch.setattr(forward, "_not_as_tried", lambda *_: iter(()))


def not_looked_for(patch: pytest.MonkeyPatch) -> None:
    """An execution whose start got no answer is started again without a look."""
    patch.setattr(smoke, "_find", lambda *_: None)


def not_written_down(patch: pytest.MonkeyPatch) -> None:
    """An execution is started before that is written down."""
    patch.setattr(smoke, "_put", lambda *_: None)


def nothing_goes_back(patch: pytest.MonkeyPatch) -> None:
    """A release is called taken back, and nothing was."""
    patch.setattr(back, "_to_do", lambda _job, _session, release: (release, {}))


def apply_on_top(patch: pytest.MonkeyPatch) -> None:
    """Apply does the flows of a release that is under way, too."""
    patch.setattr(guard, "GUARDS", tuple(each for each in guard.GUARDS if each is not guard._release))


def fix_overwritten(patch: pytest.MonkeyPatch) -> None:
    """Going back overwrites what others published meanwhile."""
    patch.setattr(back, "_without_conflicts", lambda _job, _session, release, *_: (release, {}))


MUTANTS = (
    Mutant("publishes-before-smoke", publishes_before_smoke, (0, 1)),
    Mutant("one-goes-back", one_goes_back, (37,)),
    Mutant("stage-forgotten", stage_forgotten, (0, 1)),
    Mutant("edits-unseen", edits_unseen, (37, 163)),
    Mutant("not-looked-for", not_looked_for, (24, 93)),
    Mutant("not-written-down", not_written_down, (0, 1)),
    Mutant("nothing-goes-back", nothing_goes_back, (9, 32)),
    Mutant("apply-on-top", apply_on_top, (44, 164)),
    Mutant("fix-overwritten", fix_overwritten, (127,)),
)
