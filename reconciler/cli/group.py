"""Groups and commands of click, as ours behave: loaded when called, with the options of every command.

A group lists its commands from a table, without importing them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from importlib import import_module
from typing import Any, Final, TypeVar

import click
from click.shell_completion import CompletionItem

from reconciler.cli.app import App
from reconciler.cli.common import common_options, said
from reconciler.errors import UsageError

F = TypeVar("F", bound=Callable[..., int])

SETTINGS: Final = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class Command(click.Command):
    """A command with the options of every command behind its own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - click's signature, passed on
        super().__init__(*args, **kwargs)
        self.own = len(self.params)
        self.params += common_options(variables=False)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's signature
        """Tell the run what was said for it, then do it."""
        app = ctx.find_object(App)
        if app is not None:
            app.begin(said(ctx))
        return super().invoke(ctx)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the command's own options first."""
        own = [*self.params[: self.own], *(p for p in self.get_params(ctx) if p not in self.params)]
        for title, parameters in (("Options", own), ("Options of every command", self.params[self.own :])):
            rows = [row for p in parameters if (row := p.get_help_record(ctx)) is not None]
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called.

    Attributes:
        table: by command the module that has it, as `command`, and its help in one line.
    """

    def __init__(self, *args: Any, table: Mapping[str, tuple[str, str]], **kwargs: Any) -> None:  # noqa: ANN401 - as above
        super().__init__(*args, **kwargs)
        self.table = table

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Give the commands in the order of the table."""
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        """Import a command; None when there is none of that name."""
        if cmd_name not in self.table:
            return None
        found: click.Command = import_module(self.table[cmd_name][0]).command
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is called; for an unknown one name the nearest."""
        if args and args[0] not in self.table and not args[0].startswith("-"):
            app = ctx.find_object(App)
            if app is not None:
                app.common = said(ctx)
            near = get_close_matches(args[0], self.table, n=2)
            hint = f"Did you mean {' or '.join(near)}?" if near else f"See {ctx.command_path} --help."
            raise UsageError(f"there is no command {args[0]!r}", hint=hint)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - as above
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in self.table.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete a command's name without importing any."""
        names = [(name, text) for name, (_, text) in self.table.items() if name.startswith(incomplete)]
        return [CompletionItem(name, help=text) for name, text in names] or click.Command.shell_complete(
            self, ctx, incomplete
        )


def command(name: str, **settings: Any) -> Callable[[F], click.Command]:  # noqa: ANN401 - click's keywords, passed on
    """Make a command of a function that takes the run, then its own options by keyword, and gives the exit code."""

    def decorate(function: F) -> click.Command:
        return click.command(name, cls=Command, context_settings=SETTINGS, **settings)(click.pass_obj(function))

    return decorate
