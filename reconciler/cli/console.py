"""What is printed, where, and how it looks: results on stdout, everything else on stderr.

Nobody else in the command line prints. Texts are covered by the views; only what no view has seen is covered here.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import sys
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import Final, TextIO

from reconciler.cli.progress import Bars, Silent
from reconciler.definition.secrets import masked_text
from reconciler.views.style import Style

WIDTH: Final = 100
"""Columns where there is no terminal: the same input gives the same bytes."""

_LAYOUT: Final = frozenset("\n\t")
_COLOUR: Final = re.compile(r"(\x1b\[[0-9;]*m)")


class Console:
    """The two streams of one run.

    Attributes:
        secrets: texts that nothing may show. Whoever learns of one adds it.
    """

    def __init__(self, *, color: bool | None = None, program: str = "reconciler") -> None:
        """Decide nothing yet.

        Args:
            color: what the command line says; None, the default, lets environment and terminal decide.
            program: how to call us about the same project. Default bare.
        """
        self._color = color
        self._program = program
        self.secrets: set[str] = set()

    @cached_property
    def style(self) -> Style:
        """How stdout looks."""
        return replace(style_of(sys.stdout, os.environ, color=self._color), program=self._program)

    @cached_property
    def message_style(self) -> Style:
        """How stderr looks."""
        return replace(style_of(sys.stderr, os.environ, color=self._color), program=self._program)

    @cached_property
    def progress(self) -> Bars | Silent:
        """Bars where stderr is a terminal, else nothing."""
        return Bars(color=self.message_style.color) if _is_terminal(sys.stderr) else Silent()

    @property
    def covered(self) -> frozenset[str]:
        """Give the secrets as views want them."""
        return frozenset(self.secrets)

    @property
    def interactive(self) -> bool:
        """Tell whether somebody can be asked."""
        return _is_terminal(sys.stdin) and _is_terminal(sys.stderr)

    def result(self, text: str) -> None:
        """Print a result."""
        self._write(sys.stdout, harmless(text, colored=self.style.color))

    def say(self, text: str) -> None:
        """Tell the person something that is no result."""
        self._write(sys.stderr, harmless(text, colored=self.message_style.color))

    def cover(self, text: str) -> str:
        """Cover the secrets in a text that no view has made, also as Python and JSON write them between quotes."""
        return masked_text(text, frozenset(form for secret in self.secrets for form in _forms(secret)))

    def _write(self, stream: TextIO, text: str) -> None:
        with self.progress.hidden():
            try:
                stream.write(_writable(text, stream) + "\n")
                stream.flush()
            except BrokenPipeError:
                _drop(stream)


def style_of(stream: TextIO, environ: Mapping[str, str], *, color: bool | None) -> Style:
    """Say how a stream looks: `--no-color`, then NO_COLOR, FORCE_COLOR, and at last whether it is a terminal."""
    terminal = _is_terminal(stream)
    if color is None:
        forced = bool(environ.get("FORCE_COLOR")) and environ.get("FORCE_COLOR") != "0"
        color = not environ.get("NO_COLOR") and (forced or (terminal and environ.get("TERM") != "dumb"))
    width = shutil.get_terminal_size((WIDTH, 24)).columns if terminal else WIDTH
    return Style(color=color, width=max(width, 40), unicode=(stream.encoding or "").lower().startswith("utf"))


def harmless(text: str, *, colored: bool) -> str:
    """Spell what a terminal would act on, whoever wrote it; our own colours stay.

    Views do that for the texts they know. This is for all others: bodies, diffs, names of files, foreign errors. The
    spelling is JSON's, so that a document stays the same document.
    """
    if text.isprintable():
        return text
    parts = _COLOUR.split(text) if colored else [text]
    return "".join(part if _COLOUR.fullmatch(part) else _spelt(part) for part in parts)


def _spelt(text: str) -> str:
    if text.replace("\n", "").replace("\t", "").isprintable():
        return text  # nearly always, and a hundred times faster
    return "".join(char if char in _LAYOUT or char.isprintable() else json.dumps(char)[1:-1] for char in text)


def _forms(secret: str) -> set[str]:
    quoted = {json.dumps(secret), json.dumps(secret, ensure_ascii=False), repr(secret), repr(repr(secret)[1:-1])}
    return {secret, *(form[1:-1] for form in quoted)}


def _is_terminal(stream: TextIO | None) -> bool:
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # closed
        return False


def _drop(stream: TextIO) -> None:
    """Whoever read this stream has had enough; what was begun goes on all the same, into nothing."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def _writable(text: str, stream: TextIO) -> str:
    """Replace what the stream's encoding cannot hold; half a surrogate pair fits into none."""
    encoding = stream.encoding or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)
