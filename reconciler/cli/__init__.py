"""The command line: arguments in, exit code out. Here stands what a process does before it imports anything, and last.

Commands are imported when they are called, not before.
"""

from __future__ import annotations

import contextlib
import gc
import sys
from typing import Final, NoReturn

YOUNG: Final = 100_000
"""So many new objects before Python looks for cycles. A run keeps nearly all that it makes: with the usual 700, a fifth
of a plan's time is spent on looking."""


def main() -> NoReturn:
    """Run the command line of this process and end it."""
    gc.set_threshold(YOUNG)
    from reconciler.cli.run import run  # noqa: PLC0415 - what is imported before would be looked through, too

    code = run(sys.argv[1:])
    gc.freeze()  # else Python looks once more through everything for cycles, when it all goes anyway: a tenth of a plan
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()
    sys.exit(code)
