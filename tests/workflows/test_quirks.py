"""One story under every habit that Studio may have (`reconciler.emulator.quirks`)."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.emulator.quirks import DURATION, QUIRKS
from reconciler.workflows.validate import ask_studio
from tests.support.flows import desired, flow, greeting
from tests.support.story import ALLOWED, accounted_for, chapters, failed, in_sync
from tests.support.world import Bed

LAG = "700ms"
"""Shorter than the consistency window of the tests."""

SINGLE = [
    {quirk.name: LAG if value == DURATION else value}
    for quirk in QUIRKS.values()
    for value in quirk.values
    if value != quirk.default
]


def combination(seed: int) -> dict[str, str]:
    """A value of every quirk, drawn by seed."""
    dice = random.Random(seed)  # noqa: S311 - repeatable, not secret
    return {
        quirk.name: LAG if value == DURATION else value
        for quirk in QUIRKS.values()
        if (value := dice.choice(quirk.values)) != quirk.default
    }


def tell(bed: Bed) -> None:
    """Live through the story: after each chapter everything is done and the next plan is empty."""
    for title, wanted, edit in chapters():
        if edit is not None:
            edit(bed)
            bed.clock.sleep(1)  # what nobody can see yet is nobody's drift
        applied = bed.apply(wanted, ALLOWED)
        assert failed(applied) == [], title
        in_sync(bed, wanted)
    bed.clock.sleep(10)
    in_sync(bed, wanted)
    accounted_for(bed, wanted)


@pytest.mark.parametrize("quirks", [{}, *SINGLE], ids=str)
def test_each_quirk_alone(tmp_path: Path, quirks: dict[str, str]):
    """Under each habit alone everything comes true at the first apply, and the next plan is empty."""
    tell(Bed(tmp_path, quirks=quirks))


@pytest.mark.parametrize("seed", range(16))
def test_quirks_together(tmp_path: Path, seed: int):
    """Under any mixture of habits everything comes true at the first apply, and the next plan is empty."""
    tell(Bed(tmp_path, quirks=combination(seed), seed=seed))


def test_a_long_message_is_cut_for_validate_too(tmp_path: Path):
    """A commit message longer than Studio takes is cut wherever it is sent, so that it never stops a run."""
    bed = Bed(tmp_path, quirks={"commit-message-limit": "255-refused"})
    wanted = desired([replace(flow("menu"), commit_message=" word" * 100)])
    world = bed.world()
    assert ask_studio(world.validator, world.pool, world.progress, wanted, bed.blank(wanted)) == ()
    assert failed(bed.apply(wanted, ALLOWED)) == []
    in_sync(bed, wanted)
    edited = desired([replace(flow("menu", greeting("Hi")), commit_message=" word" * 100)])
    assert failed(bed.apply(edited, replace(ALLOWED, message="story " * 100))) == []
    in_sync(bed, edited)
