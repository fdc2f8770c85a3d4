"""`reconciler test …`: the tests themselves, and commands that make some. Those are imported when they are called."""

from __future__ import annotations

from reconciler.cli.commands.test.run import command

__all__ = ["command"]
