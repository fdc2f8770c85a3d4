"""One story while everything goes wrong: applied again and again, it ends with one flow each and all of it recorded."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.emulator.faults import FAULTS
from reconciler.errors import ReconcilerError
from reconciler.model.desired import Desired
from tests.support.flows import caller, desired, edited, flow, greeting, users
from tests.support.story import ALLOWED, REVERT, accounted_for, failed, in_sync
from tests.support.world import Bed

RUNS = 40
"""How often one chapter is applied at most before it has come true once."""

BORN = desired(
    [
        flow("main", caller("menu"), lifecycle=REVERT),
        flow("menu", lifecycle=REVERT),
        flow("news", status="draft", lifecycle=REVERT),
    ],
    [users("testers", "main", "+15550100001")],
)
CHANGED = replace(
    edited(BORN, flow("news", lifecycle=REVERT), flow("menu", greeting("Bye"), lifecycle=REVERT)),
    test_users={u.address: u for u in [users("testers", "main", "+15550100002")]},
)
GONE = edited(CHANGED, without=["news"])


def applied_until_done(bed: Bed, wanted: Desired) -> None:
    """Apply as a cron would: errors end a run, not the story."""
    for _ in range(RUNS):
        try:
            applied = bed.apply(wanted, ALLOWED)
        except ReconcilerError:
            continue
        if not failed(applied):
            return
    raise AssertionError(f"not done after {RUNS} runs")


def tell(folder: Path, faults: Mapping[str, float], seed: int) -> None:
    """Live through the story with faults, then look at it without them."""
    bed = Bed(folder, faults=faults, seed=seed)
    for wanted in (BORN, CHANGED, GONE):
        applied_until_done(bed, wanted)
    bed.faulty({})
    assert failed(bed.apply(GONE, ALLOWED)) == []
    in_sync(bed, GONE)
    accounted_for(bed, GONE)


@pytest.mark.parametrize("fault", FAULTS)
def test_one_fault_at_a_high_rate(tmp_path: Path, fault: str):
    """Each fault alone, in a quarter of all requests (edits in one of twenty), neither doubles nor loses anything."""
    for seed in range(6):
        tell(tmp_path / str(seed), {fault: 0.05 if fault == "console-edit" else 0.25}, seed)


@pytest.mark.parametrize("decade", range(6))
def test_all_faults_together(tmp_path: Path, decade: int):
    """Any mixture of faults neither doubles nor loses anything."""
    for seed in range(10 * decade, 10 * decade + 10):
        dice = random.Random(seed)  # noqa: S311 - repeatable, not secret
        rates = {fault: dice.choice((0.0, 0.02, 0.05, 0.1)) for fault in FAULTS}
        tell(tmp_path / str(seed), rates, seed)
