"""Log records on stderr, as text or as JSON lines, with every secret covered. Loaded only when somebody wants them."""

from __future__ import annotations

import contextlib
import logging
import sys
from collections.abc import Iterator, MutableMapping
from typing import Any

import structlog

from reconciler.cli.common import LogFormat, LogLevel
from reconciler.cli.console import Console


@contextlib.contextmanager
def configured(level: LogLevel, form: LogFormat, console: Console) -> Iterator[None]:
    """Send records of `level` and above to stderr until the context ends.

    Args:
        level: the lowest level that is written.
        form: `text` or `json`, one record a line either way.
        console: knows the secrets, also those that it learns of later, and the colours.
    """
    number = getattr(logging, level.upper())

    def cover(_logger: object, _method: str, record: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        return {key: console.cover(value) if isinstance(value, str) else value for key, value in record.items()}

    if form == "json":
        last: Any = structlog.processors.JSONRenderer()
    else:
        last = structlog.dev.ConsoleRenderer(colors=console.message_style.color, pad_event_to=0)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            cover,
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    switch = logging.getLogger("reconciler")
    before = switch.level
    switch.setLevel(number)
    try:
        yield
    finally:
        switch.setLevel(before)
        structlog.reset_defaults()
