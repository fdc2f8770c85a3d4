"""When a call is sent again, and after how long. Pure: values and chance in, seconds out.

Not stamina: its waits are `time.sleep`, and ours have to end at once when the run is to stop, and to pass in no time
under the simulation's virtual clock, so both go through the `Clock` port. Its rules are these thirty lines.

The figures are Twilio's own sample: 5 tries, 100 ms doubled, 10 % jitter either way (api.md A5).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from reconciler.errors import AmbiguousError, NotSentError, ProtocolError, RateLimitedError, ReconcilerError
from reconciler.studio.call import Call

TRIES: Final = 5
LONGEST: Final = 60.0
"""Seconds that a `Retry-After` may ask for; longer ones are cut to this, so that a broken server cannot park a run."""
_FIRST: Final = 0.1
_SPREAD: Final = 0.1


def may_repeat(call: Call, error: ReconcilerError) -> bool:
    """Tell whether sending the call again cannot do its work twice.

    A 429 was never processed and what was not sent did nothing, whatever the call; all else is repeated only when the
    call changes nothing. A ProtocolError is repeated for a 2xx that could not be read, not for a redirect.
    """
    match error:
        case RateLimitedError() | NotSentError():
            return True
        case AmbiguousError():
            return call.safe
        case ProtocolError(status=int(status)):
            return call.safe and status < 300  # noqa: PLR2004 - 2xx
        case _:
            return False


def delay(tries: int, jitter: float, retry_after: float | None) -> float:
    """Give the seconds to wait after that many tries; `jitter` is from 0 to 1."""
    own = _FIRST * 2.0 ** (tries - 1) * (1 - _SPREAD + 2 * _SPREAD * jitter)
    return max(own, min(retry_after or 0.0, LONGEST))


def retry_after_of(headers: Mapping[str, str], now: datetime) -> float | None:
    """Read `Retry-After`, in seconds or as a date; None when absent or unreadable.

    A date is compared with the server's own `Date` when there is one: clocks differ.
    """
    said = headers.get("retry-after", "").strip()
    if said.isascii() and said.isdecimal():
        return float(said)
    until = date_of(said)
    if until is None:
        return None
    since = date_of(headers.get("date", "")) or now
    return max(0.0, (until - since).total_seconds())


def date_of(text: str) -> datetime | None:
    """Read an HTTP date as UTC; None when it is none."""
    try:
        read = parsedate_to_datetime(text)
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
