"""docs/commands.md and `--help` say the same: every command and option of one is in the other."""

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click
import pytest

from reconciler.cli.common import common_options
from reconciler.cli.group import Command, LazyGroup
from reconciler.cli.root import COMMANDS, root

CODE = re.compile(r"`([^`]+)`")
OPTION = re.compile(r"(?<![\w-])(--?[a-z][a-z-]*)")


@pytest.fixture(scope="module")
def page(repository: Path) -> str:
    """Give the page of the contract."""
    text = (repository / "docs" / "commands.md").read_text(encoding="utf-8")
    return re.sub("```.*?```", "", text, flags=re.DOTALL)


def leaves(group: click.Group = root, path: str = "") -> Iterator[tuple[str, click.Command]]:
    """Yield every command that can be called, by its words."""
    context = click.Context(group)
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        if isinstance(found, click.Group):
            yield from leaves(found, f"{path}{name} ")
        else:
            yield f"{path}{name}", found
            # The first argument of `test` may be the name of another command.
            for other, (module, _) in getattr(found, "table", {}).items():
                yield f"{path}{name} {other}", import_module(module).command


def options(command: click.Command) -> set[str]:
    """Give the options of a command, those of every command left out."""
    common = {text for option in common_options(variables=False) for text in option.opts}
    return {text for p in command.params if isinstance(p, click.Option) for text in p.opts} - common


def test_every_command_is_documented_and_every_documented_one_exists(page: str):
    """The tables of commands name each command once, with its arguments, and no other."""
    rows = re.findall(r"^\| `([^`]+)` \|", page.split("## Commands")[1].split("## Guards", maxsplit=1)[0], re.MULTILINE)
    named = {tuple(re.findall(r"(?<![-\w])[a-z]+(?![-\w])", row.split("--")[0])) for row in rows if row[0] != "-"}
    assert {" ".join(words) for words in named} - {"state"} == {name for name, _ in leaves()}


def test_every_option_is_documented_and_every_documented_one_exists(page: str):
    """The page names all options of all commands, and none that no command has."""
    told = {option for code in CODE.findall(page) for option in OPTION.findall(code)}
    have = {option for _, command in leaves() for option in options(command)}
    have |= {text for option in common_options(variables=False) for text in option.opts}
    assert told - have == set()
    assert have - told == set()


def test_options_of_single_commands_are_documented_as_they_are(page: str):
    """The table of single commands holds what a command has beyond the shared options, no less and no more."""
    table = page.split("### Options of single commands")[1].split("\n### ", maxsplit=1)[0]
    told = {
        (name, OPTION.findall(code)[0])
        for name, code in re.findall(r"^\| `([a-z ]+)` \| `([^`]+)` \|", table, re.MULTILINE)
    }
    shared = options(dict(leaves())["destroy"])
    have = {(name, option) for name, command in leaves() for option in options(command) - shared}
    # --take-over is shared with plan, but of another meaning there.
    assert told - {("import", "--take-over")} == have


def test_every_command_and_option_has_help():
    """Nothing can be said that --help does not explain."""
    for name, command in leaves():
        assert command.help, name
        assert [p.name for p in command.params if isinstance(p, click.Option) and not p.help] == [], name


def test_the_list_of_commands_says_what_the_commands_say():
    """The help that is listed without importing a command is the first line of its own."""
    for name, (_, text) in COMMANDS.items():
        found = root.get_command(click.Context(root), name)
        assert found is not None
        assert (found.help or "").split("\n")[0] == text


def test_every_command_takes_the_options_of_every_command():
    """All commands are ours, and all groups list without importing."""
    assert isinstance(root, LazyGroup)
    assert [name for name, command in leaves() if not isinstance(command, Command)] == []


def test_help_fits_a_terminal(cli):
    """Help is on stdout, ends with 0, and no line of it is wider than 100 columns."""
    for name, _ in leaves():
        found = cli(*name.split(), "--help")
        assert found.code == 0
        assert max(map(len, found.out.splitlines())) <= 100, name
