"""Write one debug record, and cost nothing as long as nobody listens.

`import structlog` takes 200 ms (it loads rich), a third of what `plan` on the sample may take. So it is loaded with the
first record that somebody wants: when the standard logger `reconciler.studio` is enabled for DEBUG. What structlog does
with a record (where to, in which form) is configured by the command line.
"""

from __future__ import annotations

import logging
from typing import Final

_SWITCH: Final = logging.getLogger("reconciler.studio")


def debug(event: str, **fields: str | float | None) -> None:
    """Log a constant event name with its keys and values; neither bodies nor credentials belong here."""
    if not _SWITCH.isEnabledFor(logging.DEBUG):
        return
    import structlog  # noqa: PLC0415 - see the module docstring

    structlog.get_logger("reconciler.studio").debug(event, **fields)
