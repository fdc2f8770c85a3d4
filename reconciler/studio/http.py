"""The only module that speaks to Twilio: one method, `Http.request`, which sends a `Call` and gives parsed JSON.

Here and nowhere else: credentials, time-outs, retries, the limit on requests in flight, the mapping of httpx's errors
to ours. It knows nothing of flows. Credentials go to the configured hosts only: callers give paths, redirects are not
followed, and plain http is for loopback.
"""

from __future__ import annotations

import json
import threading
from base64 import b64encode
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from reconciler.definition.depth import too_deep
from reconciler.errors import (
    AmbiguousError,
    NotSentError,
    ProtocolError,
    ReconcilerError,
    StudioError,
    UsageError,
)
from reconciler.model.jsontypes import Json
from reconciler.ports import Chance, Clock
from reconciler.studio.call import Answer, Call
from reconciler.studio.connections import Connections
from reconciler.studio.hosts import checked_base
from reconciler.studio.lean import httpx
from reconciler.studio.limit import Limit
from reconciler.studio.log import debug
from reconciler.studio.refusals import judge
from reconciler.studio.retry import TRIES, date_of, delay, may_repeat, retry_after_of
from reconciler.studio.settings import HttpSettings

_NOT_SENT: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.InvalidURL,
    ConnectionRefusedError,
)
"""Failures before the first byte of the request. All others may have come after its last one."""

_FOREIGN: Final = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError)
"""What httpx and a transport in this process may raise."""


LARGEST_ANSWER: Final = 16 * 1024 * 1024
"""Bytes, unpacked, beyond which an answer is given up. A page of 1,000 flows has less than one million."""
_MOST_DIGITS: Final = 15


@dataclass(frozen=True, slots=True)
class _Failure:
    """One try that failed: our error, the foreign one behind it, and how long the server asks to wait."""

    error: ReconcilerError
    cause: Exception | None = None
    retry_after: float | None = None


