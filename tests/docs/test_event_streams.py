"""What the page on events says is what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from reconciler.cli.root import root
from reconciler.emulator.quirks import QUIRKS
from reconciler.model.streams import STUDIO_TYPES


@pytest.fixture
def page(repository: Path) -> str:
    return (repository / "docs" / "event-streams.md").read_text(encoding="utf-8")


def test_the_types_are_those_that_are_subscribed_to(page: str):
    """The table of types names Studio's three, and no other."""
    assert set(re.findall(r"^\| `(com\.twilio[a-z.]+)` \|", page, re.MULTILINE)) == set(STUDIO_TYPES)


def test_every_assumption_has_a_name_of_its_own(page: str):
    """Assumptions are named once each, and the quirks that they speak of exist."""
    rows = re.findall(r"^\| `([a-z-]+)` \| (.*) \|$", page.split("## What is assumed")[1], re.MULTILINE)
    names = [name for name, _ in rows]
    assert len(names) == len(set(names)) > 10
    quirks = [quirk for _, text in rows for quirk in re.findall(r"quirk `([a-z-]+)`", text)]
    assert len(quirks) > 1
    assert set(quirks) <= set(QUIRKS)


def test_every_command_of_the_page_can_be_typed(page: str):
    """Each command line of the page is one that the command line takes."""
    blocks = re.findall(r"```sh\n(.*?)```", page, re.DOTALL)
    lines = [line.split("#")[0].split() for block in blocks for line in block.splitlines() if line.startswith("rec")]
    assert len(lines) == 6
    for words in lines:
        rest = words[1:]
        if rest[0] == "--endpoint":
            rest = rest[2:]
        command: click.Command | None = root
        while isinstance(command, click.Group):
            command = command.get_command(click.Context(command), rest.pop(0))
        assert command is not None, words
        with command.make_context(words[1], rest, resilient_parsing=False):
            pass
