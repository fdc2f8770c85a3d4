"""A state that was lost comes back from the account alone."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from reconciler.errors import UsageError
from reconciler.plan.options import PlanOptions
from reconciler.workflows.rebuild import propose, rebuild
from reconciler.workflows.verify import verify
from tests.support.flows import caller, desired, edited, flow, greeting, users
from tests.support.world import Bed


@pytest.fixture(params=["as-sent", "keys-reordered", "defaults-added"])
def bed(tmp_path: Path, request: pytest.FixtureRequest) -> Bed:
    return Bed(tmp_path, quirks={"stored-definition": request.param})


def _story(bed: Bed):
    wanted = desired([flow("menu"), flow("main", caller("menu"))], [users("testers", "menu", "+15550100001")])
    bed.apply(wanted)
    wanted = edited(wanted, flow("menu", greeting("Bye")))
    bed.apply(wanted)
    bed.edit(bed.state().flows()[flow("menu").address].sid, FriendlyName="menu")
    bed.apply(wanted, PlanOptions(on_drift="revert"))
    return wanted


def test_rebuilt_state_plans_nothing(bed):
    """After the state was deleted, the rebuilt one knows the same flows and revisions, and the next plan is empty."""
    wanted = _story(bed)
    before = bed.state()
    shutil.rmtree(bed.folder / "state")
    rebuilt = propose(bed.world().reading(), wanted)
    assert rebuilt.unknown == ()
    rebuild(bed.world(), bed.blank(wanted), rebuilt, lock_timeout=0)
    after = bed.state()
    assert set(after.resources) == set(before.resources)
    for address, record in before.flows().items():
        again = after.flows()[address]
        assert (again.sid, again.revision, again.stored, again.sent) == (
            record.sid,
            record.revision,
            record.stored,
            record.sent,
        )
        assert [(e.revision, e.digest, e.by) for e in again.revisions] == [
            (e.revision, e.digest, e.by) for e in record.revisions
        ]
    assert bed.plan(wanted).plan.steps == ()


def test_undeclared_flow_with_our_mark_is_left_alone(bed):
    """A flow that bears our mark and is not declared is told, never recorded: it may have been let go on purpose."""
    wanted = _story(bed)
    shutil.rmtree(bed.folder / "state")
    less = edited(desired([flow("menu", greeting("Bye"))]))
    rebuilt = propose(bed.world().reading(), less)
    assert [str(address) for address, _ in rebuilt.flows()] == ["Flow/menu"]
    assert any("Flow/main" in sentence for sentence in rebuilt.unknown)
    assert wanted.flows.keys() - less.flows.keys()


def test_present_state_is_not_rebuilt(bed):
    """A state that is there is never replaced by a guess."""
    wanted = _story(bed)
    with pytest.raises(UsageError):
        propose(bed.world().reading(), wanted)


def test_recorded_digests_hold(bed):
    """Every recorded revision comes out with the digest that was recorded, and a foreign one is not overlooked."""
    _story(bed)
    assert {one.verdict for one in verify(bed.world().reading())} == {"holds"}


def test_verifying_needs_a_state(tmp_path):
    """Without a state there is nothing to verify."""
    with pytest.raises(UsageError):
        verify(Bed(tmp_path).world().reading())
