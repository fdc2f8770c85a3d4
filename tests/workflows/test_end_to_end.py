"""The three sides together, on the emulator in one process."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.flows import caller, desired, edited, flow, greeting, users
from tests.support.world import Bed


@pytest.fixture
def bed(tmp_path: Path) -> Bed:
    return Bed(tmp_path)


def test_apply_then_plan_is_empty(bed: Bed):
    """What was applied is in sync: the next plan has no step and makes one list call and one read of test users."""
    wanted = desired([flow("menu"), flow("main", caller("menu"))], [users("testers", "menu", "+15550100001")])
    applied = bed.apply(wanted)
    assert [(str(o.step.address), o.step.kind, o.kind) for o in applied.outcomes] == [
        ("Flow/menu", "create", "done"),
        ("Flow/main", "create", "done"),
        ("TestUsers/testers", "set-test-users", "done"),
    ]
    bed.calls()
    planned = bed.plan(wanted)
    assert planned.plan.steps == ()
    assert planned.plan.unchanged == 3
    assert bed.calls() == {"ListFlow": 1, "FetchTestUser": 1}
    changed = edited(wanted, flow("menu", greeting("Bye")))
    applied = bed.apply(changed)
    assert [(o.step.kind, o.kind, getattr(o, "revision", None)) for o in applied.outcomes] == [("update", "done", 2)]
    assert bed.plan(changed).plan.steps == ()


def test_own_draft_of_what_is_published_is_published(bed: Bed):
    """A draft of ours with the content that is published does not stay on top when `published` is wanted again."""
    bed.apply(desired([flow("menu", greeting())]))
    bed.apply(desired([flow("menu", greeting(), status="draft", friendly_name="Two")]))
    wanted = desired([flow("menu", greeting(), friendly_name="Two")])
    assert [step.kind for step in bed.plan(wanted).plan.steps] == ["publish"]
    bed.apply(wanted)
    assert bed.world().reader.list_flows()[0].status == "published"
    assert bed.plan(wanted).plan.steps == ()
