"""Ask the person at the terminal. The question goes to stderr, because stdout holds results only."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from reconciler.cli import signals
from reconciler.cli.console import Console
from reconciler.errors import UsageError


def ask(console: Console, question: str) -> str:
    """Give what is typed, without blanks around it; empty at the end of the input. Ctrl-C ends the run."""
    with console.progress.hidden(), signals.at_once():
        sys.stderr.write(question)
        sys.stderr.flush()
        answer = sys.stdin.readline()
        if not answer.endswith("\n"):
            sys.stderr.write("\n")
    return answer.strip()


def choose(console: Console, question: str, answers: Mapping[str, str]) -> str:
    """Ask until one of `answers` is typed, in full or its first letter; give it. They explain themselves.

    Raises:
        UsageError: the input ended.
    """
    console.say(question)
    for word, meaning in answers.items():
        console.say(f"  {word:<8} {meaning}")
    while True:
        typed = ask(console, f"{'/'.join(answers)}: ").lower()
        found = next((word for word in answers if typed and word.startswith(typed)), None)
        if found is not None:
            return found
        if not typed:
            raise UsageError("nobody answered")


def must_be_there(console: Console, what: str, hint: str) -> None:
    """Make sure that somebody can be asked.

    Raises:
        UsageError: there is no terminal; `what` says what was to be asked, `hint` what to do instead.
    """
    if not console.interactive:
        raise UsageError(f"{what}, and there is no terminal to ask on", hint=hint)
