"""Remarks on scenario tests that were made; the tests themselves are YAML."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.scenario.generate.propose import Proposal
from reconciler.scenario.replay.follow import Another
from reconciler.scenario.replay.recording import Recording
from reconciler.views.human.text import count, joined, plain, wrapped
from reconciler.views.style import Style


def generated_words(found: Proposal, style: Style) -> str:
    """Say how much proposed scenarios pass, and why they do not pass the rest."""
    many = count(len(found.scenarios), "scenario")
    verb = "passes" if len(found.scenarios) == 1 else "pass"
    if not found.asked:
        return f"Nothing is missing: tests pass every transition of {found.flow}."
    lines = [f"{many} {verb} {found.covered} of {count(found.asked, 'transition')} of {found.flow}."]
    for one in found.unreached:
        where = f"{one.widget}: {one.event} {style.arrow} {one.next}"
        lines += wrapped(f"{plain(where)} is not passed: {plain(one.reason)}.", 2, style)
    return joined(lines)


def recorded_words(found: Recording, style: Style) -> str:
    """Say whether a recorded scenario goes the way that was recorded, and what personal data is left in it."""
    return joined(_recorded(found, style))


def _recorded(found: Recording, style: Style) -> Iterator[str]:
    if found.same:
        yield "It goes the way that was recorded, and passes as it stands."
    elif isinstance(found.followed, Another):
        another = found.followed
        was, now = (f"{way.event} {style.arrow} {way.to or 'the end'}" for way in (another.recorded, another.now))
        text = f"The flow goes another way now, at {another.widget}: {was} was recorded, now it is {now}."
        yield from wrapped(plain(text), 0, style)
    elif found.reason is not None:
        yield from wrapped(plain(f"It does not go the way that was recorded: {found.reason}."), 0, style)
    for place in found.kept:
        yield from wrapped(plain(f"As it was, because other words lead another way: {place}."), 2, style)
