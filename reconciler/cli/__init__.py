"""The command line: arguments in, exit code out. Commands are imported when they are called, not before."""

from reconciler.cli.main import main

__all__ = ["main"]