class Http:
    """Send calls to Studio, from any thread."""

    def __init__(
        self,
        settings: HttpSettings,
        clock: Clock,
        chance: Chance,
        *,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Keep the settings; nothing is opened before the first call, as a TLS context takes 35 ms.

        Args:
            settings: where to and as whom.
            clock: what waits between tries; a wait ends when the run is to stop.
            chance: spreads the tries of many clients.
            transport: answers in this process instead of a socket (the embedded emulator).

        Raises:
            UsageError: a host is no base URL, or plain http beyond loopback.
        """
        checked_base(settings.hosts.studio)
        checked_base(settings.hosts.api)
        self._settings = settings
        self._clock = clock
        self._chance = chance
        self._limit = Limit(settings.ceiling, clock.stopping)
        self._lock = threading.Lock()
        self._connections = Connections(settings, transport)
        self._calls: Counter[str] = Counter()
        self._server_time: datetime | None = None
        pair = b64encode(f"{settings.user}:{settings.password}".encode()).decode()
        self._sensitive = settings.sensitive | {settings.password, pair}

    @property
    def account(self) -> str:
        """The account that the credentials are for."""
        return self._settings.account

    def calls(self) -> Mapping[str, int]:
        """Count the requests sent so far, by operationId, repeated ones included."""
        with self._lock:
            return dict(self._calls)

    def server_time(self) -> datetime | None:
        """Give the newest `Date` of an answer, in UTC; None before the first."""
        with self._lock:
            return self._server_time

    def close(self) -> None:
        """Close the connections; a later call opens new ones."""
        self._connections.close()

    def request(self, call: Call) -> Json:
        """Send a call and give what it answered: parsed JSON, None for an empty answer that may be one.

        Repeats only what cannot do its work twice (`retry.may_repeat`), five tries in all.

        Raises:
            UsageError: a read-only client was asked to write; nothing was sent.
            CredentialsError, NotFoundError, RequestRefusedError, RateLimitedError: Studio said no.
            NotSentError: the request never left.
            AmbiguousError: nobody can know whether it was processed.
            ProtocolError: a read's answer cannot be read.
            InterruptedRunError: the run is to stop: what would have to wait is not sent, nothing is repeated.
        """
        self._check(call)
        tries = 1
        while isinstance(outcome := self._try(call, tries), _Failure):
            if tries == TRIES or not may_repeat(call, outcome.error):
                raise outcome.error from outcome.cause
            self._clock.sleep(delay(tries, self._chance.jitter(), outcome.retry_after))
            tries += 1
        return outcome

    def _check(self, call: Call) -> None:
        if not call.path.startswith("/") or call.path.startswith("//"):
            raise UsageError(f"{call.operation}: {call.path!r} is no path")
        if self._settings.read_only and call.method != "GET" and call.operation not in self._settings.allow:
            raise UsageError(f"{call.operation}: this command only reads; nothing was sent")

    def _try(self, call: Call, tries: int) -> Json | _Failure:
        started = self._clock.monotonic()
        with self._limit.slot() as slot:
            try:
                answer = self._send(call)
            except _FOREIGN as error:
                self._log(call, tries, started, type(error).__name__)
                return _Failure(_unanswered(call, error), _harmless(error))
            slot.throttled = self._asks_for_less(answer)
        self._log(call, tries, started, answer.status)
        self._remember(answer)
        return self._read(call, answer)

    def _send(self, call: Call) -> Answer:
        with self._lock:
            self._calls[call.operation] += 1
        url = self._settings.hosts.url("api" if call.api else call.product or "studio", call.path)
        body = {"content": urlencode(call.form), "headers": {"Content-Type": "application/x-www-form-urlencoded"}}
        if call.query:
            url = f"{url}?{urlencode(call.query)}"
        more = body if call.method == "POST" else {}
        with (
            self._connections.one() as client,
            client.stream(call.method, url, **more) as response,  # type: ignore[arg-type]  # mypy merges the types of the values
        ):
            content = _content(response)
        headers = {name.lower(): value for name, value in response.headers.items()}
        length = _number(headers.get("content-length", ""))
        if "content-encoding" not in headers and length is not None and len(content) < length:
            # A socket notices this by itself; a transport in this process does not.
            raise httpx.RemoteProtocolError("the answer ends before its Content-Length")
        return Answer(response.status_code, headers, content)

    def _asks_for_less(self, answer: Answer) -> bool:
        crowd = _number(answer.headers.get("twilio-concurrent-requests", ""))
        return answer.status == httpx.codes.TOO_MANY_REQUESTS or (crowd is not None and crowd >= self._settings.crowded)

    def _remember(self, answer: Answer) -> None:
        date = date_of(answer.headers.get("date", ""))
        with self._lock:
            if date is not None and (self._server_time is None or date > self._server_time):
                self._server_time = date

    def _read(self, call: Call, answer: Answer) -> Json | _Failure:
        if not httpx.codes.is_success(answer.status):
            wait = retry_after_of(answer.headers, self._clock.now())
            error = judge(call, answer, retry_after=wait, variables=self._settings.variables, sensitive=self._sensitive)
            return _Failure(error, None, wait)
        if call.may_be_empty and not answer.body.strip():
            return None
        if too_deep(answer.body):
            return _Failure(_unreadable(call, answer.status))
        try:
            parsed: Json = json.loads(answer.body)
        except (ValueError, RecursionError):
            # Not chained: the parser's error holds the whole body, and that a definition or an echo of our request.
            return _Failure(_unreadable(call, answer.status))
        if parsed is None and not call.may_be_empty:
            return _Failure(_unreadable(call, answer.status))
        return parsed

    def _log(self, call: Call, tries: int, started: float, status: int | str) -> None:
        debug(
            "studio.request",
            method=call.method,
            operation=call.operation,
            status=status,
            duration=round(self._clock.monotonic() - started, 6),
            attempt=tries,
        )


def _content(response: httpx.Response) -> bytes:
    content = bytearray()
    for piece in response.iter_bytes():
        content += piece
        if len(content) > LARGEST_ANSWER:
            raise httpx.RemoteProtocolError("the answer is too large to be one of Studio's")
    return bytes(content)


def _number(text: str) -> int | None:
    """Read a header that counts something. More digits than these count nothing, and Python refuses thousands."""
    return int(text) if text.isdecimal() and len(text) <= _MOST_DIGITS else None


def _unanswered(call: Call, error: Exception) -> StudioError:
    kind = type(error).__name__
    if isinstance(error, _NOT_SENT):
        hint = "Check the network, the endpoint and the proxy settings (HTTPS_PROXY, SSL_CERT_FILE)."
        return NotSentError(f"{call.operation}: Studio cannot be reached ({kind})", hint=hint)
    return AmbiguousError(f"{call.operation}: no answer from Studio ({kind})")


def _unreadable(call: Call, status: int) -> StudioError:
    text = f"{call.operation}: the answer of Studio ({status}) cannot be read as JSON"
    return ProtocolError(text, status=status) if call.safe else AmbiguousError(text, status=status)


def _harmless(error: Exception) -> Exception:
    """Give a foreign error as a cause that can be printed by anything.

    The request that an httpx error carries holds the Authorization header, and so do local variables of the frames
    below, which some log renderers print.
    """
    if isinstance(error, httpx.RequestError) and error._request is not None:  # noqa: SLF001 - the property raises if unset
        error._request = None  # noqa: SLF001 - as above
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)
