"""One run of the command line: what was said for it and where it prints. Commands get it as their first argument."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from reconciler.cli.common import Common
from reconciler.cli.console import Console

if TYPE_CHECKING:
    from reconciler.model.finding import Finding


class App:
    """What commands share.

    Attributes:
        common: the options of every command; the defaults until the command line was read.
    """

    def __init__(self) -> None:
        """Know nothing yet."""
        self.common = Common()
        self._stack = contextlib.ExitStack()

    @cached_property
    def console(self) -> Console:
        """Where this run prints."""
        return Console(color=self.common.color, program=self.common.program)

    def begin(self, common: Common) -> None:
        """Take what was said for the run."""
        self.common = common
        if common.log_level != "warning" or common.log_format != "text":
            from reconciler.cli.logs import configured  # noqa: PLC0415 - structlog costs 200 ms

            self._stack.enter_context(configured(common.log_level, common.log_format, self.console))

    def warn(self, findings: Sequence[Finding]) -> None:
        """Tell the person of remarks that stop nothing; machines are told by `validate`."""
        if findings and not self.common.json:
            from reconciler.views import human  # noqa: PLC0415 - views cost time that most runs need not pay

            self.console.say(
                human.render_findings(findings, self.console.message_style, sensitive=self.console.covered)
            )

    def close(self) -> None:
        """Take away what is shown, and leave logging as it was found."""
        self.console.progress.close()
        self._stack.close()
